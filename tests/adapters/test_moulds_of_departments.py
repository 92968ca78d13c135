"""What the shipped departments give by their moulds, and what parsing and validating gives."""

import asyncio
import json
import random
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.conformance.bench import last_reply
from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError
from adapters.soap.certain import LONGEST
from adapters.soap.xml import parse
from adapters.wire import WireReply, WireRequest
from tests.adapters.examples import folder, subject_of
from tests.bench.peers.replies import FROM, canned, parcel_no, person_ref
from tests.bench.reads import recorded
from tests.faults.mutations import charset_of, mutated

_SUBJECT = cache(subject_of)
Given = Any  # records by key, or an error in words


@dataclass
class Told:
    """A line that gives what it is told to give."""

    reply: WireReply = field(default_factory=lambda: WireReply(500, {}, b""))

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        return self.reply

    async def aclose(self) -> None:
        return None


@dataclass
class Twice:
    """The same look-up by two departments: one knows the markup, one never gets to know it."""

    knows: DeclaredDepartment
    careful: DeclaredDepartment
    line: Told
    lookup: tuple[str, str]
    keys: Sequence[str]
    reply: WireReply

    async def both(self, reply: WireReply) -> tuple[Given, Given]:
        """What either gives for this reply."""
        return await self.one(self.knows, reply), await self.one(self.careful, _other(reply))

    async def one(self, department: DeclaredDepartment, reply: WireReply) -> Given:
        """What a department gives: records, or its error in words."""
        self.line.reply = reply
        try:
            return await department.read(*self.lookup, self.keys, budget=2.0)
        except AdapterError as error:
            return f"{type(error).__name__}: {error} {error.code}"


def _other(reply: WireReply) -> WireReply:
    """The same under a type that no mould was made of."""
    told = reply.headers.get("content-type", "")
    kind = f"{told}; read=carefully" if told.count("/") == 1 else told
    return reply._replace(headers={**reply.headers, "content-type": kind})


def _listed(department: str, rows: int) -> tuple[tuple[str, str], Sequence[str], WireReply]:
    found = next(one for one in canned() if one.department == department)
    if department == "construction":
        keys, lookup = [parcel_no(FROM[rows])], ("project", "parcel_no")
    else:
        keys, lookup = [person_ref(number) for number in range(rows)], ("person", "person_ref")
    headers = {"content-type": found.media_type}
    return lookup, keys, WireReply(200, headers, found.answer("".join(keys).encode()))


def _single(department: str) -> tuple[tuple[str, str], Sequence[str], WireReply]:
    _, reply, (register, lookup, *keys) = recorded(department)
    return (register, lookup), keys, reply


def _nobody() -> tuple[tuple[str, str], Sequence[str], WireReply]:
    text = (folder("police") / "read-person-person_ref-absent.json").read_text("utf-8")
    told = json.loads(text)
    return ("person", "person_ref"), told["arguments"]["keys"], last_reply(told)


ASKED = {
    "twenty projects": ("construction", _listed("construction", 20)),
    "a building": ("construction", _single("construction")),
    "a parcel": ("planning", _single("planning")),
    "persons": ("police", _listed("police", 3)),
    "nobody": ("police", _nobody()),
}


def made(name: str) -> Twice:
    """Both departments; the one has met nothing, the other learned from another type of reply."""
    department, (lookup, keys, reply) = ASKED[name]
    line = Told()
    knows, careful = (_SUBJECT(department).replaying(line) for _ in range(2))
    twice = Twice(knows, careful, line, lookup, keys, reply)
    for _ in range(3):
        asyncio.run(twice.one(careful, reply))
    return twice


@cache
def taught(name: str) -> Twice:
    """Both departments, the one having met the reply often."""
    twice = made(name)
    for _ in range(3):
        asyncio.run(twice.one(twice.knows, twice.reply))
    return twice


