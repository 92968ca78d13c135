"""The matrix as tables: a line a kind, then the totals, then everything that may not be."""

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from mocks.faults.table import KINDS
from tests.faults.verdict import GOOD, Cell, Verdict

_NAMES = (
    "value", "NotDelivered", "OutcomeUnknown", "Refused", "ContractBroken", "Misconfigured",
)  # fmt: skip
_LETTERS = dict(zip(_NAMES, "vNURBM", strict=True))
INITIALS = {
    "read": "r", "verify": "y", "file": "f", "find_filing": "i", "progress": "p",
    "certificate": "c", "changes": "g", "supplement": "s", "withdraw": "w", "callback": "t",
}  # fmt: skip
_LEGEND = (
    f"verbs: {', '.join(f'{letter} {verb}' for verb, letter in INITIALS.items())}\n"
    f"outcomes: {', '.join(f'{letter} {name}' for name, letter in _LETTERS.items())}, "
    "x another value that the contract allows, · not met, * several, ! may not be"
)


def by_kind(cells: Sequence[Cell]) -> Table:
    """What became of every kind."""
    table = Table(title="kind × what came of it", header_style="bold")
    table.add_column("kind")
    for name in (*_NAMES, "other", "worst ms", "undetectable", "verdict"):
        table.add_column(name, justify="right" if name != "verdict" else "left")
    for kind in KINDS:
        own = [cell for cell in cells if cell.kind == kind]
        if own:
            table.add_row(kind, *_figures(own))
    return table


def _figures(own: Sequence[Cell]) -> list[str]:
    counts = Counter(cell.outcome for cell in own)
    other = sum(count for name, count in counts.items() if name not in _NAMES)
    verdicts = Counter(cell.verdict for cell in own)
    bad = [verdict for verdict in verdicts if verdict not in GOOD]
    worst = max(cell.took_s for cell in own)
    shown = [str(counts[name] or "") for name in _NAMES]
    hidden = str(verdicts[Verdict.UNDETECTABLE] or "")
    return [*shown, str(other or ""), f"{1000 * worst:.0f}", hidden, ", ".join(bad) or "good"]


