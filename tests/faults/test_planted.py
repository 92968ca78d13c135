"""Each check of the matrix, shown red once: adapters that are wrong in one way."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.contract import Changes
from adapters.errors import Refused
from adapters.wire import Endpoint
from mocks.faults.table import KINDS
from schema.domain.filing import Receipt
from tests.faults.matrix import Adapters, Matrix, endpoint_of, matrix, shipped
from tests.faults.verdict import Cell, Verdict

PATIENT_S = 2.0
Lie = Callable[[Any], Any]
Opened = Callable[[str], Awaitable[Matrix]]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """A department that runs and was asked all there is on a good day, once for all tests."""
    there: dict[str, Matrix] = {}
    async with AsyncExitStack() as stack:

        async def of(name: str) -> Matrix:
            if name not in there:
                one = matrix(tmp_path_factory.mktemp(name), (name,), deadline_s=PATIENT_S)
                there[name] = await stack.enter_async_context(one)
            return there[name]

        yield of


class Lying:
    """An adapter of which one verb is not told as it is."""

    def __init__(self, of: Any, verb: str, lie: Lie) -> None:
        self._of, self._verb, self._lie = of, verb, lie

    def __getattr__(self, name: str) -> Any:
        told = getattr(self._of, name)
        if name != self._verb:
            return told

        async def lied(*asked: Any, **more: Any) -> Any:
            try:
                given = await told(*asked, **more)
            except Refused as error:
                raise self._lie(error) from None
            return self._lie(given)

        return lied


async def cells(opened: Opened, kind: str, name: str, verb: str, lie: Lie) -> list[Cell]:
    """What the kind does to the verb where its adapter lies."""

    def made(endpoints: Mapping[str, Endpoint]) -> Adapters:
        adapters: dict[str, Any] = {n: Lying(a, verb, lie) for n, a in shipped(endpoints).items()}
        return adapters

    counters = (await opened(name)).counters
    hurried = made({name: endpoint_of(counters[name].mock, PATIENT_S)})
    whole = Matrix(counters, dict(hurried), made, PATIENT_S)
    try:
        return await whole.row(KINDS[kind], (verb,))
    finally:
        await whole.hurried[name].aclose()


def honest(given: Any) -> Any:
    return given


def shifted(feed: Changes) -> Changes:
    return replace(feed, cursor="999999")


def endless(feed: Changes) -> Changes:
    return replace(feed, more=not feed.more)


def longer(feed: Changes) -> Changes:
    foreign = replace(feed.progress[-1], receipt="LH20260302-09999")
    return replace(feed, progress=(*feed.progress, foreign))


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("lie", "fields"),
    [(honest, None), (shifted, ("cursor",)), (endless, ("more",)), (longer, ("added", "receipt"))],
)
async def test_a_feed_told_with_another_cursor_or_more_rows_is_wrong(
    opened: Opened, lie: Lie, fields: tuple[str, ...] | None
) -> None:
    [found] = await cells(opened, "processed_twice", "greening", "changes", lie)

    assert (found.verdict, found.fields) == (
        (Verdict.TRUE, ()) if fields is None else (Verdict.WRONG, fields)
    )


def of_another(receipt: Receipt) -> Receipt:
    return replace(receipt, number="LH20260302-09999")


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("lie", "verdict", "fields"),
    [
        (honest, Verdict.UNDETECTABLE, ("received_at",)),
        (of_another, Verdict.WRONG, ("number", "received_at")),
    ],
)
async def test_an_excuse_for_a_moment_excuses_no_foreign_number(
    opened: Opened, lie: Lie, verdict: Verdict, fields: tuple[str, ...]
) -> None:
    [cell] = await cells(opened, "clock_skew", "greening", "file", lie)

    assert (cell.verdict, cell.fields) == (verdict, fields)


def sure(told: Any) -> Any:
    if isinstance(told, Refused):
        return Refused(told.department, told.fault, told.reason)
    return told


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("lie", "lies"), [(honest, False), (sure, True)])
async def test_a_refusal_believed_though_it_may_be_anothers_is_a_lie(
    opened: Opened, lie: Lie, *, lies: bool
) -> None:
    found = await cells(opened, "other_operation", "housing", "supplement", lie)

    assert ({cell.verdict for cell in found} <= {Verdict.TYPED, Verdict.TRUE}) is not lies
    assert (Verdict.LIE in {cell.verdict for cell in found}) is lies


@pytest.mark.timeout(120)
async def test_an_adapter_that_answers_from_memory_is_not_struck(opened: Opened) -> None:
    there = await opened("health")
    counter = there.counters["health"]
    question = await counter.question("read", 0)
    remembers: Any = Remembering(there.hurried["health"], question.truth)
    whole = replace(there, hurried={"health": remembers})

    cell = await whole.cell(KINDS["malformed"], counter, "read")

    assert cell.outcome == "value"
    assert cell.verdict is Verdict.SPARED


class Remembering:
    """Never asks twice."""

    def __init__(self, of: Any, known: Any) -> None:
        self._of, self._known = of, known

    async def read(self, *asked: Any, **more: Any) -> Any:
        return self._known

    async def aclose(self) -> None:
        await self._of.aclose()


@pytest.mark.timeout(120)
async def test_every_place_of_a_reply_is_struck_whatever_was_asked_before(tmp_path: Path) -> None:
    rows = []
    for number in range(2):
        async with matrix(tmp_path / str(number), ("health",), deadline_s=PATIENT_S) as whole:
            if number:
                await whole.row(KINDS["overlong_text"], ("read",))
            rows.append(await whole.row(KINDS["unknown_code"], ("read",)))

    first, again = ([replace(cell, took_s=0, grown_bytes=0) for cell in row] for row in rows)
    assert first == again
    assert [cell.place for cell in first] == [0, 1]
    assert {cell.places for cell in first} == {2}
    assert {cell.verdict for cell in first} == {Verdict.TYPED, Verdict.UNDETECTABLE}
