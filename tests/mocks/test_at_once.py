"""What is answered where it is read: the same answer, the same day, the same journal."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from mocks.core.clock import VirtualClock
from mocks.core.heads import Headers
from mocks.core.turn import OncePerTurn
from mocks.journal.entry import Entry
from mocks.journal.noting import Noting, asks
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.shelf import Shelf
from mocks.journal.tally import Tally
from tests.mocks.faults.wire import (
    XML,
    Heard,
    OnStage,
    Playing,
    department,
    request,
    serving,
)
from tests.mocks.soap.conftest import START

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[OnStage, int]]:
    with serving() as place:
        yield place


@pytest.fixture(scope="module", params=["housing", "greening"])
def playing(
    request: Any, stage: tuple[OnStage, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Playing]:
    made = department(*stage, request.param, tmp_path_factory.mktemp(request.param))
    yield made
    made.hang_up()
    made.kit.ledger.close()


def undated(heard: Heard) -> bytes:
    return re.sub(rb"\r\ndate: [^\r]+", b"", heard.raw)


def path_of(content: bytes) -> str:
    return content.split(b" ", 2)[1].decode()


def spoiled(content: bytes) -> bytes:
    """The same question without its last byte, and a length that says so."""
    head, _, body = content.partition(b"\r\n\r\n")
    length = b"content-length: %d" % (len(body) - 1)
    return re.sub(rb"content-length: \d+", length, head) + b"\r\n\r\n" + body[:-1]


ASKED: dict[str, Callable[[Playing], bytes]] = {
    "read": lambda playing: playing.read,
    "in no shape": lambda playing: spoiled(playing.read),
    "of another media type": lambda playing: playing.read.replace(b"content-type:", b"x-type:"),
    "without a key": lambda playing: playing.read.replace(b"X-App-Key", b"X-None"),
    "nowhere": lambda playing: request("POST", "/nowhere", JSON, b"{}"),
    "by another method": lambda playing: request("PUT", path_of(playing.read), XML, b"x"),
    "only its head": lambda playing: request("HEAD", path_of(playing.read), {}),
    "over 1.0": lambda playing: playing.read.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "over 1.0, to be kept": lambda playing: playing.read.replace(
        b"HTTP/1.1\r\n", b"HTTP/1.0\r\nconnection: keep-alive\r\n"
    ),
    "for the last time": lambda playing: playing.read.replace(b"host:", b"connection: close\r\nh:"),
    "when told to go on": lambda playing: playing.read.replace(
        b"host:", b"expect: 100-continue\r\nhost:"
    ),
}


LASTING = ("only its head", "when told to go on")  # a length that is not of what comes next


@pytest.mark.parametrize("what", ASKED)
def test_the_answer_is_the_applications_to_the_byte(
    playing: Playing, stage: tuple[OnStage, int], what: str
) -> None:
    content, played = ASKED[what](playing), stage[0]
    patience_s = 0.1 if what in LASTING else 5

    at_once = playing.ask(content, patience_s=patience_s)
    played.at_once = False
    as_ever = playing.ask(content, patience_s=patience_s)
    played.at_once = True

    assert undated(at_once) == undated(as_ever)
    assert at_once.end == as_ever.end


def test_a_question_may_come_in_pieces(playing: Playing) -> None:
    talk, content = playing.talk(), playing.read

    for cut in (1, len(content) // 2, len(content) - 1):
        talk.send(content[:cut])
        assert talk.ask(content[cut:]).status == 200


def test_questions_sent_together_are_answered_in_turn(playing: Playing) -> None:
    talk, nowhere = playing.talk(), request("POST", "/nowhere", JSON, b"{}")
    talk.send(playing.read + nowhere + playing.read + nowhere)

    heard = b""
    while heard.count(b"HTTP/1.1") < 4:
        heard += talk.hear(most=1).raw

    assert re.findall(rb"HTTP/1\.1 (\d+)", heard) == [b"200", b"404"] * 2


def test_a_rule_ordered_meanwhile_strikes_the_next_question(playing: Playing) -> None:
    talk = playing.talk()
    assert talk.ask(playing.read).status == 200

    playing.spoil("status", status=418)
    struck = talk.ask(playing.read).status
    playing.good()

    assert (struck, talk.ask(playing.read).status) == (418, 200)


def test_a_pace_ordered_meanwhile_holds_for_the_next_question(playing: Playing) -> None:
    talk = playing.talk()
    talk.ask(playing.read)

    playing.paced(rate_per_s=0.001, burst=1)
    paced = [talk.ask(playing.read).status for _ in range(2)]
    playing.good()

    assert paced == [200, 429]


def test_the_same_question_hears_of_what_happened_since(playing: Playing) -> None:
    before = playing.ask(playing.read).body

    playing.kit.clock.advance(working_days=9)
    playing.kit.desk.tick()

    assert playing.ask(playing.read).body != before


def test_our_own_mistake_is_a_bare_500_and_the_end(
    playing: Playing, stage: tuple[OnStage, int]
) -> None:
    def broken(scope: Any, content: bytes) -> Response:
        raise ZeroDivisionError

    app, stage[0].app = stage[0].app, type("App", (), {"deed": staticmethod(lambda _: broken)})
    heard = playing.talk(1).ask(playing.read, listen_on=True)
    stage[0].app = app

    assert (heard.status, heard.body, heard.end) == (500, b"Internal Server Error", "closed")


class Noted:
    """A deed whose requests are noted."""

    def __init__(self, tmp_path: Path) -> None:
        self.ring, self.tally = Ring(shared_memory()), Tally()
        self.clock = VirtualClock(tmp_path / "clock.json")
        noting = Noting(lambda *_: None, self.ring, self.clock, self.tally)  # type: ignore[arg-type]
        self.find = noting.noted(lambda scope: self.act if scope["path"] != "/nowhere" else None)
        self.during: list[Entry] = []

    def act(self, scope: Any, content: bytes) -> Response:
        self.during = self.entries
        asks("applyFoodPermit")
        if scope["path"] == "/bug":
            raise ZeroDivisionError
        return Response(b"", 201)

    @property
    def entries(self) -> list[Entry]:
        return Shelf(rings={"market": self.ring}).entries()

    def post(self, path: str, headers: Headers | None = None) -> None:
        scope = {"method": "POST", "path": path, "query_string": b"", "headers": headers or []}
        if (deed := self.find(scope)) is not None:
            deed(scope, b"x")


def test_it_is_noted_before_and_after_the_deed(tmp_path: Path) -> None:
    noted = Noted(tmp_path)

    noted.post("/applications")

    assert [(e.body, e.outcome.status, e.outcome.duration_s) for e in noted.during] == [
        ("x", 0, None)
    ]
    [entry] = noted.entries
    assert (entry.outcome.operation, entry.outcome.status) == ("applyFoodPermit", 201)
    assert noted.tally.requests == {("applyFoodPermit", 201, ""): 1}


def test_each_is_noted_with_its_own_headers_whoever_came_before(tmp_path: Path) -> None:
    noted, long = Noted(tmp_path), (b"x-long", b"x" * 20_000)
    ours, theirs = [(b"x-of", b"ours")], [(b"x-of", b"theirs"), long]

    for headers in (ours, ours, theirs, list(theirs), [], ours):
        noted.post("/applications", headers)

    assert [entry.received.headers for entry in noted.entries] == [
        ours, ours, theirs[:1], theirs[:1], [], ours,
    ]  # fmt: skip


def test_a_deed_that_fails_is_noted_and_what_has_no_deed_is_not(tmp_path: Path) -> None:
    noted = Noted(tmp_path)

    with pytest.raises(ZeroDivisionError):
        noted.post("/bug")
    noted.post("/nowhere")

    assert noted.tally.requests == {("applyFoodPermit", 0, ""): 1}


async def test_the_clock_is_as_it_was_set_before_the_turn(tmp_path: Path) -> None:
    noted, parent = Noted(tmp_path), VirtualClock(tmp_path / "clock.json")
    for day in (1, 2):
        parent.set(START.replace(day=day), rate=0)
        noted.post("/applications")
    within = noted.clock.now()  # whoever asks outside of a deed is told at once

    await asyncio.sleep(0)
    with pytest.raises(ZeroDivisionError):
        noted.post("/bug")
    parent.set(START.replace(day=3), rate=0)

    assert [entry.received.virtual_at.day for entry in noted.entries] == [1, 1, 2]
    assert (within.day, noted.clock.now().day) == (2, 3)


async def test_a_question_of_the_turn_is_asked_once_a_turn() -> None:
    answers = iter([True, False])
    ask = OncePerTurn(lambda: next(answers))

    def turn() -> list[bool]:
        return [ask(), ask()]

    first = turn()
    await asyncio.sleep(0)

    assert (first, turn()) == ([True, True], [False, False])
