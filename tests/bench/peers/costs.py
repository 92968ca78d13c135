"""What it costs to start: from nothing to the first answer, several times, in turn."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.peers.contenders import Contender, up
from tests.bench.peers.load import Broken
from tests.bench.peers.measure import Pace, first_answer
from tests.bench.peers.npm import Missing
from tests.bench.peers.processes import Held, held, used
from tests.bench.peers.progress import Tell
from tests.bench.peers.sections import SECTIONS, Kind


@dataclass(slots=True, kw_only=True)
class Costs:
    """One contender's starts."""

    contender: str
    seconds: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    failed: str = ""


async def starts(
    contenders: Sequence[Contender], departments: str, state: Path, pace: Pace, tell: Tell
) -> Sequence[Costs]:
    """Every contender started in turn; the first round, with its cold files, is not kept."""
    costs = [Costs(contender=contender.name) for contender in contenders]
    for turn, kept in pace.turns():
        for index, (contender, cost) in enumerate(zip(contenders, costs, strict=True)):
            if cost.failed:
                continue
            share = (turn + index / len(costs)) / pace.rounds
            tell(f"round {turn + 1} of {pace.rounds}: {contender.name}", share)
            try:
                await _started(contender, departments, state, cost, keep=kept)
            except (Missing, Broken) as failed:
                cost.failed = str(failed)
    return costs


async def _started(
    contender: Contender, departments: str, state: Path, cost: Costs, *, keep: bool
) -> None:
    with up(contender, departments, state, Kind.UNCACHED) as started:
        began = time.perf_counter()
        await first_answer(started, SECTIONS["case"])
        took, costs = time.perf_counter() - began, used(started.pid)
        memory = held(started.pid)
    if keep:
        cost.seconds.append(took)
        cost.cpu_s.append(costs.cpu_s)
        cost.held.append(memory)
