"""A REST department over real bytes: tokens, keys, ETags, failures inside 200."""

import asyncio
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.department import DeclaredDepartment
from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
)
from adapters.findings import Findings
from adapters.manifest.read import read_manifest
from adapters.rest.auth import ClientCredentials
from adapters.wire import Endpoint, WireReply, WireRequest
from schema.domain.filing import Filing, ItemStatus, Progress, Receipt
from tests.adapters.conftest import CREDENTIALS, Counter, filing_with, place

JSON = "application/json"
RECEIPT = {"no": "N1", "at": "2026-11-23T10:00:00+08:00"}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def token(counter: Counter, name: str = "t1", lifetime: int = 600) -> None:
    counter.says(json.dumps({"access_token": name, "expires_in": lifetime}), kind=JSON)


def says(counter: Counter, body: Any, status: int = 200, headers: str = "") -> None:
    counter.says(json.dumps(body), status=status, kind=JSON, headers=headers)


@pytest.fixture
async def ready(records: DeclaredDepartment, counter: Counter) -> DeclaredDepartment:
    token(counter)
    return records


def row(**change: Any) -> dict[str, Any]:
    return {"id": "r1", "area": 186.5, "open": True, "until": None, **change}


async def read(department: DeclaredDepartment, *keys: str) -> Any:
    return await department.read("record", "id", keys or ("r1",), budget=1)


async def test_filing_carries_key_token_and_typed_body(
    ready: DeclaredDepartment, counter: Counter
) -> None:
    says(counter, RECEIPT, 201)
    receipt = await ready.file(filing_with(diningSeats="12"), budget=1)
    assert receipt == Receipt(number="N1", received_at=datetime(2026, 11, 23, 10, tzinfo=SHANGHAI))
    head, _, body = counter.heard[1].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/applications HTTP/1.1")
    assert b"Idempotency-Key: c-1:B:file:1" in head
    assert b"Authorization: Bearer t1" in head
    assert json.loads(body) == {
        "name": "小满 <&>",
        "seats": 12,
        "open": None,
        "documents": [{"code": "B8"}],
    }


async def test_a_required_value_that_is_missing_is_not_sent(
    ready: DeclaredDepartment, counter: Counter
) -> None:
    with pytest.raises(Misconfigured, match=r"request\.body\.seats"):
        await ready.file(filing_with(diningSeats=None), budget=1)
    assert counter.heard == []


async def test_batch_is_one_call_and_rows_find_their_keys(
    ready: DeclaredDepartment, counter: Counter
) -> None:
    rows = [row(id="r2", until="2027-01-01"), row(), row(id="unasked")]
    says(counter, {"code": "0", "data": rows})
    found = await read(ready, "r1", "r2", "r3")
    base = {"area": Decimal("186.5"), "open": True}
    assert found == {
        "r1": {"id": "r1", "until": None, **base},
        "r2": {"id": "r2", "until": date(2027, 1, 1), **base},
        "r3": None,
    }
    assert b"GET /api/records?ids=r1%2Cr2%2Cr3 " in counter.heard[1]


async def test_failed_row_is_that_keys_own_error(
    ready: DeclaredDepartment, counter: Counter
) -> None:
    says(counter, {"code": "0", "data": [row(state="7"), row(id="r2")]})
    found = await read(ready, "r1", "r2")
    assert isinstance(found["r1"], NotDelivered)
    assert found["r2"]["id"] == "r2"


async def test_two_records_for_one_key_are_broken_contract(
    ready: DeclaredDepartment, counter: Counter
) -> None:
    says(counter, {"code": "0", "data": [row(), row()]})
    assert isinstance((await read(ready))["r1"], ContractBroken)


@pytest.mark.parametrize(
    ("code", "error"), [("9", Refused), ("7", NotDelivered), ("5", ContractBroken)]
)
async def test_failure_inside_200_is_a_failure(
    ready: DeclaredDepartment, counter: Counter, code: str, error: type[AdapterError]
) -> None:
    says(counter, {"code": code, "message": "不行", "data": []})
    with pytest.raises(error) as caught:
        await read(ready)
    if isinstance(caught.value, Refused):
        assert caught.value.reason == "不行"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps({"code": "0", "data": [row(open="maybe")]}), JSON),
        (json.dumps({"code": "0", "data": [row(area=None)]}), JSON),
        (json.dumps({"code": "0", "data": [row(until="soon")]}), JSON),
        (json.dumps({"code": "0"}), JSON),
        ("[]", JSON),
        ('{"code": "0", "data": [', JSON),
        ("", JSON),
        ("\ufeff{}", JSON),
        ('{"code": "0", "data": [{"id": "r1", "area": NaN, "open": true}]}', JSON),
        ("[" * 2_000, JSON),
        ("<html></html>", "text/html"),
        (" " * 30_000, JSON),
    ],
)
async def test_reply_against_the_contract_is_broken_contract(
    ready: DeclaredDepartment, counter: Counter, body: str, kind: str
) -> None:
    counter.says(body, kind=kind)
    with pytest.raises(ContractBroken):
        await read(ready)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (422, {"code": "R1", "detail": "不符合"}, Refused),
        (422, {"code": "R9", "detail": "?"}, ContractBroken),
        (503, {}, NotDelivered),
        (500, {}, OutcomeUnknown),
        (403, {}, Misconfigured),
        (400, {}, ContractBroken),
        (301, {}, Misconfigured),
        (200, RECEIPT, ContractBroken),  # the contract promises 201
        (202, {}, ContractBroken),
    ],
)
async def test_status_means_what_the_contract_says(
    ready: DeclaredDepartment,
    counter: Counter,
    filing: Filing,
    status: int,
    body: Any,
    error: type[AdapterError],
) -> None:
    says(counter, body, status)
    with pytest.raises(error):
        await ready.file(filing, budget=1)


