"""Compares what was acknowledged with what departments hold: `python -m tests.chaos.checker DIR`.

Reads only. Exit code 1 when anything was found, every finding on a line of its own.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.chaos.checks import CHECKS
from tests.chaos.evidence import Evidence, read_evidence
from tests.chaos.plan import POINTS, RunFolder


def verdict(evidence: Evidence) -> tuple[dict[str, Any], Mapping[str, Sequence[str]]]:
    """The figures of a run, and what was found, check by check."""
    found = {name: sorted(check(evidence)) for name, check in CHECKS.items()}
    figures = {
        "run": evidence.plan.name,
        "seed": evidence.plan.seed,
        "applications": len(evidence.submitted),
        **{name: len(findings) for name, findings in found.items()},
        "posts": sum(row["act"] == "send" for row in evidence.attempts),
        "asks": sum(row["act"] == "ask" for row in evidence.attempts),
        "parked": sum(
            ack["kind"] == "resolved" and ack["answer"] == "CaseAccepted" for ack in evidence.acks
        ),
        "cases": dict(Counter(case.state.value for case in evidence.cases.values())),
        "surplus_taken_back": sum(
            number in evidence.taken_back
            for numbers in evidence.filings.values()
            for number in numbers[1:]
        ),
        **_lives(evidence),
    }
    return figures, found


def _lives(evidence: Evidence) -> dict[str, Any]:
    ends = Counter(life["end"] for life in evidence.starts)
    points = {point: ends[point] for point in POINTS if ends[point]}
    resumed = [life["resumed_s"] for life in evidence.starts if life.get("resumed_s") is not None]
    ready = [life["ready_s"] for life in evidence.starts if life.get("ready_s") is not None]
    taken = [a["taken_over_s"] for a in evidence.starts if a.get("taken_over_s") is not None]
    return {
        "kills_at_random": ends["random"],
        "kills_at_points": points,
        "kills": ends["random"] + sum(points.values()),
        "resumed_n": len(resumed),
        "resumed_median_s": median(resumed) if resumed else None,
        "resumed_max_s": max(resumed, default=None),
        "never_resumed": [
            what for life in evidence.starts for what in life.get("never_resumed", ())
        ],
        "ready_median_s": median(ready) if ready else None,
        "ready_max_s": max(ready, default=None),
        "taken_over_n": len(taken),
        "taken_over_median_s": median(taken) if taken else None,
        "taken_over_max_s": max(taken, default=None),
    }


def main(words: Sequence[str] | None = None) -> int:
    """Write the verdict beside the evidence, and say what was found."""
    [path] = sys.argv[1:] if words is None else words
    folder = RunFolder(Path(path))
    figures, found = verdict(read_evidence(folder))
    folder.write(folder.verdict, {"figures": figures, "found": found})
    for name, findings in found.items():
        for finding in findings:
            print(f"{name}: {finding}")  # noqa: T201 - a command
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