def parsed(twice: Twice, department: DeclaredDepartment, reply: WireReply) -> int:
    """How many documents a department parses to read this reply."""
    found: list[str] = []

    def note(frame: FrameType, event: str, arg: object) -> None:
        if event == "call" and frame.f_code is parse.__code__:
            found.append(event)

    sys.setprofile(note)
    try:
        asyncio.run(twice.one(department, reply))
    finally:
        sys.setprofile(None)
    return len(found)


def alike(twice: Twice, reply: WireReply) -> Given:
    """What both give."""
    found, wanted = asyncio.run(twice.both(reply))
    assert repr(found) == repr(wanted)  # of the same kinds too, in the same order
    return found


def _text(reply: WireReply) -> str:
    return reply.body.decode(charset_of(reply))


def _with(reply: WireReply, text: str) -> WireReply:
    return reply._replace(body=text.encode(charset_of(reply), "surrogatepass"))


@pytest.mark.parametrize("name", sorted(ASKED.keys() - {"nobody"}))
def test_a_reply_whose_markup_is_known_is_not_parsed_again(name: str) -> None:
    twice = taught(name)

    assert not isinstance(alike(twice, twice.reply), str)

    assert parsed(twice, twice.knows, twice.reply) == 0
    for _ in range(3):
        assert parsed(twice, twice.careful, _other(twice.reply)) > 0


