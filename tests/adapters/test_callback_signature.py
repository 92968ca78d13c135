"""A department's own message is believed only when signed, fresh and within its contract."""

import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.calls import Rim
from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError, ContractBroken, Misconfigured
from schema.domain.filing import ItemStatus, Progress
from tests.adapters.test_departments_speak import shipped

NOW = 1_795_399_200
SECRET = "bell"


CREDENTIALS = dict.fromkeys(("client_id", "client_secret", "callback_secret"), SECRET)


@pytest.fixture
async def market() -> AsyncIterator[DeclaredDepartment]:
    department = shipped("market", "http://127.0.0.1:1", CREDENTIALS)
    yield department
    await department.aclose()


def event(**change: Any) -> bytes:
    application = {
        "application_no": "SJ1",
        "kind": "food-business-licence",
        "reference": "c-1:B:file:1",
        "received_at": "2026-11-23T09:00:00+08:00",
        "status": "ACCEPTED",
        "status_at": "2026-11-23T10:00:00+08:00",
        "note": None,
        "supplement_references": [],
        **change,
    }
    whole = {
        "event_id": "e1",
        "type": "application.status_changed",
        "occurred_at": "2026-11-23T10:00:00+08:00",
        "application": application,
    }
    return json.dumps(whole).encode()


def signed(body: bytes, at: int = NOW, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return {"x-market-timestamp": str(at), "X-Market-Signature": f"sha256={digest}"}


async def test_signed_event_is_progress(market: DeclaredDepartment) -> None:
    body = event()
    assert market.callback(signed(body), body, now=NOW + 299) == [
        Progress(
            receipt="SJ1",
            status=ItemStatus.ACCEPTED,
            at=datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
            reference="c-1:B:file:1",
        )
    ]


@pytest.mark.parametrize(
    ("headers", "body", "now"),
    [
        ({}, event(), NOW),
        (signed(event(), secret="other"), event(), NOW),
        (signed(event()), event(status="APPROVED"), NOW),
        (signed(event()), event(), NOW + 301),
        (signed(event()), event(), NOW - 301),
        ({**signed(event()), "x-market-timestamp": str(NOW + 1)}, event(), NOW),
        ({**signed(event()), "x-market-timestamp": "soon"}, event(), NOW),
    ],
)
async def test_unsigned_changed_or_old_event_is_refused(
    market: DeclaredDepartment, headers: dict[str, str], body: bytes, now: int
) -> None:
    with pytest.raises(Misconfigured):
        market.callback(headers, body, now=now)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", event(status="LOST"), event(status_at="soon")])
async def test_signed_event_against_the_contract_is_broken(
    market: DeclaredDepartment, body: bytes
) -> None:
    with pytest.raises(ContractBroken):
        market.callback(signed(body), body, now=NOW)


async def test_department_without_callbacks_refuses_them(permits: DeclaredDepartment) -> None:
    with pytest.raises(AdapterError):
        permits.callback({}, b"{}", now=NOW)


def test_a_rim_needs_no_trace() -> None:
    rim = Rim(now=lambda: 0.0, new_id=lambda: "", nonce=lambda: b"")
    assert rim.trace() == {}
