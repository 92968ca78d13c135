"""One run of the bench: every section in its turn, shown as soon as it is there."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import orjson
from rich.console import Console

from gateway.demo.failure import DemoFailed
from tests.bench.peers import goals, growth, slow, submit, wide
from tests.bench.peers.contenders import Contender, Up, catalogue_file, up
from tests.bench.peers.costs import Costs, starts
from tests.bench.peers.load import Broken
from tests.bench.peers.measure import Pace, Result, answers, first_answer, rounds
from tests.bench.peers.npm import Missing
from tests.bench.peers.progress import Progress
from tests.bench.peers.report import (
    COST_HEADS,
    HEADS,
    MEMORY_HEADS,
    Rows,
    how,
    markdown,
    memory_rows,
    rows_of,
    start_rows,
    table,
    written,
)
from tests.bench.peers.sections import ONE_THINGS, OURS, SECTIONS, Kind
from tests.bench.peers.starting import ROOT

# In this order; those of one kind one after another, since they ask the same processes.
CHOICES = (
    "start", "case", "list", "links", "slow", "large", "hot", "catalogue", "submit", "wide",
    "growth", "memory", "goals",
)  # fmt: skip
_KINDS: Mapping[Kind, Sequence[str]] = {
    Kind.UNCACHED: ("case", "list", "links", "slow"),
    Kind.LARGE: ("large",),
    Kind.CACHED: ("hot", "catalogue"),
}
_A_START_S = 1.5


class Bench:
    """Who takes part, on which departments, and where the figures go."""

    def __init__(
        self,
        contenders: Sequence[Contender],
        departments: str,
        state: Path,
        pace: Pace,
        page: str,
        wanted: Sequence[str],
    ) -> None:
        self._contenders, self._departments, self._state = contenders, departments, state
        self._pace, self._page = pace, page
        self._wanted = {*wanted, "start"} if "memory" in wanted else set(wanted)
        self._console = Console(width=160)
        self._progress = Progress(self._console, dict(self._expected()))
        self._costs: Sequence[Costs] = []
        self._case: Sequence[Result] = []
        self._measured: dict[str, float] = {}

    async def run(self) -> None:
        """Measure every section that is wanted, and show each."""
        if "start" in self._wanted:
            self._progress.section("start")
            self._costs = await starts(
                self._takers("start"), self._departments, self._state, self._pace, self._tell
            )
            self._show("start", COST_HEADS, start_rows(self._costs))
        for kind, names in _KINDS.items():
            await self._together(kind, [name for name in names if name in self._wanted])
        alone: Mapping[str, Callable[[], Awaitable[None]]] = {
            "submit": self._submit, "wide": self._wide, "growth": self._growth,
        }  # fmt: skip
        for name in (name for name in alone if name in self._wanted):
            self._progress.section(name)
            try:
                await alone[name]()
            except (Broken, Missing, DemoFailed, OSError) as failed:
                self._show(name, ("failed",), [(" ".join(str(failed).split())[:300],)])
        if "memory" in self._wanted:
            self._show("memory", MEMORY_HEADS, memory_rows(self._costs, self._case))
        if "goals" in self._wanted:
            self._show("goals", goals.HEADS, goals.rows(self._measured))

    def _expected(self) -> Iterator[tuple[str, float]]:
        """Every section that is wanted with the seconds it takes."""
        pace = self._pace
        stretches = {n: len(self._takers(n)) * pace.section_s(s) for n, s in SECTIONS.items()}
        starting = len(self._takers("case")) * _A_START_S
        known = stretches | {
            "start": len(self._takers("start")) * pace.rounds * _A_START_S,
            "slow": slow.expected_s(len(self._takers("slow")), pace),
            "submit": submit.EXPECTED_S,
            "wide": wide.expected_s(pace),
            "growth": growth.expected_s(pace),
        }
        for first in (names[0] for names in _KINDS.values()):
            known[first] += starting
        yield from ((name, known.get(name, 0.0)) for name in CHOICES if name in self._wanted)

    def _takers(self, name: str) -> Sequence[Contender]:
        return [contender for contender in self._contenders if name in contender.takes]

    async def _together(self, kind: Kind, names: Sequence[str]) -> None:
        """Sections that ask the same processes."""
        if not names:
            return
        self._progress.section(names[0])
        taking = [c for c in self._contenders if set(names) & set(c.takes)]
        with ExitStack() as stack:
            ups, absent = await self._started(stack, taking, kind)
            for name in names:
                self._progress.section(name)
                there = [one for one in ups if name in one.contender.takes]
                away = [r for c, r in absent if name in c.takes]
                await self._compare(name, there, away)

    async def _started(
        self, stack: ExitStack, contenders: Sequence[Contender], kind: Kind
    ) -> tuple[Sequence[Up], Sequence[tuple[Contender, Result]]]:
        """Those that are up, and why the others are not."""
        ups, absent = list[Up](), list[tuple[Contender, Result]]()
        for contender in contenders:
            self._tell(f"starting {contender.name}")
            try:
                started = stack.enter_context(up(contender, self._departments, self._state, kind))
                if contender.name == OURS:
                    await self._keep_catalogue(started)
                await first_answer(
                    started, SECTIONS[next((n for n in SECTIONS if n in contender.takes), "case")]
                )
                ups.append(started)
            except (Missing, Broken) as failed:
                absent.append((contender, Result(contender=contender.name, failed=str(failed))))
        return ups, absent

    async def _keep_catalogue(self, ours: Up) -> None:
        """What the peers know of the catalogue is what ours says of it."""
        await first_answer(ours, SECTIONS["catalogue"])
        told = await answers(ours, SECTIONS["catalogue"], len(ONE_THINGS))
        known = {name: told[index]["oneThing"] for index, name in enumerate(ONE_THINGS)}
        catalogue_file(self._state).write_bytes(orjson.dumps(known))

    async def _compare(self, name: str, ups: Sequence[Up], absent: Sequence[Result]) -> None:
        if name == "slow":
            await self._slow(ups, absent)
            return
        measured = await rounds(ups, SECTIONS[name], self._departments, self._pace, self._tell)
        results = [*measured, *absent]
        self._case = results if name == "case" else self._case
        self._measured |= goals.of_section(name, results)
        self._show(name, HEADS, rows_of(results))

    async def _slow(self, ups: Sequence[Up], absent: Sequence[Result]) -> None:
        waited = [
            *await slow.waits(ups, self._departments, self._pace, self._tell),
            *(slow.Waited(contender=r.contender, failed=r.failed) for r in absent),
        ]
        self._measured |= slow.figures(waited)
        self._show("slow", slow.HEADS, slow.rows(waited))
        self._show("slow parts", slow.PART_HEADS, slow.part_rows(waited))

    async def _submit(self) -> None:
        made = await submit.submissions(self._state, self._pace, self._tell)
        self._measured["submit, p50"] = made[submit.PACED.name].quantile(0.5)
        self._show("submit", submit.HEADS, submit.rows(made))

    async def _wide(self) -> None:
        made, executing = await wide.wide(self._departments, self._state, self._pace, self._tell)
        self._measured["wide, CPU"] = made[wide.KEPT].cpu_ms
        self._show("wide", wide.HEADS, wide.rows(made, executing))

    async def _growth(self) -> None:
        made = await growth.growth(self._departments, self._state, self._pace, self._tell)
        self._measured["growth"] = growth.worst_step(made)
        self._show("growth", growth.HEADS, growth.rows(made))

    def _tell(self, what: str, share: float = 0.0, /) -> None:
        self._progress.tell(what, share)

    def _show(self, name: str, heads: Sequence[str], rows: Rows) -> None:
        self._console.print(table(name, heads, rows))
        if self._page:
            path = ROOT / self._page
            page = written(
                path.read_text("utf-8"), name, markdown(heads, rows, how(name, self._pace))
            )
            path.write_text(page, "utf-8")
