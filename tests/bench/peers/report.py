"""The figures as tables: on the terminal, and between the marks of a page."""

import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from rich.table import Table

from tests.bench.peers import growth, slow
from tests.bench.peers.costs import Costs
from tests.bench.peers.measure import Figures, Pace, Result
from tests.bench.peers.processes import MEASURED, REST, Held
from tests.bench.peers.sections import OURS, SECTIONS

HEADS = (
    "system", "queries/s", "from–to", "CPU ms/query", "p50 ms", "p99 ms", "RSS MB",
    "calls/query", "ours is", "answers",
)  # fmt: skip
COST_HEADS = ("system", "first answer s", "from–to", "CPU s", "RSS MB")
MEMORY_HEADS = (
    "system", "RSS MB, first answer", "PSS", "USS", "RSS MB, under load", "PSS", "USS",
)  # fmt: skip

Rows = Sequence[Sequence[str]]


def rows_of(results: Sequence[Result]) -> Rows:
    """A section's rows: medians over the rounds, and how ours compares."""
    ours = next((r.figures for r in results if r.contender == OURS and r.figures), [])
    return [_row(result, ours) for result in results]


def _row(result: Result, ours: Sequence[Figures]) -> Sequence[str]:
    if result.failed or not result.figures:
        reason = " ".join((result.failed or "not measured").split())[:160]
        return (result.contender, *["—"] * (len(HEADS) - 2), reason)
    figures = result.figures
    rates = [f.rate for f in figures]
    return (
        result.contender,
        _rate(median(rates)),
        f"{_rate(min(rates))}–{_rate(max(rates))}",
        f"{median(f.cpu_ms for f in figures):.2f}",
        f"{median(f.p50_ms for f in figures):.1f}",
        f"{median(f.p99_ms for f in figures):.1f}",
        f"{median(f.rss_mb for f in figures):.0f}",
        f"{median(f.calls for f in figures):.2f}",
        _times(result.contender, median(rates), ours),
        result.equal,
    )


def _rate(rate: float) -> str:
    """Whole answers a second, or tenths where there are few."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _times(contender: str, rate: float, ours: Sequence[Figures]) -> str:
    """How many times as fast ours is; below one, ours is slower."""
    if contender == OURS or not ours:
        return "—"
    ratio = median(f.rate for f in ours) / rate
    return f"{ratio:.1f}×" if ratio >= 1 else f"{ratio:.2f}×"


def start_rows(costs: Sequence[Costs]) -> Rows:
    """What it takes until the first query is answered."""
    return [_start_row(cost) for cost in costs]


def _start_row(cost: Costs) -> Sequence[str]:
    if not cost.seconds:
        reason = " ".join(cost.failed.split())[:160]
        return (cost.contender, reason, *["—"] * (len(COST_HEADS) - 2))
    return (
        cost.contender,
        f"{median(cost.seconds):.2f}",
        f"{min(cost.seconds):.2f}–{max(cost.seconds):.2f}",
        f"{median(cost.cpu_s):.2f}",
        f"{median(memory.rss for memory in cost.held):.0f}",
    )


def memory_rows(costs: Sequence[Costs], results: Sequence[Result]) -> Rows:
    """What is held after the first answer, and at the end of a stretch of cases."""
    loaded = {r.contender: _most([_held(f) for f in r.figures]) for r in results}
    nothing = _most([])
    return [
        (c.contender, *_most(c.held, median), *loaded.get(c.contender, nothing))
        for c in costs
        if c.held
    ]


def _held(figures: Figures) -> Held:
    return Held(rss=figures.rss_mb, pss=figures.pss_mb, uss=figures.uss_mb)


def _most(told: Sequence[Held], of: Callable[[Iterable[float]], float] = max) -> Sequence[str]:
    """RSS, PSS and USS, each by itself the most of all, or what `of` makes of them."""
    if not told:
        return ("—", "—", "—")
    kinds = ((h.rss for h in told), (h.pss for h in told), (h.uss for h in told))
    return [f"{of(kind):.0f}" for kind in kinds]


def table(title: str, heads: Sequence[str], rows: Rows) -> Table:
    """For the terminal."""
    made = Table(title=title)
    for index, head in enumerate(heads):
        made.add_column(head, justify="right" if 0 < index < len(heads) - 1 else "left")
    for row in rows:
        made.add_row(*row)
    return made


def markdown(heads: Sequence[str], rows: Rows, how: str) -> str:
    """For a page, with how it was measured and on what."""
    lines = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]
    told = "; ".join(filter(None, [how, *_machine()]))
    return "\n".join([*lines, "", f"*{told}.*"])


def how(name: str, pace: Pace) -> str:
    """How a section is measured; nothing where that stands with another."""
    kept = f"{max(1, pace.rounds - 1)} of {pace.rounds} rounds kept"
    section = SECTIONS.get(name)
    if section is not None:
        stretch = _stretch(section.connections or pace.connections, pace, pace.warm_of(section))
        return f"{stretch}; {kept}"
    told = {
        "start": kept,
        "slow": f"{_stretch('1 and 8', pace, slow.WARM_S)}; {kept}",
        "slow parts": f"{_stretch('1', pace, slow.WARM_S)}; {kept}",
        "wide": _stretch(pace.connections, pace, pace.warm_s),
        "growth": _stretch(pace.connections, pace, growth.WARM_S),
    }
    return told.get(name, "")


def _stretch(connections: int | str, pace: Pace, warm_s: float) -> str:
    return f"{connections} connections, {pace.seconds:g} s a stretch after {warm_s:g} s"


def _machine() -> Iterator[str]:
    told = Path("/proc/cpuinfo").read_text("utf-8", errors="replace")
    model = re.search(r"model name\s*: (.+)", told)
    yield f"{model[1] if model else platform.machine()}, {len(MEASURED | REST)} cores"
    yield f"Python {platform.python_version()}"
    yield f"Node {_said('node', '--version')}"
    yield f"at {_said('git', 'rev-parse', '--short', 'HEAD')}"


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return "none"
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or "?"


def written(page: str, name: str, content: str) -> str:
    """The page with one section's figures replaced; ValueError when it has no marks for it."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    if begin not in page or end not in page:
        raise ValueError(f"the page has no marks for {name}: put {begin} and {end} where they go")
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}"
