"""What stands between a submission and its answer, and whose answer a request id has."""

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from schema.domain.case import Case
from schema.domain.problem import ProblemCode
from schema.graph.ports import Rejected
from tests.gateway.cases.world import OWNER, SHA, World, make_world


def transactions_of(world: World) -> list[str]:
    """What is begun from now on, by what it is for."""
    database: Any = world.service.store.database
    begun: list[str] = []
    for engine, name in ((database._reader, "read"), (database._writer, "write")):
        event.listen(engine.sync_engine, "begin", lambda _, name=name: begun.append(name))
    return begun


async def test_a_submission_is_one_look_and_one_transaction(world: World) -> None:
    begun, seen = transactions_of(world), []
    for n in range(5):  # what else the service looks at may come between, but not each time
        draft = await world.draft(f"start-{n}")
        begun.clear()
        assert isinstance(await world.submit(draft.id, f"submit-{n}"), Case)
        seen.append(begun[:2])

    assert ["read", "write"] in seen


@pytest.mark.parametrize("draft", ["missing", "incomplete"])
async def test_an_id_of_another_request_is_a_conflict_whatever_else_is_wrong(
    world: World, draft: str
) -> None:
    started = await world.draft("taken")
    name = started.id if draft == "incomplete" else "nobody-has-this"

    answer = await world.service.applications.submit(
        OWNER, draft=name, answers={"shop": None}, materials={}, request_id="taken"
    )

    assert isinstance(answer, Rejected)
    assert (answer.problems[0].code, answer.case) == (ProblemCode.CONFLICT, started.id)


async def test_an_id_that_was_taken_meanwhile_is_a_conflict_and_nothing_is_submitted(
    world: World,
) -> None:
    first, second = await world.draft("one"), await world.draft("two")
    accepted = await world.submit(first.id, "same")

    answer = await world.service.applications.submit(
        OWNER, draft=second.id, answers={}, materials={"B1": SHA}, request_id="same"
    )
    kept = await world.service.applications.draft(OWNER, second.id)

    assert isinstance(accepted, Case)
    assert isinstance(answer, Rejected)
    assert (answer.problems[0].code, answer.case) == (ProblemCode.CONFLICT, first.id)
    assert kept is not None
    assert not kept.submitted


async def test_an_id_that_is_taken_is_found_out_before_departments_are_asked(world: World) -> None:
    case = await world.case()
    draft = await world.draft("start-2")
    world.reads.asked.clear()
    world.police.verified.clear()

    refused = await world.service.applications.submit(
        OWNER,
        draft=draft.id,
        answers={"address": "衡山路1号", "bossName": "李雷"},
        materials={"B1": SHA},
        request_id="submit-1",
    )

    assert isinstance(refused, Rejected)
    assert ([p.code for p in refused.problems], refused.case) == (
        [ProblemCode.CONFLICT],
        case.id,
    )
    assert (world.reads.asked, world.police.verified) == ([], [])


@dataclass(frozen=True)
class Document:
    size: int = 1
    media_type: str = "application/pdf"


@dataclass
class SlowOnce:
    """Documents, all of them there; the first look takes until it is let go."""

    looked: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)

    def find(self, sha256: str) -> Document:
        first = not self.looked.is_set()
        self.looked.set()
        if first:
            assert self.may_end.wait(30)
        return Document()


async def test_the_same_request_accepted_meanwhile_asks_nobody_again_and_is_answered_so(
    tmp_path: Path,
) -> None:
    documents = SlowOnce()
    world = make_world(tmp_path / "cases.sqlite", materials=documents)
    await world.service.start()
    draft = await world.draft()

    async def submitted() -> Case | Rejected:
        return await world.service.applications.submit(
            OWNER,
            draft=draft.id,
            answers={"address": "衡山路1号", "district": "310104"},
            materials={"B1": SHA},
            request_id="submit-1",
        )

    slow = asyncio.create_task(submitted())
    await asyncio.to_thread(documents.looked.wait, 30)
    first = await submitted()
    asked = list(world.reads.asked)
    documents.may_end.set()

    assert isinstance(first, Case)
    assert await slow == first
    assert world.reads.asked == asked
    await world.service.stop()
