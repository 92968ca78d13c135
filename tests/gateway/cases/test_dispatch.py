"""Commands begin at once when they are put there, and nobody looks for them meanwhile."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.cases.dispatch import LOOK_EVERY_S, Dispatch
from gateway.cases.engine import DbosEngine
from gateway.cases.migrate import migrate

NEVER_S = 3600.0
AT_ONCE_S = 0.5
TRIES = 20
PATIENCE_S = 30.0
LOOK = "AS asleep FROM"
DEPARTMENTS = 51


class Ran:
    """What was delivered, and how many at once."""

    def __init__(self) -> None:
        self.references: list[str] = []
        self.at_once = self.most = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, reference: str, tick: int) -> str:
        self.references.append(reference)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.may_end.wait()
        self.at_once -= 1
        return "done"

    async def until(self, count: int, within_s: float = 10.0) -> None:
        async with asyncio.timeout(within_s):
            while len(self.references) < count:  # noqa: ASYNC110 - threads of DBOS begin them
                await asyncio.sleep(0.005)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'engine.sqlite'}"
    else:
        plain = request.getfixturevalue("postgres_url")
        made = plain.replace("postgresql:", "postgresql+psycopg:")
    migrate(made, DbosEngine(made, executor="nobody").migrate)
    return made


class Running:
    """An engine that runs, and a hand that puts commands into its database."""

    def __init__(self, url: str, every_s: float) -> None:
        self.ran = Ran()
        self.engine = DbosEngine(url, executor="one", every_s=every_s)
        self._database = sa.create_engine(url)

    async def launch(self, queues: int = 2, at_once: int = 4) -> None:
        await self.engine.launch(self.ran, {f"q{n}": at_once for n in range(queues)})

    def put(self, *references: str, queue: str = "q0", delay: float = 0.0) -> None:
        with self._database.begin() as connection:
            for reference in references:
                self.engine.enqueue_in(connection, queue, reference, 1, delay)

    async def close(self) -> None:
        self.ran.may_end.set()
        await self.engine.shutdown()
        self._database.dispose()


@pytest.fixture
async def untold(url: str) -> AsyncIterator[Running]:
    """Nothing is looked for but what it is told of."""
    made = Running(url, NEVER_S)
    looked = threading.Event()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if LOOK in statement:
            looked.set()

    sa.event.listen(sa.Engine, "after_cursor_execute", note)
    try:
        await made.launch()
        assert await asyncio.to_thread(looked.wait, PATIENCE_S)  # its look at the start
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", note)
    yield made
    await made.close()


@pytest.fixture
async def usual(url: str) -> AsyncIterator[Running]:
    made = Running(url, LOOK_EVERY_S)
    await made.launch()
    yield made
    await made.close()


async def begun(running: Running, reference: str, ran: int) -> float:
    """How many seconds it took this command to begin; so many have then."""
    running.put(reference)
    began = time.monotonic()
    running.engine.wake(["q0"])
    await running.ran.until(ran, PATIENCE_S)
    return time.monotonic() - began


async def test_what_it_is_told_of_begins_at_once(untold: Running) -> None:
    for n in range(1, TRIES + 1):  # a machine that is busy throughout says nothing
        if await begun(untold, f"a{n}", n) < AT_ONCE_S:
            break
    else:
        pytest.fail(f"never within {AT_ONCE_S} s: it waits for a look of somebody's")


async def test_dbos_itself_looks_at_no_queue_of_ours(untold: Running) -> None:
    await asyncio.sleep(0.5)  # the look every worker begins with is over
    untold.put("a")

    await asyncio.sleep(1.5)

    assert untold.ran.references == []


async def test_what_nobody_told_of_begins_at_the_next_look(usual: Running) -> None:
    await asyncio.sleep(0.1)
    usual.put("a", queue="q1")

    await usual.ran.until(1, LOOK_EVERY_S + 3)


async def test_a_command_asleep_begins_soon_after_its_time(usual: Running) -> None:
    usual.put("a", delay=0.5)
    began = time.monotonic()

    await usual.ran.until(1)

    assert time.monotonic() - began > 0.4


async def test_no_more_run_at_once_than_agreed_and_the_next_begins_when_one_ends(
    untold: Running,
) -> None:
    untold.ran.may_end.clear()
    names = [f"r{n}" for n in range(10)]
    untold.put(*names)
    for _ in range(5):  # told often, of the same
        untold.engine.wake(["q0"])
        await asyncio.sleep(0.02)
    await untold.ran.until(4)
    await asyncio.sleep(0.2)
    assert untold.ran.most == 4

    untold.ran.may_end.set()
    await untold.ran.until(10)

    assert sorted(untold.ran.references) == names
    assert untold.ran.most == 4


async def test_what_was_there_before_the_start_begins(url: str) -> None:
    running = Running(url, NEVER_S)
    running.engine.connect()
    running.put("a", "b")

    await running.launch()
    await running.ran.until(2)
    await running.close()

    assert sorted(running.ran.references) == ["a", "b"]


async def test_an_idle_engine_asks_little_however_many_departments_there_are(url: str) -> None:
    statements: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    running = Running(url, LOOK_EVERY_S)
    await running.launch(queues=DEPARTMENTS)
    await asyncio.sleep(1.5)
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        await asyncio.sleep(3)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    await running.close()

    assert len(statements) / 3 < 12


def test_no_look_that_fails_ends_the_watch() -> None:
    dispatch = Dispatch("sqlite://")

    @sa.event.listens_for(dispatch._engine, "do_connect")
    def no_file_left(*_: Any) -> None:
        raise OSError(24, "Too many open files")

    assert dispatch._look() is False


async def test_a_process_that_stops_claims_no_more_commands(url: str) -> None:
    running = Running(url, LOOK_EVERY_S)
    await running.launch(at_once=20)
    running.ran.may_end.clear()
    running.put("under way")
    running.engine.wake(["q0"])
    await running.ran.until(1)

    stopping = asyncio.create_task(running.engine.shutdown())
    await asyncio.sleep(0.05)
    peer = DbosEngine(url, executor="peer")
    peer.connect()
    names = [f"waits{n}" for n in range(20)]
    store = sa.create_engine(url)
    with store.begin() as connection:
        for name in names:
            peer.enqueue_in(connection, "q1", name, 1, 0.0)
    store.dispose()
    await stopping

    left = {command.reference: command.state for command in await peer.running()}
    await peer.shutdown()
    await running.close()
    assert [left[name] for name in names] == ["queued"] * 20
