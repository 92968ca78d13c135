"""Tokens that are refused: fetched anew once for all who hold one, and not again and again."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError, Misconfigured, NotDelivered
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.rest import auth
from adapters.rest.auth import ClientCredentials
from adapters.wire import Endpoint, WireReply, WireRequest
from tests.adapters.conftest import CREDENTIALS, RIM, filing_with, place

AT_ONCE = 16


class Office:
    """A department as a line: issues numbered tokens, lets those in that are in force."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.issued = 0
        self.in_force = 1  # tokens below are refused
        self.issues = True
        self.lives: Any = 600

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        kind = "token" if request.path == "/oauth/token" else "call"
        self.asked[kind] += 1
        turn = self.asked["call"] if kind == "call" else 0
        await asyncio.sleep(0.001 + turn % 4 * 0.005)  # some are refused long after the others
        return self._issue() if kind == "token" else self._answer(request)

    async def aclose(self) -> None:
        """Nothing to give back."""

    def took(self) -> tuple[int, int]:
        """Tokens and calls it was asked for since the last time."""
        taken = self.asked["token"], self.asked["call"]
        self.asked.clear()
        return taken

    def _issue(self) -> WireReply:
        if not self.issues:
            return self._said(401, {"error": "invalid_client"})
        self.issued += 1
        return self._said(200, {"access_token": f"t{self.issued}", "expires_in": self.lives})

    def _answer(self, request: WireRequest) -> WireReply:
        shown = int(request.headers["Authorization"].removeprefix("Bearer t"))
        if shown < self.in_force:
            return self._said(401, {})
        return self._said(200, {"code": "0", "data": []})

    def _said(self, status: int, body: Any) -> WireReply:
        headers = {"content-type": "application/json"}
        return WireReply(status=status, headers=headers, body=json.dumps(body).encode())


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def records(tmp_path: Path, office: Office) -> DeclaredDepartment:
    findings = Findings(FILE)
    manifest = read_manifest(place("records", tmp_path), findings)
    assert manifest is not None
    endpoint = Endpoint(url="http://nowhere.invalid", credentials=CREDENTIALS)
    made = build(manifest, endpoint, RIM, findings, office)
    assert made is not None
    return made


async def read(records: DeclaredDepartment) -> object:
    """What one read comes to: its answer, or the kind of its error."""
    try:
        return (await records.read("record", "id", ["r1"], budget=5))["r1"]
    except AdapterError as error:
        return type(error)


async def test_one_token_is_fetched_for_all_that_were_refused_with_the_one_before(
    records: DeclaredDepartment, office: Office
) -> None:
    await read(records)
    office.took()
    office.in_force = 2

    found = await asyncio.gather(*(read(records) for _ in range(AT_ONCE)))

    assert found == [None] * AT_ONCE
    assert office.took() == (1, 2 * AT_ONCE)


async def test_who_refuses_every_token_is_asked_for_one_more_and_then_left_alone_with_that(
    records: DeclaredDepartment, office: Office
) -> None:
    office.in_force = 1_000

    assert await read(records) is Misconfigured
    assert office.took() == (2, 2)
    for _ in range(5):
        assert await read(records) is Misconfigured

    assert office.took() == (0, 5)


async def test_a_token_that_was_accepted_meanwhile_is_replaced_as_any_other(
    records: DeclaredDepartment, office: Office
) -> None:
    for in_force in (1, 2, 3):
        office.in_force = in_force
        assert await read(records) is None

    assert office.took() == (3, 5)


async def test_a_filing_that_is_refused_was_not_delivered_and_takes_another_token_next_time(
    records: DeclaredDepartment, office: Office
) -> None:
    office.in_force = 1_000
    for _ in range(2):
        with pytest.raises(NotDelivered):
            await records.file(filing_with(), budget=5)
        assert office.took() == (1, 1)


async def test_a_filing_is_for_operations_while_no_token_is_accepted(
    records: DeclaredDepartment, office: Office
) -> None:
    office.in_force = 1_000
    await read(records)
    office.took()

    with pytest.raises(Misconfigured):
        await records.file(filing_with(), budget=5)

    assert office.took() == (0, 1)


async def test_who_gives_us_no_token_is_not_asked_for_one_with_every_read(
    records: DeclaredDepartment, office: Office
) -> None:
    office.issues = False

    found = [await read(records) for _ in range(5)]

    assert found == [Misconfigured] * 5
    assert office.took() == (1, 0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def credentials(tmp_path: Path, office: Office, clock: Clock) -> ClientCredentials:
    manifest = read_manifest(place("records", tmp_path), Findings(FILE))
    assert manifest is not None
    return ClientCredentials(manifest, Endpoint(url="http://x"), office, clock)


async def test_a_token_refused_in_place_of_another_is_kept_for_a_while(
    credentials: ClientCredentials, clock: Clock
) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    first = await credentials.headers(deadline)
    assert credentials.rejected(first)
    second = await credentials.headers(deadline)

    assert not credentials.rejected(second, anew=True)
    assert credentials.rejected(first)  # it is not the one in hand
    clock.now = auth.APART_S - 0.1
    assert not credentials.rejected(second)
    assert credentials.at_hand() == second
    clock.now = auth.APART_S
    assert credentials.rejected(second)
    third = await credentials.headers(deadline)

    assert [one["Authorization"] for one in (first, second, third)] == [
        f"Bearer t{number}" for number in (1, 2, 3)
    ]


async def test_after_a_while_it_is_asked_for_a_token_again(
    credentials: ClientCredentials, office: Office, clock: Clock
) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    office.issues = False
    with pytest.raises(Misconfigured):
        await credentials.headers(deadline)
    office.issues = True
    clock.now = auth.APART_S - 0.1
    with pytest.raises(Misconfigured):
        await credentials.headers(deadline)
    clock.now = auth.APART_S

    assert await credentials.headers(deadline) == {"Authorization": "Bearer t1"}


@pytest.mark.parametrize("lives", ["nan", "inf", "-inf", 0, -5, None, [], "soon"])
async def test_a_token_of_no_lifetime_is_none(
    records: DeclaredDepartment, office: Office, lives: Any
) -> None:
    office.lives = lives

    assert [await read(records), await read(records)] == [NotDelivered] * 2
    assert office.took()[1] == 0


async def test_a_token_is_held_for_a_day_at_most(
    credentials: ClientCredentials, office: Office, clock: Clock
) -> None:
    office.lives, began = 1e300, clock.now
    first = await credentials.headers(asyncio.get_running_loop().time() + 5)

    clock.now = began + 86_000
    assert credentials.at_hand() is first
    clock.now = began + 86_400
    assert credentials.at_hand() is None
