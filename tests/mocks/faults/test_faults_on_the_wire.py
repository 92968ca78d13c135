"""Every kind of fault does what its row of the table says: on the wire, and to the deed."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from mocks.faults.table import KINDS, Deed, Point, Suits
from tests.mocks.conftest import until
from tests.mocks.faults.proofs import PROOFS
from tests.mocks.faults.wire import (
    PATIENCE_S,
    SILENCE_S,
    Heard,
    OnStage,
    Playing,
    department,
    serving,
)

ELSEWHERE = frozenset({"lag", "offset_missing"})  # need another department: below
TOKENS = frozenset(name for name in KINDS if name.startswith("token_"))
CALLS = [
    n for n, k in KINDS.items() if not k.at.isdisjoint({Point.CALL, Point.ACCEPT, Point.HEADERS})
]
HERE = [name for name in CALLS if name not in ELSEWHERE | TOKENS]
LISTEN_ON = frozenset({"two_replies", "length_short"})
SILENT = LISTEN_ON | {
    "accept_silence", "hang", "late_reply", "late_accept", "headers_only", "length_long",
    "ssh_banner", "truncated_chunked",
}  # fmt: skip
EXTRA: dict[str, dict[str, Any]] = {
    "gzip_bomb": {"mb": 20}, "late_accept": {"delay_s": 0.05},
    "delay": {"delay_s": 0.05}, "drip": {"every_s": 0.02}, "endless_1xx": {"every_s": 0.02},
}  # fmt: skip
MOST = {"endless_body": 2_100_000, "drip": 12, "endless_1xx": 100}


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[OnStage, int]]:
    with serving() as place:
        yield place


@pytest.fixture(scope="module")
def departments(
    stage: tuple[OnStage, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Playing, Any]]]:
    """Each with its application; a test puts the one it plays with on the stage."""
    made = {}
    for name in ("housing", "greening", "market"):
        playing = department(*stage, name, tmp_path_factory.mktemp(name))
        made[name] = (playing, stage[0].app)
    yield made
    for playing, _ in made.values():
        playing.kit.ledger.close()


@pytest.fixture
def play(stage: tuple[OnStage, int], departments: Any) -> Iterator[Any]:
    """Put a department on the stage, on a good day."""
    played = []

    def on(name: str) -> Playing:
        playing: Playing
        playing, app = departments[name]
        stage[0].app, stage[0].kit = app, playing.kit
        playing.good()
        played.append(playing)
        return playing

    yield on
    for playing in played:
        playing.good()
        playing.hang_up()


def pairs() -> list[Any]:
    return [
        pytest.param(name, kind, id=f"{kind}-{name}")
        for kind in HERE
        for name, protocol in (("housing", "rest"), ("greening", "soap"))
        if KINDS[kind].suits_protocol(protocol)
    ]


def test_every_kind_that_strikes_calls_has_a_proof() -> None:
    assert set(PROOFS) == set(HERE)


@pytest.mark.parametrize(("name", "kind"), pairs())
def test_it_is_seen_on_the_wire_and_the_deed_is_as_said(play: Any, name: str, kind: str) -> None:
    playing = play(name)
    good = playing.ask(playing.read)
    playing.spoil(kind, **EXTRA.get(kind, {}))

    how = {
        "patience_s": SILENCE_S if kind in SILENT else PATIENCE_S,
        "listen_on": kind in LISTEN_ON,
        "most": MOST.get(kind, 400_000_000),
    }
    heard = playing.ask(playing.read, **how)
    before = playing.filed
    playing.ask(playing.filing, **how)

    assert PROOFS[kind](heard, good), (heard.raw[:600], heard.end, good.raw[:600])
    assert playing.kit.faults.struck[kind] >= 2
    told = {Deed.NOTHING: 0, Deed.DONE: 1, Deed.LATER: 1, Deed.TWICE: 2}[KINDS[kind].deed]
    if KINDS[kind].deed is Deed.LATER:
        until(lambda: playing.filed > before, "it is done")
    assert playing.filed - before == told


def test_a_connection_that_went_stale_meets_a_reset(play: Any) -> None:
    playing = play("housing")
    playing.spoil("stale_keep_alive", first=1)
    talk = playing.talk()

    first = talk.ask(playing.read)
    second = talk.ask(playing.read)

    assert (first.status, first.end) == (200, "whole")
    assert (second.raw, second.end) == (b"", "reset")


def test_the_fleets_own_controls_are_spared(play: Any) -> None:
    playing = play("housing")
    playing.spoil("accept_reset")

    heard = playing.ask(b"GET /__admin/status HTTP/1.1\r\nhost: x\r\n\r\n")

    assert heard.status == 404  # the department alone has none, and said so


@pytest.mark.parametrize("kind", ["reset_after_headers", "accept_close", "unavailable", "delay"])
def test_it_strikes_as_late_as_the_rule_says(play: Any, kind: str) -> None:
    playing = play("housing")
    playing.spoil(kind, delay_s=0.3)

    began = time.monotonic()
    playing.ask(playing.read)

    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("kind", "more", "pace"),
    [
        ("hang", {}, {}),
        ("headers_only", {}, {}),
        ("drip", {"every_s": 0.05}, {}),
        ("endless_body", {}, {}),
        ("huge_text", {"mb": 20}, {}),
        ("delay", {"delay_s": 0}, {"bytes_per_s": 100}),
    ],
)
def test_a_place_is_held_until_the_last_byte_left_or_the_connection_ended(
    play: Any, kind: str, more: Any, pace: Any
) -> None:
    playing = play("housing")
    playing.spoil(kind, first=1, **more)
    playing.paced(at_once=1, queue=0, over="503", **pace)
    first, before = playing.talk(), playing.kit.faults.struck[kind]

    first.send(playing.read)
    until(lambda: playing.kit.faults.struck[kind] > before, "it is met")
    during = playing.ask(playing.read).status
    first.close()

    assert during == 503
    until(lambda: playing.ask(playing.read).status == 200, "the place is free")


def test_a_connection_that_says_nothing_is_struck_too(play: Any) -> None:
    playing = play("housing")
    playing.spoil("ssh_banner")

    assert playing.talk().hear(most=8).raw.startswith(b"SSH-2.0-")


@pytest.mark.parametrize("kind", sorted(TOKENS))
def test_tokens_go_wrong_where_they_are_issued(play: Any, kind: str) -> None:
    market = play("market")
    good = market.ask(market.read)
    market.spoil(kind)

    heard = market.ask(market.read)

    assert good.status == 200
    assert TOKEN_PROOFS[kind](heard)


def told(heard: Heard) -> dict[str, Any]:
    return dict(json.loads(heard.body))


TOKEN_PROOFS: dict[str, Any] = {
    "token_down": lambda heard: heard.status == 503,
    "token_of_another": lambda heard: told(heard)["access_token"].endswith("_tkm"),
    "token_stale": lambda heard: told(heard)["expires_in"] == -1,
    "token_missing": lambda heard: set(told(heard)) == {"token_type", "expires_in"},
}


def test_other_operations_are_left_alone_by_token_kinds(play: Any) -> None:
    housing = play("housing")
    housing.spoil("token_down")

    assert housing.ask(housing.read).status == 200


def test_a_true_reply_of_another_operation_and_record_is_given(play: Any) -> None:
    housing = play("housing")
    filing = housing.ask(housing.filing)
    housing.spoil("other_operation")
    assert housing.ask(housing.read).body == filing.body


def test_every_kind_suits_something_and_soap_kinds_are_not_proved_over_rest() -> None:
    assert {KINDS[kind].suits for kind in HERE} == {Suits.BOTH, Suits.SOAP, Suits.REST}