@given(name=st.sampled_from(sorted(ASKED)), seed=st.integers(0, 2**32), times=st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_a_changed_reply_gives_what_it_gives_read_with_care(
    name: str, seed: int, times: int
) -> None:
    twice, draw = taught(name), random.Random(seed)
    reply = twice.reply
    for _ in range(times):
        with suppress(Exception):  # of an already broken reply nothing can be changed
            reply = mutated(reply, draw)[1]

    alike(twice, reply)


@given(name=st.sampled_from(sorted(ASKED)), seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_what_changed_replies_teach_spoils_nothing(name: str, seed: int) -> None:
    twice, draw = made(name), random.Random(seed)
    known = [twice.reply, *(mutated(twice.reply, draw)[1] for _ in range(4))]

    for reply in draw.choices(known, k=16):
        alike(twice, reply)


_TEXTS = (
    *("", " ", " a", "a ", "0", "1", "9", "01", "-1", "+1", "1.", ".5", "1.5", "1.555", "1e3"),
    *("1" * 18, "1" * 19, "1" * 64, "1" * 65, "NaN", "true", "0709", "0x", "\u0661", "\uff11"),
    *("20240229", "20230229", "20261301", "00000000", "2024-02-29", "2023-02-29", "0000-01-01"),
    *("2024-04-31", "2024-02-29T10:00:00Z", "2024-02-29T24:00:00", "2024-02-29 10:00:00"),
    *("a&b", "&amp;", "&amp;amp;", "&#13;", "&#x1;", "<", ">", "]]>", "]]&gt;", "&lt;a/&gt;"),
    *("<!--x-->", "<![CDATA[x]]>", "&lt;!--x--&gt;", "<?x?>", "</x>", "&lt;/x&gt;", '"', "'"),
    *("\n", "\r", "a\r\nb", "\t", "\x00", "\x1f", "\x7f", "\x85", "\x9f", "\u2028", "\u200b"),
    *("\ue78d", "\u1e3f", "\ufe10", "\ufffd", "\ufffe", "\uffff", "\U00020087", "\U0001fffe"),
    *("长" * LONGEST, "长" * (LONGEST + 1), "长" * 200, "长" * 201, "长" * 40, "长" * 41),
    *("库中无此人", "found", "310101197404133341", "310101197404133342"),
)


@pytest.mark.parametrize("name", ASKED)
def test_each_odd_text_in_each_place_gives_what_it_gives_read_with_care(name: str) -> None:
    twice = taught(name)
    text = _text(twice.reply)
    places = {found[0]: found for found in _RUN.finditer(text)}  # of what is repeated, the last

    for place in [*places.values()][-11:]:
        for odd in _TEXTS:
            changed = text[: place.start()] + odd + text[place.end() :]
            with suppress(UnicodeEncodeError):
                alike(twice, _with(twice.reply, changed))


_RUN = re.compile(r"(?<=[>;])[^<>&]+(?=(?:<|&lt;)/)")
_ODD = st.one_of(
    st.text(max_size=30),
    st.text("0123456789.-+ eE", max_size=12),
    st.text("<>&;]\"'\r\n\t\x00\x1f\x7f\x85\ue78d\u1e3f\ufffe\ud800 ab", max_size=6),
    st.sampled_from(
        ["", " ", "0", "1", "99999999", "20260230", "2026-02-29", "2024-02-29", "true"]
    ),
    st.sampled_from(["&amp;lt;", "&#13;", "&lt;!--x--&gt;", "<!--x-->", "&lt;x/&gt;", "]]&gt;"]),
    st.sampled_from([LONGEST - 1, LONGEST, LONGEST + 1, 200, 201, 40, 41]).map("长".__mul__),
    st.dates().map(str),
    st.dates().map(lambda day: f"{day:%Y%m%d}"),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}+08:00"),
)


@given(name=st.sampled_from(sorted(ASKED)), draw=st.data())
@settings(max_examples=200, deadline=None)
def test_any_text_in_any_place_gives_what_it_gives_read_with_care(
    name: str, draw: st.DataObject
) -> None:
    twice = taught(name)
    text = _text(twice.reply)
    places = list(_RUN.finditer(text))
    place = draw.draw(st.sampled_from(places))
    other = draw.draw(st.one_of(_ODD, st.sampled_from(places).map(lambda found: found[0])))

    changed = text[: place.start()] + other + text[place.end() :]

    with suppress(UnicodeEncodeError):  # no text of this encoding
        alike(twice, _with(twice.reply, changed))


_ROW = re.compile("&lt;XM&gt;.*?&lt;/XM&gt;")
_STARTED = re.compile("&lt;KGRQ&gt;.*?&lt;/KGRQ&gt;")
_DONE = re.compile("&lt;JGRQ&gt;.*?&lt;/JGRQ&gt;")


@given(st.lists(st.sampled_from(["all", "not done", "not begun", "neither", "twice"]), max_size=9))
@settings(max_examples=100, deadline=None)
def test_rows_in_any_number_with_some_elements_left_out(rows: Sequence[str]) -> None:
    twice = taught("twenty projects")
    text = _text(twice.reply)
    whole = _ROW.search(text)
    assert whole is not None
    kinds = {
        "all": whole[0],
        "not done": _DONE.sub("", whole[0]),
        "not begun": _STARTED.sub("", whole[0]),
        "neither": _DONE.sub("", _STARTED.sub("", whole[0])),
        "twice": whole[0] + "&#10;",
    }
    inside = "".join(kinds[row] for row in rows)

    reply = _with(twice.reply, _ROW.sub("", text).replace("XMLIST&gt;", f"XMLIST&gt;{inside}", 1))

    alike(twice, reply)
    alike(twice, reply)  # once more: so many rows were seen now


@pytest.mark.parametrize("name", ["a building", "twenty projects"])
def test_a_reply_that_says_that_it_went_wrong_is_no_mould(name: str) -> None:
    twice = made(name)
    wrong = _with(twice.reply, _text(twice.reply).replace("0000&lt;/CODE", "1234&lt;/CODE"))

    told = [alike(twice, wrong) for _ in range(4)]

    assert all("code 1234 has no meaning" in one for one in told)


def test_rows_without_an_element_are_read_by_a_mould_too_once_they_were_seen() -> None:
    twice = made("twenty projects")
    reply, keys = twice.reply, twice.keys
    bare = _with(reply, _DONE.sub("", _text(reply), count=7))
    for told in (reply, reply, bare, bare):
        alike(twice, told)

    assert parsed(twice, twice.knows, bare) == 0
    assert parsed(twice, twice.knows, reply) == 0
    found = alike(twice, bare)
    assert [row["completed_on"] is None for row in found[keys[0]]].count(True) == 7
