"""An answer of 1,300 fields, ours alone: whole, from memory, and no more than executed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, cycle
from pathlib import Path

from tests.bench.execution import QUERIES, executed
from tests.bench.peers.contenders import up
from tests.bench.peers.measure import Figures, Pace, first_answer, load, stretch
from tests.bench.peers.ours import Ours
from tests.bench.peers.progress import Tell
from tests.bench.peers.replies import FROM
from tests.bench.peers.sections import LIST, Kind, Section, parcel_of

HEADS = ("1,300 fields", "queries/s", "CPU ms/query", "p50 ms", "p99 ms")
KEPT = "whole query, the record kept for five seconds"
EXECUTED = "executing alone, the data at hand"
_NUMBERS: Mapping[str, Callable[[], Iterator[int]]] = {
    "whole query, from a SOAP reply of 144 projects of nine fields": lambda: count(FROM[144]),
    KEPT: lambda: cycle([FROM[144]]),
}


def expected_s(pace: Pace) -> float:
    """What it takes."""
    return 10.0 + len(_NUMBERS) * (pace.warm_s + pace.seconds)


async def wide(
    departments: str, state: Path, pace: Pace, tell: Tell
) -> tuple[Mapping[str, Figures], float]:
    """The figures of whole queries, and the CPU milliseconds of executing alone."""
    made: dict[str, Figures] = {}
    with up(Ours(), departments, state, Kind.UNCACHED) as started:
        for index, (name, numbers) in enumerate(_NUMBERS.items()):
            section = Section(
                name="wide", about=name, document=LIST, variables=parcel_of, numbers=numbers
            )
            tell(name, index / 3)
            await first_answer(started, section)
            asked = numbers()
            if pace.warm_s:
                await load(started, section, asked, pace, pace.warm_s)
            made[name] = await stretch(started, section, asked, departments, pace)
    tell(EXECUTED, 2 / 3)
    return made, await executed(QUERIES["1,300 fields"])


def rows(made: Mapping[str, Figures], executing_ms: float) -> Sequence[Sequence[str]]:
    """For the table."""
    whole = [
        (name, f"{f.rate:,.0f}", f"{f.cpu_ms:.2f}", f"{f.p50_ms:.1f}", f"{f.p99_ms:.1f}")
        for name, f in made.items()
    ]
    return [*whole, (EXECUTED, "—", f"{executing_ms:.2f}", "—", "—")]
