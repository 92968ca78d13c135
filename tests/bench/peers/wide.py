"""An answer of 1,300 fields, ours alone: whole, from memory, and no more than executed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

from tests.bench.execution import QUERIES, executed
from tests.bench.peers.contenders import up
from tests.bench.peers.measure import Figures, Pace, first_answer, load, stretch
from tests.bench.peers.ours import Ours
from tests.bench.peers.progress import Tell
from tests.bench.peers.replies import FROM
from tests.bench.peers.sections import LIST, Kind, Section, parcel_of

HEADS = ("1,300 fields", "queries/s", "CPU ms/query", "p50 ms", "p99 ms")
KEPT = "whole query, the record kept for five seconds"
GIVEN = "the same, the answer given again"
EXECUTED = "executing alone, the data at hand"
_AGAIN: Mapping[str, Any] = {"about": "what was sent with it, so that no answer is given twice"}
_ASKED: Mapping[str, tuple[Callable[[], Iterator[int]], Mapping[str, Any]]] = {
    "whole query, from a SOAP reply of 144 projects of nine fields": (lambda: count(FROM[144]), {}),
    KEPT: (lambda: cycle([FROM[144]]), _AGAIN),
    GIVEN: (lambda: cycle([FROM[144]]), {}),
}


def expected_s(pace: Pace) -> float:
    """What it takes."""
    return 10.0 + len(_ASKED) * (pace.warm_s + pace.seconds)


async def wide(
    departments: str, state: Path, pace: Pace, tell: Tell
) -> tuple[Mapping[str, Figures], float]:
    """The figures of whole queries, and the CPU milliseconds of executing alone."""
    made: dict[str, Figures] = {}
    with up(Ours(), departments, state, Kind.UNCACHED) as started:
        for index, (name, (numbers, beside)) in enumerate(_ASKED.items()):
            section = Section(
                name="wide",
                about=name,
                document=LIST,
                variables=partial(_with, beside),
                numbers=numbers,
            )
            tell(name, index / 4)
            await first_answer(started, section)
            asked = numbers()
            if pace.warm_s:
                await load(started, section, asked, pace, pace.warm_s)
            made[name] = await stretch(started, section, asked, departments, pace)
    tell(EXECUTED, 3 / 4)
    return made, await executed(QUERIES["1,300 fields"])


def _with(beside: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    return {**parcel_of(number), **beside}


def rows(made: Mapping[str, Figures], executing_ms: float) -> Sequence[Sequence[str]]:
    """For the table."""
    whole = [
        (name, f"{f.rate:,.0f}", f"{f.cpu_ms:.2f}", f"{f.p50_ms:.1f}", f"{f.p99_ms:.1f}")
        for name, f in made.items()
    ]
    return [*whole, (EXECUTED, "—", f"{executing_ms:.2f}", "—", "—")]
