"""Whatever departments answer, in whatever order: no two filings have one number, and none reaches
another's filing; and of honest ones nothing is taken for somebody else's.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.contract import Department
from adapters.errors import OutcomeUnknown
from gateway.cases import attempts, tables
from gateway.cases.database import Database
from gateway.cases.delivery import DONE, Delivery
from gateway.cases.intake import Intake
from gateway.cases.outcome import told
from gateway.cases.probe import Hooks
from gateway.cases.receipts import owns
from gateway.cases.store import Store, Transaction
from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, Event, EventKind, Verb
from schema.domain.case_rules import parse_reference
from schema.domain.delivery_policy import TAKEN, Act, Attempt, Outcome
from schema.domain.delivery_rule import Rule, rule_for
from schema.domain.department import Repeats
from schema.domain.filing import Filing, ItemStatus, Progress, Receipt
from tests.gateway.cases.world import (
    MORNING,
    FakeDepartment,
    OneCatalogue,
    TestClock,
    shop_opening,
)

CASES = 3
ITEM = {Repeats.KEY: "A", Repeats.LOOKUP: "B", Repeats.BLIND: "C"}


@dataclass
class Queue:
    """Commands as they were enqueued, none of them run by itself."""

    waiting: list[tuple[str, int]] = field(default_factory=list)

    def enqueue_in(self, _connection: Any, _queue: str, name: str, tick: int, _s: float) -> None:
        self.waiting.append((name, tick))

    def wake(self, _queues: Collection[str]) -> None: ...


class Trusted:
    """A store that never came back from a backup."""

    async def older(self, transaction: Transaction) -> bool:
        return False

    async def remember(self, transaction: Transaction, *, doubted: bool = False) -> None: ...

    async def same(self, transaction: Transaction) -> bool:
        return True

    def claimed(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class Doubtful(FakeDepartment):
    """Answers with numbers of its own choice: `said` is which of its filings it names next.

    A further trouble: overtaken (news of the filing comes before the reply).
    """

    said: list[list[int]] = field(default_factory=list)
    tells: Callable[[str, Sequence[Progress]], Awaitable[None]] | None = None

    def _named(self, own: Sequence[str]) -> list[str]:
        chosen = self.said.pop(0) if self.said else []
        numbers = list(self.filings)
        return [numbers[n] for n in chosen if n < len(numbers)] or list(own)

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        number = self._keep(filing)
        trouble = self.troubles.pop(0) if self.troubles else "none"
        if trouble == "lost":
            raise OutcomeUnknown(self.id, "reply lost")
        if trouble == "overtaken" and self.tells is not None:
            news = Progress(
                receipt=number, status=ItemStatus.RECEIVED, at=MORNING, reference=filing.reference
            )
            await self.tells(self.id, [news])
        return Receipt(number=self._named([number])[0], received_at=self.clock.now())

    async def find_filing(
        self, reference: str, service: str, *, budget: float
    ) -> Sequence[Receipt]:
        own = [n for n, f in self.filings.items() if f.reference == reference]
        return [Receipt(number=n, received_at=MORNING) for n in self._named(own)]


def at_once(department: Department, verb: Verb) -> Rule:
    """The rule as it is, without its waits."""
    rule = rule_for(department.info, verb)
    return replace(rule, settle_s=0.0, first_wait_s=0.0, longest_wait_s=0.0, sends=3, asks=3)


@dataclass
class Office:
    """A store, a department, and three cases with one filing each there."""

    store: Store
    department: Doubtful
    delivery: Delivery
    intake: Intake
    queue: Queue
    item: str

    def name(self, n: int) -> str:
        return f"31010420260907-{n}"

    async def submit(self, n: int) -> None:
        about = {"one_thing": "open_shop", "version": "1", "applicant_ref": "enterprise:one"}
        data = {**about, "items": [self.item]}
        await self._append(n, EventKind.SUBMITTED, data)

    async def withdraw(self, n: int) -> None:
        await self._append(n, EventKind.WITHDRAWAL_REQUESTED, {})

    async def _append(self, n: int, kind: EventKind, data: Mapping[str, Any]) -> None:
        event = Event(
            key=f"{kind}:{n}",
            case=self.name(n),
            kind=kind,
            at=MORNING,
            actor="applicant",
            data=data,
        )
        await self.store.append(event)

    async def run(self, which: int) -> None:
        """One of the commands that wait, to its end."""
        if self.queue.waiting:
            name, tick = self.queue.waiting.pop(which % len(self.queue.waiting))
            before = len(self.department.withdrawals)
            owned = await self.owned()
            await self.delivery.run(name, tick)
            for one in self.department.withdrawals[before:]:
                assert owned.get(one.receipt, name.split(":")[0]) == name.split(":")[0]

    async def tell(self, names: int | None, number: int, status: ItemStatus) -> None:
        """News that names a filing by its reference, by its number, or by both."""
        numbers = list(self.department.filings)
        if number >= len(numbers):
            return
        reference = None if names is None else f"{self.name(names)}:{self.item}:file:1"
        news = Progress(receipt=numbers[number], status=status, at=MORNING, reference=reference)
        await self.intake(self.department.id, [news])

    async def cases(self) -> list[Case]:
        found = [await self.store.case(self.name(n)) for n in range(CASES)]
        return [case for case in found if case is not None]

    async def owned(self) -> Mapping[str, str]:
        """Whose each number is; no two have the same."""
        given = [(case.step(self.item), case.id) for case in await self.cases()]
        own = [(s.receipt, case) for s, case in given if s.receipt and owns(s, s.receipt)]
        assert len(dict(own)) == len(own)
        return dict(own)

    async def taken(self) -> int:
        """How often an answer was taken for somebody else's."""
        rows = await self.store.rows(
            sa.select(tables.attempt.c.n).where(tables.attempt.c.detail == TAKEN)
        )
        return len(rows)


