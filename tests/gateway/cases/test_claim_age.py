"""A process that froze between claim and send must not send on waking: somebody else may have."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Timer

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.delivery import STALE_CLAIM_S
from gateway.cases.probe import Hooks
from tests.gateway.cases.world import make_world


@dataclass
class Frost:
    """Stops the whole process once, for so long, when the claim is committed."""

    seconds: float
    struck: list[str] = field(default_factory=list)

    def __call__(self, point: str, reference: str) -> None:
        if point == "claimed" and not self.struck:
            self.struck.append(reference)
            Event().wait(self.seconds)


async def outcomes(path: Path, frost: Callable[[str, str], None]) -> tuple[list[str], list[str]]:
    """What came of each attempt for A, and what its department received."""
    world = make_world(path, hooks=Hooks(probe=frost))
    await world.service.start()
    try:
        case = await world.case()
        await world.until(case.id, lambda c: c.step("A").receipt is not None)
        tried = tables.attempt.c
        mine = sa.select(tried.outcome).where(tried.reference == f"{case.id}:A:file:1")
        rows = await world.service.store.rows(mine.order_by(tried.n))
    finally:
        await world.service.stop()
    return [row.outcome for row in rows], world.keyed.posts


async def test_a_claim_that_has_grown_old_is_not_sent(tmp_path: Path) -> None:
    frost = Frost(STALE_CLAIM_S + 0.2)

    tried, posts = await outcomes(tmp_path / "cases.sqlite", frost)

    assert tried == ["not_sent", "ok"]
    assert len(posts) == 1


@dataclass
class Busy:
    """Holds the lock of the store's writer for so long, once, before a claim is made."""

    path: Path
    seconds: float
    struck: list[str] = field(default_factory=list)

    def __call__(self, point: str, reference: str) -> None:
        if point == "picked" and not self.struck:
            self.struck.append(reference)
            held = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            held.execute("BEGIN IMMEDIATE")
            Timer(self.seconds, held.close).start()


async def test_a_claim_that_waited_for_the_store_is_as_fresh_as_any(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite"

    tried, posts = await outcomes(path, Busy(path, STALE_CLAIM_S + 0.3))

    assert tried == ["ok"]
    assert len(posts) == 1


async def test_a_fresh_claim_is_sent(tmp_path: Path) -> None:
    tried, posts = await outcomes(tmp_path / "cases.sqlite", Frost(STALE_CLAIM_S / 5))

    assert tried == ["ok"]
    assert len(posts) == 1
