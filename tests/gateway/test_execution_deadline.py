"""What takes too long is answered in time: a query is ended, a mutation goes on by itself."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry

from gateway.app import build_app
from gateway.cli.tokens import dev_token
from gateway.execution import deadline
from gateway.execution.executor import Executor
from gateway.execution.time_left import time_left
from gateway.settings import load_settings
from schema.graph.build import core
from tests.gateway.test_execution_executor import context
from tests.gateway.virtual_time import in_virtual_time

DAY_S = 86_400.0
LICENCE = '{ businessLicence(uscc: "91310101MA1FPX1234") { problem { code } } }'
seen: list[str] = []


async def _day(what: str) -> str:
    try:
        await asyncio.sleep(DAY_S)
    except asyncio.CancelledError:
        seen.append(f"{what} ended")
        raise
    seen.append(f"{what} done")
    return what


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> str:
        return await _day("query")

    @strawberry.field
    async def own(self) -> str | None:
        raise TimeoutError


@strawberry.type
class Mutation:
    @strawberry.field
    async def slow(self) -> str:
        return await _day("mutation")

    @strawberry.field
    async def left(self) -> float | None:
        await asyncio.sleep(2)
        return time_left()


EXECUTOR = Executor(core(strawberry.Schema(query=Query, mutation=Mutation)), deadline_s=5)


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


async def run(text: str) -> Any:
    return await EXECUTOR.execute(text, None, None, context(), trace_id="t-1")


@in_virtual_time
async def test_a_query_out_of_time_is_ended_and_answered_with_a_typed_error() -> None:
    began = asyncio.get_running_loop().time()

    answer = await run("{ slow }")

    assert asyncio.get_running_loop().time() - began == pytest.approx(5)
    message = "This took too long and was ended; please try again later."
    code = {"code": "OPERATION_TIMEOUT", "traceId": "t-1", "retryable": True}
    assert answer == {"data": None, "errors": [{"message": message, "extensions": code}]}
    assert seen == ["query ended"]


@in_virtual_time
async def test_a_mutation_knows_how_long_whoever_asked_still_waits() -> None:
    assert time_left() is None

    answer = await run("mutation { left }")

    assert answer == {"data": {"left": pytest.approx(3)}}
    assert time_left() is None


@in_virtual_time
async def test_a_mutation_out_of_time_is_answered_and_goes_on() -> None:
    answer = await run("mutation { slow }")

    assert answer["errors"][0]["extensions"]["code"] == "OPERATION_TIMEOUT"
    assert "clientRequestId" in answer["errors"][0]["message"]
    assert seen == []
    await asyncio.sleep(DAY_S)
    assert seen == ["mutation done"]
    assert not deadline._going_on


@in_virtual_time
async def test_a_mutation_nobody_waits_for_any_more_ends() -> None:
    running = asyncio.create_task(run("mutation { slow }"))
    await asyncio.sleep(1)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0)
    assert seen == ["mutation ended"]


@in_virtual_time
async def test_a_query_nobody_waits_for_any_more_ends() -> None:
    running = asyncio.create_task(run("{ slow }"))
    await asyncio.sleep(1)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert seen == ["query ended"]


@in_virtual_time
async def test_who_gives_up_as_the_time_is_over_has_given_up() -> None:
    running = asyncio.create_task(run("{ slow }"))
    asyncio.get_running_loop().call_later(5, running.cancel)

    with pytest.raises(asyncio.CancelledError):
        await running
    assert seen == ["query ended"]


@in_virtual_time
async def test_who_was_answered_in_time_is_not_cancelled_later() -> None:
    async def several() -> list[Any]:
        answers = [await run("{ slow }"), await run("{ own }")]
        await asyncio.sleep(DAY_S)
        return answers

    late, own = await several()

    assert late["errors"][0]["extensions"]["code"] == "OPERATION_TIMEOUT"
    assert own["errors"][0]["extensions"]["code"] == "INTERNAL"


@in_virtual_time
async def test_a_time_out_of_a_resolver_is_its_own() -> None:
    answer = await run("{ own }")

    assert answer["errors"][0]["path"] == ["own"]
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_the_gateway_answers_within_the_deadline_of_its_settings(tmp_path: Path) -> None:
    soon = {"operation_s": 1e-9, "department_s": 1e-9}
    told = {"profile": "dev", "dev_folder": str(tmp_path), "deadlines": soon}
    settings = load_settings(told, environ={})
    headers = {"authorization": f"Bearer {dev_token(settings, 'clerk')}"}
    web = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build_app(settings)),
        base_url="http://127.0.0.1",
        headers=headers,
    )
    async with web as client:
        answer = await client.post("/graphql", json={"query": LICENCE})

    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert answer.json()["errors"][0]["extensions"]["code"] == "OPERATION_TIMEOUT"
