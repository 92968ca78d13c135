"""A request written by one function: the bytes, or the error, its nodes give."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from re import compile as form
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.calls import Dialect, Operation, Outcome, Send
from adapters.compile import Compiler
from adapters.conformance.replay import Replay
from adapters.conformance.subject import NOWHERE, still_rim
from adapters.errors import Unsendable
from adapters.findings import Findings
from adapters.manifest.model import CallSpec
from adapters.manifest.read import FILE
from adapters.mapping.functions import Environment
from adapters.mapping.request import Node, Planner
from adapters.shape import Choice, Facets, Kind, Shape
from adapters.soap.dialect import SoapDialect
from adapters.soap.request import HEADER, Envelope, Frame
from adapters.soap.xml import escape, stands
from tests.adapters.examples import manifest_of, subject_of

FORM = Facets(most_length=12, least_length=2, patterns=(form(r"\A(?:[^x]*)\Z"),))
NUMBER = Facets(minimum=Decimal(0), maximum=Decimal(100), fraction_digits=2, collapse=True)


def leaf(name: str, kind: Kind = Kind.TEXT, **more: Any) -> Shape:
    tag = name.removeprefix("@")
    return Shape(name=name, tag=tag if name[0] == "@" else f"{{urn:x}}{tag}", kind=kind, **more)


def group(name: str, *members: Shape, choices: tuple[Choice, ...] = (), **more: Any) -> Shape:
    inside = {member.name: member for member in members}
    return Shape(
        name=name,
        tag=f"{{urn:y}}{name}",
        kind=Kind.GROUP,
        members=lambda: inside,
        choices=lambda: choices,
        **more,
    )


TEXT = leaf("text")
FORMED = leaf("formed", facets=FORM)
LISTED = leaf("listed", enum=("1", "甲&乙"), required=False)
WHOLE = leaf("whole", Kind.INTEGER, required=False)
AMOUNT = leaf("amount", Kind.DECIMAL, facets=NUMBER, required=False)
TRUTH = leaf("truth", Kind.BOOLEAN, required=False)
DAY = leaf("day", Kind.DATE, required=False)
MOMENT = leaf("moment", Kind.DATETIME, required=False)
ANYTHING = leaf("anything", Kind.ANY, required=False, nillable=True)
MANY = leaf("many", required=False, repeated=True)
EVERY = leaf("every", required=False, repeated=True, facets=FORM)
ROW = group("row", leaf("@at", required=False), leaf("no"), required=False, repeated=True)
DEEP = group("deep", leaf("sure"), leaf("maybe", required=False), leaf("fixed"), required=False)
OUTER = group("outer", DEEP, leaf("beside", required=False), required=False)
NOTED = group("noted", leaf("."), leaf("@must"), leaf("@may", required=False), required=False)
EITHER = group(
    "either",
    leaf("left", required=False),
    leaf("right", required=False),
    choices=(Choice((("left",), ("right",)), False),),
    required=False,
)
CARRIED = leaf("carried", required=False)
HEAD = group(HEADER, leaf("who"), required=False)
ROOT = group(
    "root",
    *(HEAD, TEXT, FORMED, LISTED, WHOLE, AMOUNT, TRUTH, DAY, MOMENT, ANYTHING, MANY, EVERY),
    *(ROW, OUTER, NOTED, EITHER, CARRIED),
)
INNER = group("inner", leaf("a"), leaf("b", required=False), ROW, group("part", leaf("c")))
PARTS: Mapping[str, Any] = {
    HEADER: {"who": "credentials.a"},
    "text": "keys | join ','",
    "formed": "credentials.b",
    "listed": "credentials.c",
    "whole": "credentials.n",
    "amount": "credentials.n",
    "truth": "credentials.t",
    "day": "credentials.d",
    "moment": "credentials.d",
    "anything": "credentials.c | else_nil",
    "many": ["credentials.a", "credentials.b", "'constant'"],
    "every": "keys",
    "row": [{"no": "'first'"}, {"each": "keys", "@at": "credentials.c", "no": "."}],
    "outer": {"deep": {"sure": "credentials.a", "fixed": "'f'"}, "beside": "credentials.b"},
    "noted": {".": "credentials.c", "@must": "credentials.a", "@may": "credentials.b"},
    "either": {"left": "credentials.a"},
    "carried": {
        "xml": "inner.xsd#inner",
        "a": "credentials.a",
        "b": "concat credentials.b '<' credentials.c",
        "row": {"each": "keys", "no": ". | upper"},
        "part": {"c": "'<&>'"},
    },
}
UNCOVERED: Mapping[str, Any] = {
    "either": {"left": "credentials.a", "right": "credentials.b"},
    "outer": {"when": "credentials.c | exists", "beside": "credentials.b"},
}
TEXTS = st.sampled_from(
    ["", "1", "50", "甲&乙", "310104", "a b", "<&>\"'", "]]>", "\t\r\n", "\x00", "\ud800", "￾"]
)
PLAIN = st.sampled_from(["1", "50", "1.255", "true", "2026-02-28", "20260228", "甲乙", "x" * 5000])
ODD = st.sampled_from(
    [None, True, 7, -1, 10**40, Decimal("1.255"), Decimal("NaN"), 1.5, ["1", "2"], [], ["a", None]]
) | st.sampled_from([date(2026, 2, 28), datetime(2026, 2, 28, 9, tzinfo=UTC), b"x", object])
VALUES = PLAIN | PLAIN | TEXTS | st.text(max_size=20) | ODD
WORDS = st.sampled_from(["12", "甲乙", "a&b", "<a>", "a b-c", "\tz\r", "2026-02-28"])
USUAL: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys("ab", WORDS),
    "c": st.sampled_from(["1", "甲&乙", None]),
    "n": st.sampled_from(["1", 50, " 7 ", Decimal("99"), None]),
    "t": st.sampled_from(["true", "0", True, None]),
    "d": st.sampled_from(["2026-02-28", date(2026, 2, 28), None]),
}
WILD: Mapping[str, st.SearchStrategy[Any]] = dict.fromkeys(USUAL, VALUES)
ASKS = st.fixed_dictionaries(
    {
        "keys": st.lists(WORDS, min_size=1, max_size=3) | st.lists(VALUES, max_size=3),
        "credentials": st.fixed_dictionaries(USUAL)
        | st.fixed_dictionaries({**USUAL, "a": VALUES})
        | st.fixed_dictionaries({}, optional=WILD),
    }
)
NAMES = st.sampled_from([*(name for name in PARTS if name != "text"), "uncovered", "unbranched"])


def planned(names: frozenset[str]) -> Node:
    """The nodes of a request with these parts besides its key."""
    tree = {name: PARTS[name] for name in PARTS if name in names or name in ("text", "formed")}
    tree |= {"outer": UNCOVERED["outer"]} if "uncovered" in names else {}
    tree |= {"either": UNCOVERED["either"]} if "unbranched" in names else {}
    findings, env = Findings("department.toml"), Environment(replying=False)
    node = Planner("lookup", env, findings, lambda root: INNER, batch=20).plan(
        tree, ROOT, "request"
    )
    assert findings.items == []
    return node


def frame(encoding: str, *, security: bool, encoded: bool) -> Frame:
    return Frame(
        department="d",
        soap12=True,
        encoding=encoding,
        security=(lambda: "<s>秘</s>") if security else None,
        arrays={} if encoded else None,
    )


def outcome(write: Any, ask: Mapping[str, Any]) -> bytes | str:
    try:
        made: bytes = write(ask)
    except (Unsendable, ValueError, TypeError, ArithmeticError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"
    return made


def twice_used(of: Frame, node: Node) -> Envelope:
    """An envelope that has its function, where it gets one."""
    envelope = Envelope(of, node, asks=True)
    for _ in range(2):
        outcome(envelope, {"keys": ["1"], "credentials": {}})
    return envelope


@settings(max_examples=400, deadline=None)
@given(
    names=st.frozensets(NAMES, max_size=6),
    encoding=st.sampled_from(["utf-8", "gb18030", "GB2312", "big5", "latin-1", "utf-16"]),
    security=st.booleans(),
    encoded=st.booleans(),
    ask=ASKS,
)
def test_the_function_writes_what_the_nodes_write(
    names: frozenset[str], encoding: str, security: bool, encoded: bool, ask: Mapping[str, Any]
) -> None:
    envelope = twice_used(frame(encoding, security=security, encoded=encoded), planned(names))

    assert outcome(envelope, ask) == outcome(envelope.by_nodes, ask)


def test_characters_the_encoding_has_not_are_told_before_anything_leaves() -> None:
    of = frame("GB2312", security=False, encoded=False)
    envelope = twice_used(of, planned(frozenset({"text"})))

    with pytest.raises(Unsendable, match="characters that GB2312 has not"):
        envelope({"keys": ["朱镕基"], "credentials": {"b": "<b>"}})


@pytest.mark.parametrize("name", [name for name in PARTS if name != "text"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_what_is_as_usual_is_written_by_the_function_alone(name: str, encoding: str) -> None:
    node = planned(frozenset({name}))
    envelope = twice_used(frame(encoding, security=True, encoded=False), node)
    values = {"a": "a", "b": "<b>", "c": "1", "n": "50", "t": "1", "d": "2026-02-28"}
    ask = {"keys": ["12", "甲乙"], "credentials": values}

    assert envelope._made is not None
    assert envelope._made(ask) == envelope.by_nodes(ask)


@pytest.mark.parametrize("name", ["uncovered", "unbranched"])
def test_parts_that_come_and_go_by_more_than_their_values_are_left_to_the_nodes(name: str) -> None:
    node = planned(frozenset({name}))

    assert not twice_used(frame("utf-8", security=False, encoded=False), node).generated


def test_an_encoding_whose_pieces_do_not_stand_alone_is_left_to_the_nodes() -> None:
    node = planned(frozenset())

    assert not twice_used(frame("utf-16", security=False, encoded=False), node).generated


def test_what_changes_something_is_written_by_its_nodes() -> None:
    envelope = Envelope(
        frame("utf-8", security=False, encoded=False), planned(frozenset()), asks=False
    )
    for _ in range(4):
        outcome(envelope, {"keys": ["1"], "credentials": {"b": "50"}})

    assert not envelope.generated


class Noting:
    """A dialect that keeps the nodes of every request it is to send."""

    def __init__(self, inside: Dialect) -> None:
        self._inside = inside
        self.nodes: list[Node] = []

    def operation(self, spec: CallSpec, findings: Findings) -> Operation | None:
        """The operation, and what it is to send noted."""
        found = self._inside.operation(spec, findings)

        def sender(node: Node, outcome: Outcome) -> Send:
            assert found is not None
            self.nodes.append(node)
            return found.sender(node, outcome)

        return None if found is None else replace(found, sender=sender)


@pytest.mark.parametrize("name", ["construction", "planning", "police"])
def test_what_the_shipped_departments_are_asked_is_written_by_functions(name: str) -> None:
    manifest, rim = manifest_of(name), still_rim()
    endpoint = subject_of(name).endpoint(NOWHERE)
    dialect = Noting(SoapDialect(manifest, endpoint, Replay([], []), rim))
    for key, spec in manifest.lookups.items():
        register = next(one for one in manifest.registers if one.id == key[0])
        Compiler(manifest, dialect, Findings(FILE)).call(spec, register)
    for spec in manifest.verifications.values():
        Compiler(manifest, dialect, Findings(FILE)).call(spec)
    of = frame(manifest.contract.encoding, security=False, encoded=False)

    assert dialect.nodes
    assert all(twice_used(of, node).generated for node in dialect.nodes)


@given(text=st.text() | TEXTS)
def test_a_text_that_stands_in_xml_is_escaped_to_itself(text: str) -> None:
    try:
        escaped: str | None = escape(text)
    except ValueError:
        escaped = None

    assert stands(text) == (escaped == text)
    assert escaped is None or etree.fromstring(f"<a>{escaped}</a>").text == (text or None)
