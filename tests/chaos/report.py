"""What a run came to, for people: one row in a table, and what was found in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from tests.chaos.run import Outcome

_SHOWN = 5
_ZEROS = ("lost", "doubled", "orphans", "stuck", "replay")


def table(outcomes: Sequence[Outcome], skipped: Sequence[tuple[str, str]]) -> Table:
    """A column for each run."""
    made = Table(title="Chaos", caption="\n".join(f"{name}: {why}" for name, why in skipped))
    made.add_column("run", no_wrap=True)
    for outcome in outcomes:
        made.add_column(outcome.plan.name, justify="right", overflow="fold")
    for name, *cells in zip(_ROWS, *(_cells(outcome) for outcome in outcomes), strict=True):
        made.add_row(name, *(str(cell) for cell in cells))
    return made


_ROWS = (
    "applications",
    "kills (random + at points)",
    "PostgreSQL kills",
    "lost replies",
    "accepted late",
    "sent",
    "parked for a clerk",
    *_ZEROS,
    "anything else found",
    "resumed s (median, most)",
    "taken over s (median, most)",
    "refused after s (most)",
    "healthy after s (most)",
    "took s",
    "verdict",
)


def _cells(outcome: Outcome) -> Iterator[object]:
    told = outcome.figures
    yield told["applications"]
    yield f"{told['kills_at_random']} + {sum(told['kills_at_points'].values())}"
    yield told.get("database_kills", "")
    yield told["lost_reply"]
    yield told["late_accept"]
    yield told["posts"]
    yield told["parked"]
    for name in _ZEROS:
        yield told[name]
    yield sum(len(f) for name, f in outcome.found.items() if name not in _ZEROS)
    yield _times(told, "resumed")
    yield _times(told, "taken_over")
    yield _seconds(told.get("refused_max_s"))
    yield _seconds(told.get("healthy_max_s"))
    yield f"{told['wall_s']:.0f}"
    yield _verdict(outcome)


def _times(told: Mapping[str, Any], name: str) -> str:
    middle, most = told.get(f"{name}_median_s"), told.get(f"{name}_max_s")
    return "" if middle is None or most is None else f"{middle:.1f}, {most:.1f}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _verdict(outcome: Outcome) -> str:
    if outcome.plan.must_find:
        return "found out" if outcome.clean else "NOT FOUND OUT"
    return "clean" if outcome.clean else "FAILED"


def details(outcome: Outcome) -> Iterator[str]:
    """The figures of a run, and what was found; the first few of each kind."""
    yield f"{outcome.plan.name}: {_verdict(outcome)}"
    for name, value in outcome.figures.items():
        if value not in (None, 0, {}, []):
            yield f"  {name}: {round(value, 2) if isinstance(value, float) else value}"
    if outcome.plan.must_find and outcome.clean:
        return
    for check, findings in outcome.found.items():
        for finding in findings[:_SHOWN]:
            yield f"  {check}: {finding[:240]}"
        if len(findings) > _SHOWN:
            yield f"  {check}: … and {len(findings) - _SHOWN} more"
