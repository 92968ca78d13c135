"""What a department confirms as unchanged is as old as its last whole answer, and not too old."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.department import DeclaredDepartment
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.rest.unchanged import MOST, MOST_BYTES, OLDEST_S, Unchanged
from adapters.wire import Endpoint, WireReply, WireRequest
from schema.domain.filing import ItemStatus
from tests.adapters.conftest import CREDENTIALS, RIM, place

TRUE, WRONG = ItemStatus.GRANTED, ItemStatus.ACCEPTED


class Clock:
    now = 1_732_000_000.0

    def __call__(self) -> float:
        return self.now


class Office:
    """A department as a line: one tag for good, and a first answer that is not the true one."""

    def __init__(self) -> None:
        self.status = "A"
        self.whole = 0

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        if request.path == "/oauth/token":
            return self._said({"access_token": "t", "expires_in": 60_000})
        if request.headers.get("If-None-Match") == '"v1"':
            return WireReply(status=304, headers={"etag": '"v1"'}, body=b"")
        self.whole += 1
        return self._said({"status": self.status, "at": 1_763_863_200_000})

    async def aclose(self) -> None:
        """Nothing to give back."""

    def _said(self, body: Any) -> WireReply:
        headers = {"content-type": "application/json", "etag": '"v1"'}
        return WireReply(status=200, headers=headers, body=json.dumps(body).encode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def records(tmp_path: Path, office: Office, clock: Clock) -> DeclaredDepartment:
    findings = Findings(FILE)
    manifest = read_manifest(place("records", tmp_path), findings)
    assert manifest is not None
    endpoint = Endpoint(url="http://nowhere.invalid", credentials=CREDENTIALS)
    made = build(manifest, endpoint, replace(RIM, now=clock), findings, office)
    assert made is not None
    return made


async def status(records: DeclaredDepartment) -> ItemStatus:
    found = (await records.progress(["N1"], "shop", budget=5))["N1"]
    assert found is not None
    assert not isinstance(found, Exception)
    return found.status


async def test_one_wrong_answer_is_not_confirmed_for_ever(
    records: DeclaredDepartment, office: Office, clock: Clock
) -> None:
    assert await status(records) is WRONG
    office.status = "G"
    for _ in range(10):
        clock.now += OLDEST_S / 10 - 0.1
        assert await status(records) is WRONG
    assert office.whole == 1

    clock.now += 1.1
    assert await status(records) is TRUE
    assert office.whole == 2


async def test_by_a_clock_that_was_put_back_nothing_is_known_to_be_young(
    records: DeclaredDepartment, office: Office, clock: Clock
) -> None:
    await status(records)
    office.status, clock.now = "G", clock.now - 3600

    assert await status(records) is TRUE


ANSWERS: Any = SimpleNamespace(open=lambda reply: reply.headers["etag"])
CONFIRMED = WireReply(status=304, headers={}, body=b"")


def told(memory: Unchanged, path: str, tag: str, size: int = 0) -> None:
    reply = WireReply(status=200, headers={"etag": tag}, body=b"x" * size)
    assert memory.answer(path, None, reply, ANSWERS) == tag


def test_what_is_asked_about_is_not_forgotten_for_what_is_answered_meanwhile(clock: Clock) -> None:
    memory = Unchanged(clock)
    for number in range(MOST):
        told(memory, f"/{number}", f"v{number}")

    held = memory.held("/0")
    assert held is not None
    told(memory, "/new", "new")

    assert memory.answer("/0", held, CONFIRMED, ANSWERS) == "v0"
    assert memory.held("/0") == held
    assert memory.held("/1") is None


def test_a_confirmation_is_of_what_was_asked_about_whatever_came_meanwhile(clock: Clock) -> None:
    memory = Unchanged(clock)
    told(memory, "/a", "v1")
    held = memory.held("/a")
    told(memory, "/a", "v2")

    assert memory.answer("/a", held, CONFIRMED, ANSWERS) == "v1"


def test_so_many_bytes_are_remembered_and_no_more(clock: Clock) -> None:
    memory, size = Unchanged(clock), MOST_BYTES // 10
    for number in range(25):
        told(memory, f"/{number}", f"v{number}", size)
        told(memory, f"/{number}", f"w{number}", size)
        assert memory.bytes <= MOST_BYTES

    known = [held for number in range(25) if (held := memory.held(f"/{number}")) is not None]
    assert [held.tag for held in known] == [f"w{number}" for number in range(25 - len(known), 25)]
    assert len(known) >= 9


def test_one_huge_answer_does_not_drive_the_others_out(clock: Clock) -> None:
    memory = Unchanged(clock)
    told(memory, "/small", "v1")
    told(memory, "/huge", "v1", 10)
    told(memory, "/huge", "v2", MOST_BYTES // 2)

    assert memory.held("/small") is not None
    assert memory.held("/huge") is None
    assert memory.bytes < 1000