@asynccontextmanager
async def office(path: Path, repeats: Repeats) -> AsyncIterator[Office]:
    clock, queue, item = TestClock(), Queue(), ITEM[repeats]
    one_thing = shop_opening()
    name = one_thing.item(item).department
    department = Doubtful(id=name, repeats=repeats, services=(f"service_{item}",), clock=clock)
    database = Database(f"sqlite:///{path}")
    database.open()
    calendar = WorkingCalendar(known_years=frozenset({2026}))
    store = Store(database, queue, OneCatalogue(one_thing), calendar)  # type: ignore[arg-type]
    delivery = Delivery(
        store, {name: department}, clock, executor="t", hooks=Hooks(rule=at_once), witness=Trusted()
    )
    intake = department.tells = Intake(store, clock)
    try:
        yield Office(store, department, delivery, intake, queue, item)
    finally:
        await database.close()


WHICH = st.integers(0, CASES - 1)
STEPS = st.one_of(
    st.tuples(st.just("submit"), WHICH),
    st.tuples(st.just("run"), st.integers(0, 5)),
    st.tuples(st.just("run"), st.integers(0, 5)),
    st.tuples(st.just("withdraw"), WHICH),
)
NEWS = st.tuples(
    st.just("tell"),
    st.none() | WHICH,
    WHICH,
    st.sampled_from([ItemStatus.RECEIVED, ItemStatus.ACCEPTED, ItemStatus.WITHDRAWN]),
)
TROUBLES = st.lists(st.sampled_from(["none", "lost", "overtaken"]), max_size=4)
SAID = st.lists(st.lists(WHICH, max_size=3), max_size=8)


async def follow(one: Office, steps: Sequence[Any]) -> None:
    there = set[int]()
    for kind, *arguments in steps:
        if kind == "submit":
            there.add(arguments[0])
            await one.submit(arguments[0])
        elif kind != "withdraw" or arguments[0] in there:
            await getattr(one, kind)(*arguments)
        await one.owned()
    while one.queue.waiting:
        await one.run(0)
    await one.owned()


@pytest.fixture
def fresh(tmp_path: Path, sqlite_with_tables: Path) -> Path:
    """Where each example's store is put."""
    shutil.copyfile(sqlite_with_tables, tmp_path / "model.sqlite")
    return tmp_path


def _store(folder: Path) -> Path:
    path = folder / "cases.sqlite"
    for old in folder.glob("cases.sqlite*"):
        old.unlink()
    shutil.copyfile(folder / "model.sqlite", path)
    return path


@given(
    repeats=st.sampled_from(list(Repeats)),
    steps=st.lists(STEPS | NEWS, min_size=4, max_size=14),
    said=SAID,
    lost=TROUBLES,
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_two_filings_have_one_number_and_none_takes_anothers_back(
    fresh: Path, repeats: Repeats, steps: Sequence[Any], said: list[list[int]], lost: list[str]
) -> None:
    async def walk() -> None:
        async with office(_store(fresh), repeats) as one:
            one.department.said, one.department.troubles = list(said), list(lost)
            await follow(one, steps)

    asyncio.run(walk())


@given(
    repeats=st.sampled_from(list(Repeats)),
    steps=st.lists(STEPS, min_size=4, max_size=14),
    lost=TROUBLES,
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_of_an_honest_department_nothing_is_taken_for_somebody_elses(
    fresh: Path, repeats: Repeats, steps: Sequence[Any], lost: list[str]
) -> None:
    async def walk() -> None:
        async with office(_store(fresh), repeats) as one:
            one.department.troubles = list(lost)
            await follow(one, steps)
            assert await one.taken() == 0

    asyncio.run(walk())


@pytest.mark.parametrize("adopted", [None, "blind-9"])
async def test_another_number_that_comes_after_its_command_was_given_up_proves_nothing(
    fresh: Path, adopted: str | None
) -> None:
    async with office(_store(fresh), Repeats.BLIND) as one:
        await one.submit(0)
        await one.run(0)
        await one.submit(1)

        async def late(filing: Filing, *, budget: float) -> Receipt:
            """Another process takes the command over, and a clerk may say what he found."""
            unknown = Attempt(act=Act.SEND, outcome=Outcome.UNKNOWN)
            command = parse_reference(filing.reference)
            assert command is not None
            async with one.store.write() as transaction:
                await attempts.conclude(transaction, filing.reference, 1, unknown)
                await attempts.move_on(transaction, filing.reference, state=DONE)
                if adopted is not None:
                    await transaction.append(told(command, adopted, 2, "somebody", MORNING))
            return Receipt(number="blind-1", received_at=MORNING)

        one.department.file = late  # type: ignore[method-assign]
        await one.run(0)

        [first, second] = [case.step("C") for case in await one.cases()]
        assert (first.receipt, second.receipt, second.surplus) == ("blind-1", adopted, ())
