"""What is asked again alone is what was late or large; what was wrong once stays wrong."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from mocks.faults.table import KINDS, Kind
from tests.faults.matrix import Matrix
from tests.faults.questions import Counter
from tests.faults.verdict import GOOD, Cell, Verdict

LATE_S = 60.0


class Once(Matrix):
    """Late the first time, with this verdict; alone it gives the true value at once."""

    verdict: Verdict

    async def _at(self, kind: Kind, counter: Counter, verbs: Collection[str]) -> list[Cell]:
        return [
            Cell(
                kind=kind.name, department="fire", verb="read", about="", outcome="value",
                verdict=self.verdict, took_s=LATE_S,
            )
        ]  # fmt: skip

    async def _alone(self, kind: Kind, cell: Cell) -> Cell:
        return replace(cell, verdict=Verdict.TRUE, took_s=0.0)


@pytest.mark.parametrize("verdict", Verdict)
async def test_a_second_answer_takes_back_no_wrong_one(verdict: Verdict) -> None:
    absent: Any = None
    matrix = Once(counters={"fire": absent}, hurried={}, made=absent)
    matrix.verdict = verdict

    [cell] = await matrix.row(next(iter(KINDS.values())))

    again = verdict in GOOD or verdict is Verdict.SPARED
    assert cell.verdict is (Verdict.TRUE if again else verdict)


class Hurried(Matrix):
    """The first question never gets there; from then on there are three places to strike."""

    asked = 0

    async def cell(
        self,
        kind: Kind,
        counter: Counter,
        verb: str,
        *,
        turn: int | None = None,
        place: int | None = None,
    ) -> Cell:
        self.asked += 1
        missed = self.asked == 1
        return Cell(
            kind=kind.name, department="fire", verb=verb, about="", outcome="value", took_s=0.0,
            verdict=Verdict.SPARED if missed else Verdict.TYPED, place=place,
            places=None if missed else 3,
        )  # fmt: skip


async def test_no_place_is_left_out_because_the_first_question_never_got_there() -> None:
    absent: Any = None
    matrix = Hurried(counters={}, hurried={}, made=absent)
    counter = Counter("fire", absent, absent)

    cells = await matrix.everywhere(KINDS["unknown_code"], counter, "file")

    assert [cell.place for cell in cells] == [0, 1, 2]
    assert {cell.verdict for cell in cells} == {Verdict.TYPED}