def whole(cells: Sequence[Cell]) -> Table:
    """Every cell: a line a kind, a column a department, a letter a verb."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for cell in cells:
        found.setdefault((cell.kind, cell.department, cell.verb), set()).add(_letter(cell))
    table = Table("kind", title="kind × department × verb → outcome", caption=_LEGEND)
    departments = {
        name: [verb for verb in INITIALS if any((k, name, verb) in found for k in KINDS)]
        for name in sorted({cell.department for cell in cells})
    }
    for name, verbs in departments.items():
        table.add_column(f"{name}\n{''.join(INITIALS[verb] for verb in verbs)}", no_wrap=True)
    for kind in (kind for kind in KINDS if any(cell.kind == kind for cell in cells)):
        row = [
            "".join(_one(found.get((kind, name, verb), set())) for verb in verbs)
            for name, verbs in departments.items()
        ]
        table.add_row(kind, *row)
    return table


def _one(letters: set[str]) -> str:
    """The letter; several where questions of one verb fared differently are a star."""
    return " " if not letters else letters.pop() if len(letters) == 1 else "*"


def _letter(cell: Cell) -> str:
    if cell.verdict not in GOOD:
        return "!"
    by_verdict = {Verdict.UNMET: "·", Verdict.UNDETECTABLE: "x"}
    return by_verdict.get(cell.verdict) or _LETTERS.get(cell.outcome, "?")


def by_department(cells: Sequence[Cell]) -> Table:
    """What became of every kind at each department and verb, kinds folded."""
    table = Table(title="department × verb", header_style="bold")
    for name in ("department", "verb", "cells", *Verdict):
        table.add_column(name)
    for place in sorted({(cell.department, cell.verb) for cell in cells}):
        own = [cell for cell in cells if (cell.department, cell.verb) == place]
        verdicts = Counter(cell.verdict for cell in own)
        table.add_row(*place, str(len(own)), *(str(verdicts[v] or "") for v in Verdict))
    return table


def totals(cells: Sequence[Cell], deadline_s: float) -> list[str]:
    """The sentences that count."""
    verdicts = Counter(cell.verdict for cell in cells)
    outcomes = Counter(cell.outcome for cell in cells)
    took = sorted(cell.took_s for cell in cells) or [0.0]
    kinds = {cell.kind for cell in cells}
    whole = {(cell.kind, cell.department, cell.verb) for cell in cells}
    return [
        f"{len(kinds)} kinds, {len(whole)} cells, {len(cells)} questions: "
        + ", ".join(f"{name} {verdicts[name]}" for name in Verdict if verdicts[name]),
        "outcomes: " + ", ".join(f"{name} {count}" for name, count in outcomes.most_common()),
        f"{verdicts[Verdict.WRONG]} wrong values accepted, {verdicts[Verdict.RAW]} raw exceptions, "
        f"{verdicts[Verdict.LIE]} lies about a deed, {verdicts[Verdict.TOLD]} with personal data",
        f"{verdicts[Verdict.UNMET]} that cannot be struck, {verdicts[Verdict.SPARED]} not struck",
        f"time: median {1000 * statistics.median(took):.0f} ms, worst {1000 * took[-1]:.0f} ms "
        f"(deadline {1000 * deadline_s:.0f} ms)",
        f"memory: worst {max((c.grown_bytes for c in cells), default=0) / 2**20:.1f} MB, of all "
        "departments asked at once, or of one cell asked again alone",
    ]


def undetectable(cells: Iterable[Cell]) -> list[str]:
    """What no one can tell from the reply, with the reason."""
    found: dict[tuple[str, str], set[str]] = {}
    for cell in cells:
        if cell.verdict is Verdict.UNDETECTABLE:
            places = found.setdefault((cell.kind, cell.reason), set())
            places |= {f"{cell.department}.{cell.verb}.{field}" for field in cell.fields}
    return _told(found)


def unmet(cells: Iterable[Cell]) -> list[str]:
    """What no kind could strike, with the reason."""
    found: dict[tuple[str, str], set[str]] = {}
    for cell in cells:
        if cell.verdict is Verdict.UNMET:
            found.setdefault((cell.kind, cell.reason), set()).add(f"{cell.department}.{cell.verb}")
    return _told(found)


def _told(found: Mapping[tuple[str, str], set[str]]) -> list[str]:
    return [f"{k}: {', '.join(sorted(places))} — {why}" for (k, why), places in found.items()]


def wrongs(cells: Iterable[Cell]) -> list[str]:
    """Every cell that may not be."""
    return [
        f"{c.verdict}: {c.kind} at {c.department}.{c.verb} ({c.about}): {c.outcome}"
        f"{_place(c)}, {c.deeds} deed(s), {1000 * c.took_s:.0f} ms, "
        f"{c.grown_bytes / 2**20:.1f} MB"
        for c in cells
        if c.verdict not in GOOD
    ]


def _place(cell: Cell) -> str:
    """Which place was struck, and which fields came out wrong."""
    place = "" if cell.place is None else f", place {cell.place + 1} of {cell.places}"
    return place + (f", wrong: {', '.join(cell.fields)}" if cell.fields else "")


def write(cells: Iterable[Cell], file: Path) -> None:
    """Every cell as JSON."""
    told = [asdict(cell) for cell in cells]
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def excuses(unneeded: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """What undetectable.toml and unmet.toml list, and nobody needs."""
    return [
        f"UNNEEDED EXCUSE: {kind} at {department}.{verb} needs none ({what}) — take it out of "
        + ("unmet.toml" if what == "not met" else "undetectable.toml")
        for kind, department, verb, what in unneeded
    ]
