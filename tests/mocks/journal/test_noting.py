"""What a department notes of a request, beside its work."""

from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from mocks.core.clock import VirtualClock
from mocks.core.deed import NotOurs
from mocks.journal.entry import Entry
from mocks.journal.noting import BODY_CAP, Noting, NotingWhenDone, asks, struck
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.shelf import Shelf
from mocks.journal.tally import Tally


class Noted:
    """An application that notes, and its journal."""

    def __init__(self, tmp_path: Path) -> None:
        self.ring, self.tally = Ring(shared_memory()), Tally()
        self.during: list[Entry] = []
        app = Starlette(routes=[Route("/{p:path}", self.act, methods=["GET", "POST"])])
        self.app = Noting(app, self.ring, VirtualClock(tmp_path / "clock.json"), self.tally)

    async def act(self, request: Request) -> Response:
        await request.body()
        self.during = self.entries
        asks("applyFoodPermit")
        struck("delay")
        if request.url.path == "/bug":
            raise ZeroDivisionError
        return PlainTextResponse("", 201)

    @property
    def entries(self) -> list[Entry]:
        return Shelf(rings={"market": self.ring}).entries()

    async def post(self, path: str, **said: Any) -> None:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://market") as client:
            await client.post(path, **said)


@pytest.fixture
def noted(tmp_path: Path) -> Noted:
    return Noted(tmp_path)


async def test_a_request_is_kept_with_what_came_of_it(noted: Noted) -> None:
    await noted.post(
        "/applications?page=2",
        json={"reference": "case:A:file:1", "client_secret": "geheim"},
        headers={"Authorization": "Bearer geheim", "Idempotency-Key": "k-1"},
    )

    [entry] = noted.entries
    shown = entry.shown()
    told = {name: shown[name] for name in ("operation", "reference", "key", "status", "fault")}
    assert told == {
        "operation": "applyFoodPermit",
        "reference": "case:A:file:1",
        "key": "k-1",
        "status": 201,
        "fault": "delay",
    }
    assert shown["query"] == {"page": "2"}
    assert 0 <= shown["durationMs"] < 5_000
    assert "geheim" not in str(shown)


async def test_the_citys_time_is_told_as_the_city_tells_it(noted: Noted) -> None:
    await noted.post("/")

    [entry] = noted.entries
    assert entry.at.endswith("+08:00")
    assert datetime.fromisoformat(entry.at) == entry.received.virtual_at


async def test_it_is_there_before_it_is_answered(noted: Noted) -> None:
    await noted.post("/applications", content=b"x")

    [open_one] = noted.during
    assert (open_one.body, open_one.outcome.status, open_one.outcome.duration_s) == ("x", 0, None)


async def test_of_a_body_the_beginning_is_kept_and_its_whole_size(noted: Noted) -> None:
    await noted.post("/", content=b"a" * (BODY_CAP + 5))

    [entry] = noted.entries
    assert (len(entry.received.body), entry.received.size) == (BODY_CAP, BODY_CAP + 5)


async def test_requests_are_counted_also_those_that_end_in_a_bug(noted: Noted) -> None:
    await noted.post("/")
    await noted.post("/")
    await noted.post("/bug")

    assert noted.tally.requests == {
        ("applyFoodPermit", 201, "delay"): 2,
        ("applyFoodPermit", 500, "delay"): 1,
    }
    assert sum(noted.tally.durations["applyFoodPermit"].counts) == 3


async def test_what_the_parent_asks_is_not_noted(noted: Noted) -> None:
    await noted.post("/__admin/status")

    assert noted.entries == []


@pytest.mark.parametrize(("raised", "kept"), [(ZeroDivisionError(), 1), (NotOurs("file"), 0)])
def test_of_what_a_reader_could_not_answer_only_another_ones_is_not_noted(
    tmp_path: Path, raised: Exception, kept: int
) -> None:
    ring = Ring(shared_memory())
    noting = NotingWhenDone(Starlette(), ring, VirtualClock(tmp_path / "clock.json"), Tally())

    def raising(scope: Scope, content: bytes) -> Response:
        raise raised

    deed = noting.noted(lambda scope: raising)({})
    assert deed is not None
    scope = {"method": "GET", "path": "/a", "query_string": b"", "headers": []}
    with pytest.raises(type(raised)):
        deed(scope, b"")

    assert len(Shelf(rings={"market": ring}).entries()) == kept
