"""Callbacks that should not be believed: what the listener gets beside the true telling."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mocks.core.credentials import MARKET_CALLBACK_SECRET
from mocks.core.webhook import signature
from mocks.faults.letters import FALSE
from tests.mocks.conftest import Listener
from tests.mocks.test_callback_disorder import filed, noted, order, telling, until

Heard = tuple[dict[str, str], bytes]


def signed(heard: Heard) -> bool:
    headers, body = heard
    expected = signature(MARKET_CALLBACK_SECRET, headers.get("x-market-timestamp", ""), body)
    return headers.get("x-market-signature") == f"sha256={expected}"


def reference(heard: Heard) -> Any:
    return json.loads(heard[1])["application"]["reference"]


def age_s(false: Heard, true: Heard) -> int:
    return int(true[0]["x-market-timestamp"]) - int(false[0]["x-market-timestamp"])


PROOFS: dict[str, Callable[[Heard, Heard], bool]] = {
    "forged": lambda false, true: false[1] == true[1] and not signed(false),
    "unsigned": lambda false, true: false[1] == true[1] and "x-market-signature" not in false[0],
    "tampered": lambda false, true: false[1] != true[1] and not signed(false),
    "expired_callback": lambda false, true: signed(false) and age_s(false, true) >= 86_399,
    "garbled": lambda false, true: signed(false) and true[1].startswith(false[1]),
    "unknown_receipt": lambda false, true: signed(false) and reference(false) == "r:99",
}


def test_every_false_telling_has_a_proof() -> None:
    assert set(PROOFS) == set(FALSE)


@pytest.mark.parametrize("kind", PROOFS)
async def test_a_false_telling_comes_once_before_the_true_one(
    tmp_path: Path, own_listener: Listener, kind: str
) -> None:
    order(tmp_path, kind, first=1)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "r:17")
        await until(lambda: noted(kit), "it is told")

    false, true = own_listener.heard
    assert signed(true)
    assert reference(true) == "r:17"
    assert PROOFS[kind](false, true)
    assert noted(kit) == [("r:17", 1)]


async def test_a_replayed_telling_is_the_same_to_the_byte(
    tmp_path: Path, own_listener: Listener
) -> None:
    order(tmp_path, "replayed", first=1, delay_s=0.05)
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "r:17")
        await until(lambda: len(own_listener.heard) == 2, "it is replayed")

    first, again = own_listener.heard
    assert first[1] == again[1]
    assert first[0]["x-market-signature"] == again[0]["x-market-signature"]
    assert noted(kit) == [("r:17", 1)]


async def test_a_filing_of_which_badly_is_told_is_named(
    tmp_path: Path, own_listener: Listener
) -> None:
    order(tmp_path, "duplicate", filing="r:2*")
    async with telling(tmp_path, own_listener) as kit:
        filed(kit, "r:17", "r:23")
        await until(lambda: len(noted(kit)) == 3, "three tellings")

    assert sorted(map(reference, own_listener.heard)) == ["r:17", "r:23", "r:23"]
