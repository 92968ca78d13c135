"""Ours alone, ten and a hundred times as large: what a query costs as one thing or another grows.

Fields of a record, rows of a reply, departments plugged in, one things on offer, cases stored.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from gateway.demo.applicant import operation
from tests.bench.peers.contenders import up
from tests.bench.peers.grown import WIDTHS, document, more_departments, more_one_things
from tests.bench.peers.load import Broken
from tests.bench.peers.measure import Figures, Pace, first_answer, load, stretch
from tests.bench.peers.ours import Ours
from tests.bench.peers.progress import Tell
from tests.bench.peers.replies import FROM
from tests.bench.peers.sections import LIST, Kind, Section, parcel_of
from tests.bench.peers.stored import Stored, stored

TIMES = (1, 10, 100)
HEADS = (
    "what grows", "to", "asked", "CPU ms/query", "times", "p50 ms", "first answer s", "RSS MB",
)  # fmt: skip
_ROWS = (20, 200, 2_000)
_CASES = (100, 1_000, 10_000)
WARM_S = 1.5
_FOUND = ("value", "values", "nodes", "id")  # what may not be empty in an answer
_ALL = "query All { oneThings { id name { zh en } items { id promisedDays } } }"
_ONE_CASE = (
    "query One($id: ID!) { case(id: $id) { id state submittedAt"
    " steps { item state receipt dueOn } timeline { at kind item } } }"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One query at one size."""

    what: str
    size: str
    asked: str
    document: str
    variables: Callable[[int], Any] = lambda number: {}

    def section(self) -> Section:
        """As a stretch of load wants it."""
        return Section(
            name=self.what,
            about=self.asked,
            document=self.document,
            variables=self.variables,
            numbers=lambda: count(1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """One gateway, and what it is asked."""

    ours: Ours
    trials: Sequence[Trial]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What came of one trial."""

    trial: Trial
    figures: Figures
    started_s: float


def expected_s(pace: Pace) -> float:
    """What it takes: ten starts, a town for the first case, and the stretches."""
    return 10 * 2.5 + 12.0 + 21 * (WARM_S + pace.seconds)


async def growth(departments: str, state: Path, pace: Pace, tell: Tell) -> Sequence[Grown]:
    """Every trial at every size."""
    folder, made = state / "growth", list[Grown]()
    folder.mkdir(exist_ok=True)
    async for index, bed in _beds(departments, folder, tell):
        own = folder / f"bed-{index}"
        own.mkdir()
        tell(f"{bed.trials[0].what}: {bed.trials[0].size}", index / 10)
        began = time.perf_counter()
        with up(bed.ours, departments, own, Kind.UNCACHED) as started:
            await first_answer(started, bed.trials[0].section())
            started_s = time.perf_counter() - began
            for trial in bed.trials:
                section, numbers = trial.section(), count(1000)
                whole(trial, await first_answer(started, section))
                await load(started, section, numbers, pace, WARM_S)
                figures = await stretch(started, section, numbers, departments, pace)
                made.append(Grown(trial=trial, figures=figures, started_s=started_s))
    return made


def whole(trial: Trial, told: Mapping[str, Any]) -> None:
    """Broken when a trial is answered with nothing: that would be cheap."""
    for name, found in told.items():
        inner = [found.get(one, True) for one in _FOUND] if isinstance(found, dict) else [found]
        if not found or not all(inner):
            raise Broken(f"{trial.what}, {trial.size}: nothing came of {name}")


async def _beds(departments: str, folder: Path, tell: Tell) -> AsyncIterator[tuple[int, Bed]]:
    tell("one case, to be stored many times")
    (folder / "case").mkdir()
    case = await stored(folder / "case")
    beds = [
        _wider(departments, folder),
        *_more_departments(departments, folder),
        *_more_one_things(folder),
        *_more_cases(folder, case),
    ]
    for index, bed in enumerate(beds):
        yield index, bed


def _wider(departments: str, folder: Path) -> Bed:
    """Fields and rows: one gateway for both."""
    sizes = {f"grown{fields}": fields for fields in WIDTHS}
    fields = [
        Trial(
            what="fields", size=f"{number:,} fields", asked="a record, every field of it",
            document=document(f"grown{number}", number),
            variables=lambda n: {"no": f"{n:08d}"},
        )
        for number in WIDTHS
    ]  # fmt: skip
    rows = [
        Trial(
            what="rows", size=f"{number:,} rows", asked="a list, nine fields a row, by SOAP",
            document=LIST, variables=_parcels_from(FROM[number]),
        )
        for number in _ROWS
    ]  # fmt: skip
    further = more_departments(folder / "wider", departments, sizes)
    return Bed(ours=Ours(further=further), trials=[*fields, *rows])


def _parcels_from(start: int) -> Callable[[int], Any]:
    return lambda number: parcel_of(start + number)


def _more_departments(departments: str, folder: Path) -> Iterator[Bed]:
    for times in TIMES:
        sizes = {f"made{index}": WIDTHS[0] for index in range(times)}
        trial = Trial(
            what="departments", size=f"8 and {times:,} more", asked="a record of one of them",
            document=document("made0", WIDTHS[0]), variables=lambda n: {"no": f"{n:08d}"},
        )  # fmt: skip
        further = more_departments(folder / f"departments-{times}", departments, sizes)
        yield Bed(ours=Ours(further=further), trials=[trial])


def _more_one_things(folder: Path) -> Iterator[Bed]:
    for times in TIMES:
        further = more_one_things(folder / f"one-things-{times}", times)
        size = f"{3 * times:,} one things"
        one = Trial(
            what="one things", size=size, asked="one of them", document=operation("one_thing"),
            variables=lambda n: {"id": "open_restaurant"},
        )  # fmt: skip
        every = Trial(what="one things, all", size=size, asked="all of them", document=_ALL)
        yield Bed(ours=Ours(further=further), trials=[one, every])


def _more_cases(folder: Path, case: Stored) -> Iterator[Bed]:
    for cases in _CASES:
        store = case.times(folder / f"cases-{cases}", cases)
        ours = Ours(further={"store.url": f"sqlite:///{store}"}, city=case.city)
        mine = Trial(
            what="cases, mine", size=f"{cases:,} cases", asked="the newest twenty of mine",
            document=operation("my_cases"),
        )  # fmt: skip
        one = Trial(
            what="cases, one", size=f"{cases:,} cases", asked="one of mine, with its timeline",
            document=_ONE_CASE, variables=case.numbered(cases),
        )  # fmt: skip
        yield Bed(ours=ours, trials=[mine, one])


def rows(made: Sequence[Grown]) -> Sequence[Sequence[str]]:
    """For the table, each with its cost beside the smallest one's."""
    least: dict[str, float] = {}
    return [_row(one, least.setdefault(one.trial.what, one.figures.cpu_ms)) for one in made]


def _row(one: Grown, least: float) -> Sequence[str]:
    figures, trial = one.figures, one.trial
    return (
        trial.what,
        trial.size,
        trial.asked,
        f"{figures.cpu_ms:.2f}",
        f"{figures.cpu_ms / least:.1f}×",
        f"{figures.p50_ms:.1f}",
        f"{one.started_s:.1f}",
        f"{figures.rss_mb:.0f}",
    )


def worst_step(made: Sequence[Grown]) -> float:
    """How many times a query costs at most when something is ten times as large; 10 is linear."""
    by_what: dict[str, list[float]] = {}
    for one in made:
        by_what.setdefault(one.trial.what, []).append(one.figures.cpu_ms)
    return max(later / earlier for costs in by_what.values() for earlier, later in pairwise(costs))
