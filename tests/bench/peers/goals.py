"""What was wanted, beside what was measured in one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.peers.contenders import (
    APOLLO,
    BARE,
    FLOOR,
    HIVE,
    LEAN,
    MERCURIUS,
    NATURAL,
    NODE,
    YOGA,
)
from tests.bench.peers.measure import Figures, Result
from tests.bench.peers.sections import OURS

_PEERS = (APOLLO, MERCURIUS, YOGA, HIVE)  # gateways one might take instead
HEADS = ("wanted", "measured", "")
Measured = Mapping[str, float]  # figures by name; what was not measured is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One figure wanted: at least so much, or at most; without a bound it is for reading."""

    wanted: str
    figure: str
    bound: float | None = None
    at_most: bool = False
    form: str = "{:.1f}×"

    def row(self, measured: Measured) -> Sequence[str]:
        """For the table."""
        figure = measured.get(self.figure)
        if figure is None:
            return (self.wanted, "—", "not measured")
        if self.bound is None:
            return (self.wanted, self.form.format(figure), "—")
        reached = figure <= self.bound if self.at_most else figure >= self.bound
        return (self.wanted, self.form.format(figure), "reached" if reached else "missed")


def _times(section: str, other: str, bound: float, name: str = "") -> Goal:
    wanted = f"{section}: ≥ {bound:g}× {name or other}"
    return Goal(wanted=wanted, figure=f"{section}, {other}", bound=bound)


def _ms(wanted: str, figure: str, bound: float) -> Goal:
    return Goal(
        wanted=f"{wanted} ≤ {bound:g} ms",
        figure=figure,
        bound=bound,
        at_most=True,
        form="{:.2f} ms",
    )


GOALS = (
    _times("case", MERCURIUS, 5),
    _times("case", APOLLO, 8),
    _times("case", HIVE, 14),
    Goal(wanted="case: beside the lean Mercurius", figure=f"case, {LEAN}"),
    Goal(wanted="case: beside Node without GraphQL", figure=f"case, {NODE}"),
    Goal(
        wanted="case: CPU ≤ 1.5× the same calls and parsing without GraphQL",
        figure="case, CPU beside the adapters alone", bound=1.5, at_most=True, form="{:.2f}×",
    ),
    _times("list", MERCURIUS, 2),
    _times("list", APOLLO, 8),
    Goal(wanted="list: beside the lean Mercurius", figure=f"list, {LEAN}"),
    _times("links", MERCURIUS, 5),
    Goal(wanted="links: beside the lean Mercurius", figure=f"links, {LEAN}"),
    _times("hot", MERCURIUS, 3, "Mercurius with its cache"),
    _times("hot", APOLLO, 6, "Apollo Server with its response cache"),
    _ms("hot: p99", "hot, p99", 5),
    _times("catalogue", MERCURIUS, 3, "Mercurius with its cache"),
    _times("catalogue", APOLLO, 6, "Apollo Server with its response cache"),
    Goal(
        wanted="catalogue: ≥ 70 % of a bare uvicorn answer",
        figure="catalogue, share of bare", bound=70, form="{:.0f} %",
    ),
    _ms("departments of 20 ms, one client: added p50", "slow, p50 of 1", 1.0),
    _ms("departments of 20 ms, one client: added p99", "slow, p99 of 1", 1.5),
    Goal(
        wanted="departments of 20 ms, eight clients: added p50 below every peer's",
        figure="slow, p50 of 8 beside the best peer", bound=1, at_most=True, form="{:.2f}×",
    ),
    _ms("submit, one client: p50", "submit, p50", 10),
    _ms("1,300 fields: CPU", "wide, CPU", 1),
    Goal(
        wanted="memory under load ≤ 96 MB",
        figure="memory", bound=96, at_most=True, form="{:.0f} MB",
    ),
    Goal(
        wanted="memory under load below every peer's", figure="memory beside the least peer",
        bound=1, at_most=True, form="{:.2f}×",
    ),
    Goal(
        wanted="memory beside the natural Python gateway, which checks and keeps nothing",
        figure="memory beside the natural one", form="{:.2f}×",
    ),
    Goal(
        wanted="growth: linear or better in each ×10 (a tenth is noise)", figure="growth", bound=11,
        at_most=True,
    ),
)  # fmt: skip


def rows(measured: Measured) -> Sequence[Sequence[str]]:
    """Every goal."""
    return [goal.row(measured) for goal in GOALS]


def of_section(name: str, results: Sequence[Result]) -> dict[str, float]:
    """The figures of a comparison that goals are about."""
    figures = {r.contender: r.figures for r in results if r.figures and not r.failed}
    ours = figures.pop(OURS, None)
    if ours is None:
        return {}
    rate = _median(ours, "rate")
    found = {f"{name}, {other}": rate / _median(told, "rate") for other, told in figures.items()}
    found[f"{name}, p99"] = _median(ours, "p99_ms")
    if FLOOR in figures:
        cpu = _median(ours, "cpu_ms") / _median(figures[FLOOR], "cpu_ms")
        found[f"{name}, CPU beside the adapters alone"] = cpu
    if BARE in figures:
        found[f"{name}, share of bare"] = rate / _median(figures[BARE], "rate") * 100
    if name == "case":
        found |= _memory(ours, figures)
    return found


def _memory(ours: Sequence[Figures], figures: Mapping[str, Sequence[Figures]]) -> dict[str, float]:
    mine, theirs = _most_rss(ours), {name: _most_rss(told) for name, told in figures.items()}
    found = {"memory": mine}
    if peers := [rss for name, rss in theirs.items() if name in _PEERS]:
        found["memory beside the least peer"] = mine / min(peers)
    if NATURAL in theirs:
        found["memory beside the natural one"] = mine / theirs[NATURAL]
    return found


def _most_rss(figures: Sequence[Figures]) -> float:
    return max(one.rss_mb for one in figures)


def _median(figures: Sequence[Figures], name: str) -> float:
    values: list[float] = [getattr(f, name) for f in figures]
    return median(values)
