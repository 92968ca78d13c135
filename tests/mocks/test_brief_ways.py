"""What is answered briefly is what the deed answers, to the byte; and all else goes its own way."""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from mocks.core.clock import VirtualClock, real_now, write_atomically
from mocks.core.deed import Brief
from mocks.core.kit import assemble, department_module
from mocks.faults.at_once import answering
from mocks.faults.brief_ways import BriefWays
from mocks.journal.brief import NotedBrief
from mocks.journal.noting import Noting
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.shelf import Shelf
from mocks.journal.tally import Tally
from mocks.market.tokens import Tokens
from mocks.serve import application
from tests.bench.mock_served import questions
from tests.bench.stand_ins import KEYS
from tests.mocks.soap.conftest import START
from tests.mocks.test_heads import Loop, Transport

DEPARTMENTS = ("market", "housing", "health", "construction", "planning")
HURRIED = {"health": [{"operation": "*", "kind": "delay", "delay_s": 0}]}
OTHER_KEYS: dict[str, list[str]] = {
    "market": ["91310104MA188WXJ2E", "91310104MA188WXJ2F", "a" * 18, "", "9131", "0" * 17 + "*"],
    "housing": ["沪(2012)徐字不动产权第0011280号", "", "x", "\\u6caa", '\\"', "沪" * 40],
    "health": ["91310104MA188WXJ2E", "91310104MA188WXJ2F", "a" * 18, "", "9131", "%30" * 6],
    "construction": ["31010400000188", "31010400099999", "", "x", "0", "&amp;", "9" * 65],
    "planning": ["310104000018GB00018", "310104000018GB99999", "", "X", "0", "&lt;", "9" * 41],
}


class Unlearning(BriefWays):
    """Knows no head."""

    def learn(self, *_: Any) -> None:
        """Nothing."""


class Asked:
    """A department over one connection, in a state of its own, whose clock stands still."""

    def __init__(self, name: str, state: Path, ways: BriefWays | None = None) -> None:
        state.mkdir()
        write_atomically(state / "faults.json", HURRIED)
        self.state, self.kit = state, assemble(name, state, key=b"the same key")
        self.kit.clock.set(START, rate=0)
        self.ring, self.tally = Ring(shared_memory()), Tally()
        department = department_module(name).build(self.kit)
        app = application(self.kit, department)
        noting = Noting(app, self.ring, self.kit.clock, self.tally)
        kind = answering(noting.noted(department.deed))
        kind.ways = ways or kind.ways
        config = uvicorn.Config(lambda: None, ws="none", timeout_keep_alive=5)
        self.loop, self.transport = Loop(), Transport()
        self.protocol = kind(config, ServerState(), {}, self.loop)  # type: ignore[arg-type]
        self.protocol.connection_made(self.transport)

    def hear(self, *pieces: bytes) -> bytes:
        """What these bytes are answered with."""
        before = len(self.transport.written)
        for piece in pieces:
            if not self.transport.closed:
                self.protocol.data_received(piece)
        return self.transport.written[before:]

    def only_briefly(self) -> None:
        """From now on whatever is not answered briefly fails."""
        self.protocol.heads = None  # type: ignore[assignment]

    @property
    def noted(self) -> list[Any]:
        """All but the real moments of what the journal has, and all counts."""
        entries = Shelf(rings={self.kit.department: self.ring}).entries()
        told = [
            (e.received.virtual_at, e.received.method, e.received.path, e.received.query,
             e.received.headers, e.received.body, e.received.size, e.outcome.status,
             e.outcome.operation, e.outcome.fault)
            for e in entries
        ]  # fmt: skip
        kept = self.kit.before.others("")
        return [told, self.tally.requests, self.kit.faults.struck, self.kit.faults.by_rule, kept]


@pytest.fixture(params=DEPARTMENTS)
def brief(request: Any, tmp_path: Path) -> Iterator[tuple[Asked, Iterator[bytes]]]:
    made = Asked(request.param, tmp_path / "state")
    asked = questions(made.kit)
    for _ in range(3):
        assert made.hear(next(asked)).startswith(b"HTTP/1.1 200 OK")
    yield made, asked
    made.kit.ledger.close()


@pytest.fixture(scope="module", params=DEPARTMENTS)
def both(
    request: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Asked, Asked, Iterator[bytes]]]:
    folder = tmp_path_factory.mktemp(request.param)
    brief = Asked(request.param, folder / "brief")
    as_ever = Asked(request.param, folder / "ever", Unlearning())
    asked = questions(brief.kit)
    for one in (next(asked), next(asked), next(asked)):
        assert brief.hear(one) == as_ever.hear(one)
    yield brief, as_ever, asked
    brief.kit.ledger.close()
    as_ever.kit.ledger.close()


Both = tuple[Asked, Asked, Iterator[bytes]]


