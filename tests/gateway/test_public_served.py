"""The gateway as it is put together: the catalogue is for everybody, all else for its viewer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import pytest
import uvicorn

from gateway.app import Gateway
from gateway.declared import read_declared
from gateway.demo.applicant import operation
from gateway.demo.people import token_of
from gateway.edge.fast_protocol import protocol_of
from gateway.settings import Settings, load_settings

CITY = {
    "uscc": "91310101MA1FPX1234", "agent_name": "陆知远", "agent_id_number": "310104199001011234",
    "agent_phone": "13800000000",
}  # fmt: skip
QUERY = operation("one_thing")
CATALOGUE = {"query": QUERY, "variables": {"id": "open_restaurant"}}
WHOM = {"query": "{ oneThings { id } viewer { subject } }"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    (recorded / "mine.graphql").write_text("{ oneThings { id } }", encoding="utf-8")
    return load_settings(
        {"profile": "dev", "dev_folder": str(tmp_path), "plugins.operations": str(recorded)},
        environ={},
    )


@pytest.fixture
async def gateway(settings: Settings) -> Gateway:
    return Gateway(settings, read_declared(settings))


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=gateway.application())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def as_(role: str, settings: Settings) -> dict[str, str]:
    return {"authorization": f"Bearer {token_of(settings, role, CITY)}"}


async def test_the_catalogue_is_one_answer_for_whoever_asks(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    askers: list[dict[str, str]] = [{}, as_("clerk", settings), as_("operator", settings)]
    await client.post("/graphql", json=CATALOGUE)

    answers = [await client.post("/graphql", json=CATALOGUE, headers=asker) for asker in askers]

    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["cache-control"] for answer in answers} == {"public, no-cache"}
    assert answers[0].json()["data"]["oneThing"]["items"]
    tag = answers[0].headers["etag"]
    again = await client.get(
        "/graphql",
        params={"query": QUERY, "variables": '{"id":"open_restaurant"}'},
        headers={"if-none-match": tag, "accept": "application/json"},
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_over_a_socket_known_requests_are_answered_as_the_first_was(
    gateway: Gateway,
) -> None:
    app = gateway.application()
    http = protocol_of(app)
    assert http is not None
    server = uvicorn.Server(
        uvicorn.Config(
            app, http=http, port=0, ws="none", lifespan="off", log_config=None, access_log=False,
            date_header=False, server_header=False,
        )
    )  # fmt: skip
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 — uvicorn offers no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = orjson.dumps(CATALOGUE)
    request = b"POST /graphql HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\n"
    request += b"x-request-id: mine-0001\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)

    answers = []
    for pieces in ([request], [request], [request], [request[:40], request[40:]], [request] * 3):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        for _ in range(max(1, pieces.count(request))):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            answers.append(head + await reader.readexactly(length))

    server.should_exit = True
    assert await reader.read() == b""  # idle: a server that stops closes it
    writer.close()
    await serving
    assert len(answers) == 7
    assert set(answers[1:]) == {answers[1]}  # the first finds out that it is public
    assert b"onething_answers_remembered_total 5" in gateway._metrics.render()[0]


async def test_one_field_about_the_viewer_makes_it_theirs_alone(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    said = {}
    for role in ("clerk", "operator", "clerk", "operator"):
        answer = await client.post("/graphql", json=WHOM, headers=as_(role, settings))
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        said[role] = answer.json()["data"]["viewer"]["subject"]

    assert said == {"clerk": "person:demo-clerk", "operator": "person:demo-operator"}


async def test_what_ships_and_what_the_operator_recorded_is_ready_before_the_gateway_says_so(
    gateway: Gateway, client: httpx.AsyncClient
) -> None:
    before = (await gateway._ready())["operations"]

    await gateway._warm_up.run()

    after = (await gateway._ready())["operations"]
    assert before is not None
    assert before.endswith("recorded operations are ready")
    assert after is None
    assert gateway._warm_up._broken == 0
    answer = await client.post("/graphql", json={"query": "{ oneThings { id } }"})
    assert answer.headers["cache-control"] == "public, no-cache"