async def test_token_is_fetched_once_for_many(ready: DeclaredDepartment, counter: Counter) -> None:
    for _ in range(3):
        says(counter, {"code": "0", "data": []})
    await asyncio.gather(read(ready), read(ready))
    await read(ready)
    assert sum(b"/oauth/token" in heard for heard in counter.heard) == 1
    assert b"grant_type=client_credentials&client_id=onething" in counter.heard[0]


class TokenDesk:
    """A wire that hands out numbered tokens of one minute."""

    def __init__(self) -> None:
        self.asked = 0

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        self.asked += 1
        body = json.dumps({"access_token": f"t{self.asked}", "expires_in": 60}).encode()
        return WireReply(status=200, headers={}, body=body)

    async def aclose(self) -> None:
        """Nothing to give back."""


async def test_ageing_token_is_renewed_before_it_ends(tmp_path: Path) -> None:
    manifest = read_manifest(place("records", tmp_path), Findings("x"))
    assert manifest is not None
    clock, desk = [0.0], TokenDesk()
    endpoint = Endpoint(url="http://x", credentials=CREDENTIALS)
    auth = ClientCredentials(manifest, endpoint, desk, lambda: clock[0])
    deadline = asyncio.get_running_loop().time() + 1
    seen = []
    for now in (0.0, 29.0, 31.0):
        clock[0] = now
        seen.append((await auth.headers(deadline))["Authorization"])
    assert seen == ["Bearer t1", "Bearer t1", "Bearer t2"]


async def test_rejected_token_is_replaced_once_for_a_read(
    ready: DeclaredDepartment, counter: Counter
) -> None:
    says(counter, {}, 401)
    token(counter, "t2")
    says(counter, {"code": "0", "data": [row()]})
    assert (await read(ready))["r1"]["id"] == "r1"
    assert b"Bearer t2" in counter.heard[3]


async def test_rejected_token_never_repeats_a_write(
    ready: DeclaredDepartment, counter: Counter, filing: Filing
) -> None:
    says(counter, {}, 401)
    with pytest.raises(NotDelivered):
        await ready.file(filing, budget=1)
    assert len(counter.heard) == 2


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"error": "invalid_client"}, Misconfigured),
        (500, {}, NotDelivered),
        (200, {}, NotDelivered),
        (200, {"access_token": "a\nb"}, NotDelivered),
    ],
)
async def test_no_token_means_nothing_was_filed(
    records: DeclaredDepartment,
    counter: Counter,
    filing: Filing,
    status: int,
    body: Any,
    error: type[AdapterError],
) -> None:
    says(counter, body, status)
    with pytest.raises(error):
        await records.file(filing, budget=1)
    assert len(counter.heard) == 1


async def test_unchanged_progress_is_the_remembered_one(
    ready: DeclaredDepartment, counter: Counter
) -> None:
    says(counter, {"status": "A", "at": 1_763_863_200_000}, headers='ETag: "v1"\r\n')
    counter.says("", status=304)
    says(counter, {"status": "G", "at": 1_763_863_200_000}, headers='ETag: "v2"\r\n')
    at = datetime(2025, 11, 23, 10, tzinfo=SHANGHAI)
    found = [(await ready.progress(["N/1"], "shop", budget=1))["N/1"] for _ in range(3)]
    assert found == [
        Progress(receipt="N/1", status=status, at=at)
        for status in (ItemStatus.ACCEPTED, ItemStatus.ACCEPTED, ItemStatus.GRANTED)
    ]
    assert b"GET /api/applications/N%2F1 " in counter.heard[1]
    assert b"If-None-Match" not in counter.heard[1]
    assert b'If-None-Match: "v1"' in counter.heard[2]


async def test_304_without_memory_is_no_answer(ready: DeclaredDepartment, counter: Counter) -> None:
    counter.says("", status=304)
    with pytest.raises(AdapterError):
        await ready.progress(["N1"], "shop", budget=1)


async def test_unknown_receipt_is_none(ready: DeclaredDepartment, counter: Counter) -> None:
    says(counter, {}, 404)
    assert await ready.progress(["N1"], "shop", budget=1) == {"N1": None}


async def test_reset_after_the_request_is_unknown(
    ready: DeclaredDepartment, counter: Counter, filing: Filing
) -> None:
    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    counter.acts.append(reset)
    with pytest.raises(OutcomeUnknown):
        await ready.file(filing, budget=1)