def renewed(*sides: Asked) -> None:
    """A connection of their own again, where the last one is closed or waits for more."""
    for side in sides:
        kind, config = type(side.protocol), side.protocol.config
        side.transport = Transport()
        side.protocol = kind(config, ServerState(), {}, side.loop)  # type: ignore[arg-type]
        side.protocol.connection_made(side.transport)


def lengthened(request: bytes) -> bytes:
    """The same, its length told as it is."""
    body = request.partition(b"\r\n\r\n")[2]
    return re.sub(rb"(?i)(content-length: )\d+", rb"\g<1>%d" % len(body), request, count=1)


def same(both: Both, *pieces: bytes) -> bytes:
    """What both answer to it, and to a good question behind it."""
    brief, as_ever, asked = both
    renewed(brief, as_ever)
    behind = next(asked)

    heard = brief.hear(*pieces)

    assert heard == as_ever.hear(*pieces)
    assert brief.hear(behind) == as_ever.hear(behind)
    assert brief.transport.closed == as_ever.transport.closed
    return heard


def test_every_record_is_told_alike_and_noted_alike(both: Both) -> None:
    for _ in range(150):
        assert same(both, next(both[2])).startswith(b"HTTP/1.1 200 OK\r\n")

    brief, as_ever, _ = both
    assert brief.noted == as_ever.noted


def test_neither_head_nor_scope_is_read(brief: tuple[Asked, Iterator[bytes]]) -> None:
    department, asked = brief

    department.only_briefly()

    assert [department.hear(next(asked))[:15] for _ in range(3)] == [b"HTTP/1.1 200 OK"] * 3


def test_other_keys_are_answered_alike(both: Both) -> None:
    brief, _, asked = both
    department = brief.kit.department
    for key in OTHER_KEYS[department] * 2:
        base = next(asked)
        found = re.search(KEYS[department], base)
        assert found is not None
        begin, end = found.span(1)
        charset = "gb18030" if department == "construction" else "utf-8"
        told = key.encode(charset)
        same(both, lengthened(base[:begin] + told + base[end:]))

    assert brief.noted == both[1].noted


def test_several_keys_are_answered_alike_also_twice_the_same(both: Both) -> None:
    asked = both[2]
    for count in (2, 3, 50, 51):
        keys = [re.search(KEYS[both[0].kit.department], next(asked)) for _ in range(count)]
        base = next(asked)
        first = keys[0]
        found = re.search(KEYS[both[0].kit.department], base)
        assert first is not None
        assert found is not None
        joint = b'", "' if both[0].kit.department == "housing" else b","
        told = joint.join([key[1] for key in keys[1:] if key is not None] + [first[1]])
        for _ in range(4):  # under one head, its length in it
            same(both, lengthened(base[: found.start(1)] + told + base[found.end(1) :]))


def test_what_is_not_as_long_as_it_says_is_waited_for(both: Both) -> None:
    for cut, put in ((1, b""), (1, b"00"), (0, b"0"), (3, b"")):
        base = next(both[2])
        found = re.search(KEYS[both[0].kit.department], base)
        assert found is not None
        end = found.end(1)
        same(both, base[: end - cut] + put + base[end:])


def test_a_head_without_its_end_is_waited_for(both: Both) -> None:
    for cut in range(6):
        base = next(both[2])
        end = base.index(b"\r\n\r\n") + 4 - cut
        same(both, base[:end], base[end:])
        same(both, base[:end], b"\r\nx: y" + base[end:])


@settings(max_examples=120, deadline=None)
@given(
    at=st.integers(0, 2000),
    put=st.sampled_from([b"", b" ", b"\r\n", b"%", b"&", b"?", b"x", b"0", b"\xff", b"<", b'"']),
    cut=st.integers(0, 3),
    fitting=st.booleans(),
    pieces=st.lists(st.integers(0, 2000), max_size=2),
    behind=st.sampled_from([b"", b"", b"G", b"\r\n", b"GET /x HTTP/1.1\r\n\r\n"]),
)
def test_whatever_is_changed_is_answered_as_ever(
    both: Both, at: int, put: bytes, cut: int, fitting: bool, pieces: list[int], behind: bytes
) -> None:
    base = next(both[2])
    at %= len(base)
    told = base[:at] + put + base[at + cut :]
    told = (lengthened(told) if fitting else told) + behind
    ends = [0, *sorted(end % len(told) for end in pieces), len(told)]

    same(both, *(told[a:b] for a, b in pairwise(ends)))

    assert both[0].noted[1:] == both[1].noted[1:]


@pytest.mark.parametrize(
    ("file", "order"),
    [
        ("faults.json", [{"operation": "*", "kind": "busy"}]),
        ("latency.json", [{"rate_per_s": 0.001, "burst": 1}]),
    ],
)
def test_what_is_ordered_meanwhile_strikes_the_next(
    brief: tuple[Asked, Iterator[bytes]], file: str, order: list[dict[str, Any]]
) -> None:
    department, asked = brief
    path = department.state / file
    before = path.read_bytes() if path.exists() else None

    write_atomically(path, {department.kit.department: order})
    on_a_bad_day = department.hear(next(asked))  # the application's, which nobody runs here
    path.unlink() if before is None else path.write_bytes(before)  # by hand: not replaced
    renewed(department)

    assert on_a_bad_day == b""
    assert department.hear(next(asked)).startswith(b"HTTP/1.1 200 OK")


