"""The matrix, and the figures of bad days, each beside its baseline and its goal, in one run."""

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from mocks.core.kit import DEPARTMENTS as NAMES
from mocks.faults.table import KINDS, Kind, Stage
from tests.bench import bad_days
from tests.faults import mutating, retries
from tests.faults.excuses import listed, unneeded
from tests.faults.figures import Figure, Section, none_of
from tests.faults.matrix import DEADLINE_S, Matrix, matrix
from tests.faults.mutating import Found, mutate
from tests.faults.now_and_then import NowAndThen
from tests.faults.telling import telling
from tests.faults.verdict import GOOD, MOST_BYTES, SLACK_S, Cell, Verdict

RATE = 10.0  # queries of each kind a second
MATRIX, CHANGED, BAD_DAYS, AGAIN = "matrix", "changed replies", "bad days", "second attempts"


def expected_s(count: int, hang_s: float) -> dict[str, float]:
    """What each part takes, in the order they come."""
    days = bad_days.expected_s(hang_s)
    return {MATRIX: 200, CHANGED: count / 450, AGAIN: 10, BAD_DAYS: days}


async def cells(
    kinds: Sequence[Kind], names: Collection[str], verbs: Collection[str], tell: NowAndThen
) -> tuple[list[Cell], tuple[float, int]]:
    """Every cell of these kinds, departments and verbs; and what a good day took."""
    calls = [kind for kind in kinds if kind.stage is not Stage.TELLING]
    told = [kind for kind in kinds if kind.stage is Stage.TELLING]
    if "market" not in names or (verbs and "callback" not in verbs):
        told = []
    found: list[Cell] = []
    with tempfile.TemporaryDirectory() as folder:
        async with matrix(Path(folder), names) as whole:
            calm = await whole.good_day()
            found += await _calls(whole, calls, verbs, tell)
        if told:
            async with telling(Path(folder)) as department:
                for number, kind in enumerate(told):
                    tell(f"callbacks: {kind.name}", 0.8 + 0.2 * number / len(told))
                    found.append(await department.cell(kind))
    return found, calm


async def _calls(
    whole: Matrix, kinds: Sequence[Kind], verbs: Collection[str], tell: NowAndThen
) -> list[Cell]:
    found: list[Cell] = []
    for number, kind in enumerate(kinds):
        tell(f"{kind.name}, {number} of {len(kinds)} kinds", 0.8 * number / len(kinds))
        found += await whole.row(kind, verbs)
    return found


def of_matrix(found: Sequence[Cell], calm: tuple[float, int]) -> Section:
    """The figures of a matrix beside those of a good day."""
    bad, took, grown = [cell for cell in found if cell.verdict not in GOOD], *calm
    stale = unneeded(found, lambda *_: True)
    return Section(
        title=MATRIX,
        figures=[
            none_of("cells that may not be", len(bad), len(found)),
            none_of("excuses nobody needs", len(stale), len(list(listed()))),
            Figure(
                what="cells a kind cannot strike",
                measured=sum(cell.verdict is Verdict.UNMET for cell in found),
                of=len(found),
                form="{:,.0f}",
            ),
            Figure(
                what="slowest answer, ms",
                baseline=1000 * took,
                measured=1000 * max(cell.took_s for cell in found),
                most=1000 * (DEADLINE_S + SLACK_S),
            ),
            Figure(
                what="most memory, MB",
                baseline=grown / 2**20,
                measured=max(cell.grown_bytes for cell in found) / 2**20,
                most=MOST_BYTES / 2**20,
            ),
        ],
    )


async def everything(
    count: int, seed: int, hang_s: float, tell: NowAndThen
) -> tuple[list[Cell], Found, list[Section]]:
    """All of it, one after the other."""
    tell.section(MATRIX)
    found, calm = await cells([*KINDS.values()], NAMES, (), tell)
    tell.section(CHANGED)
    changed = await mutate(count, seed, tell)
    tell.section(AGAIN)
    sections = [
        of_matrix(found, calm),
        await mutating.figures(changed),
        await retries.figures(tell),
    ]
    tell.section(BAD_DAYS)
    return found, changed, sections + await bad_days.figures(hang_s, RATE, tell)