def test_the_clock_set_meanwhile_is_told(tmp_path: Path) -> None:
    brief = Asked("planning", tmp_path / "state")
    asked = questions(brief.kit)
    for _ in range(3):
        brief.hear(next(asked))

    VirtualClock(brief.state / "clock.json").set(START + timedelta(days=900), rate=0)
    brief.only_briefly()
    heard = brief.hear(next(asked))

    day = (START + timedelta(days=900)).date().isoformat()
    assert f'asOf="{day}'.encode() in heard
    assert brief.noted[0][-1][0].date().isoformat() == day
    brief.kit.ledger.close()


def test_a_nonce_is_good_once_whichever_way_it_came(tmp_path: Path) -> None:
    brief = Asked("planning", tmp_path / "state")
    asked = questions(brief.kit)
    first, second, third = next(asked), next(asked), next(asked)

    heard = [brief.hear(one)[9:12] for one in (first, second, third, third, first, next(asked))]

    assert heard == [b"200", b"200", b"200", b"500", b"500", b"200"]
    brief.kit.ledger.close()


class Noted:
    """One head, whose answer is told here."""

    def __init__(self, tmp_path: Path, until: float = math.inf) -> None:
        self.asked = Asked("health", tmp_path / "state")
        self.plain, self.kept = True, list[bytes]()
        brief = Brief(
            operation="look", say=self.say, media_type="text/x", plain=lambda: self.plain,
            keep=self.kept.append, until=until,
        )  # fmt: skip
        scope = {"method": "GET", "path": "/a", "headers": [(b"a", b"b")]}
        ring, tally, clock = self.asked.ring, self.asked.tally, self.asked.kit.clock
        self.ask = NotedBrief(brief, scope, ring, tally, clock)
        self.asked.kit.ledger.close()

    def say(self, query: bytes, body: bytes, at: datetime) -> bytes | None:
        if query == b"bug":
            raise ZeroDivisionError
        return None if query == b"long" else query.upper()


def test_what_is_not_answered_is_not_noted(tmp_path: Path) -> None:
    noted = Noted(tmp_path)

    long = noted.ask(b"long", b"", b"HTTP")
    noted.plain = False

    assert (long, noted.ask(b"a", b"", b"HTTP"), noted.asked.noted[0]) == (None, None, [])


def test_who_is_let_in_no_more_is_looked_at_again(tmp_path: Path) -> None:
    noted = Noted(tmp_path, until=real_now())

    assert (noted.ask(b"a", b"", b"HTTP"), noted.ask.holds) == (None, False)


def test_a_token_holds_as_long_as_it_says() -> None:
    tokens, until = Tokens(b"key"), round(real_now() + 60, 3)
    token = tokens.issued(until=until)

    before = tokens.holds_until(token)
    tokens.hold(token, now=real_now())

    assert (before, tokens.holds_until(token)) == (0.0, until)


def test_our_own_mistake_is_noted_without_an_answer(tmp_path: Path) -> None:
    noted = Noted(tmp_path)

    with pytest.raises(ZeroDivisionError):
        noted.ask(b"bug", b"", b"HTTP")
    good = noted.ask(b"a", b"bc", b"HTTP")

    assert good == b"HTTP\r\ncontent-length: 1\r\ncontent-type: text/x\r\n\r\nA"
    assert noted.kept == [b"A"]
    assert [entry[1:9] for entry in noted.asked.noted[0]] == [
        ("GET", "/a", b"bug", [(b"a", b"b")], b"", 0, 0, "look"),
        ("GET", "/a", b"a", [(b"a", b"b")], b"bc", 2, 200, "look"),
    ]


def test_our_own_mistake_is_a_bare_500_and_the_end(tmp_path: Path) -> None:
    brief = Asked("health", tmp_path / "state")
    asked = questions(brief.kit)
    for _ in range(3):
        brief.hear(next(asked))

    brief.kit.city.health = None  # type: ignore[assignment,method-assign]
    heard = brief.hear(next(asked))

    assert heard.startswith(b"HTTP/1.1 500 ")
    assert brief.transport.closed
    brief.kit.ledger.close()


def test_what_is_known_of_heads_is_bounded(tmp_path: Path) -> None:
    brief = Asked("health", tmp_path / "state")
    base = next(questions(brief.kit))

    for number in range(600):
        told = base.replace(b"host: ", b"host: %d" % number)
        assert brief.hear(told) == brief.hear(told)

    ways = brief.protocol.ways
    assert 0 < len(ways._known) + len(ways._never) <= 256
    brief.kit.ledger.close()
