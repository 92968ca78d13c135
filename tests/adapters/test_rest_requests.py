"""Compiled requests are the bytes, or the error, that making each step by step gives."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from adapters.errors import AdapterError
from adapters.mapping.convert import EMPTY, NIL, MappingError
from adapters.mapping.nodes import Group, Leaf, Many, Node
from adapters.rest.document import Found
from adapters.rest.operations import FORM
from adapters.rest.request import requests
from adapters.rest.tree import native
from adapters.shape import Kind, Shape
from tests.adapters.plain_requests import plainly

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        ["", ".", "..", "../a", "a b", "a+b", "%2F", "企业", "9131A", "a~b-c_d.e", "é"]
    ),
)
NUMBERS = st.one_of(st.integers(-(2**40), 2**40), st.decimals(-9, 9, places=2), st.booleans())
MOMENTS = st.sampled_from([date(2026, 1, 2), datetime(2026, 1, 2, 3, tzinfo=UTC)])
ONE = st.one_of(TEXTS, NUMBERS, MOMENTS, st.sampled_from([NIL, EMPTY, Decimal("1E+3")]))
VALUES = st.one_of(st.none(), ONE, st.lists(ONE, max_size=3), st.tuples(ONE))
KINDS = st.sampled_from([kind for kind in Kind if kind is not Kind.GROUP])
SEPARATORS = st.sampled_from([",", " ", "|", None])
WHOLE = Draft202012Validator({"maxProperties": 2})


@st.composite
def leaves(draw: st.DrawFn, name: str, required: bool | None = None) -> tuple[Leaf, Any]:
    """A value of the message, and what is asked for it."""
    needed = draw(st.booleans()) if required is None else required
    shape = Shape(
        name=name, tag=name, kind=draw(KINDS), required=needed, repeated=draw(st.booleans())
    )
    constant = draw(st.booleans())
    leaf = Leaf(shape, lambda scope: scope.ask[name], constant, f"request.{name}")
    return leaf, draw(VALUES)


def group(name: str, members: tuple[Node, ...], when: Any) -> Group:
    required = any(member.shape.required for member in members)
    inside = {member.shape.name: member.shape for member in members}
    shape = Shape(name=name, tag=name, kind=Kind.GROUP, required=required, members=lambda: inside)
    return Group(shape, members, None, when, None, f"request.{name}")


@st.composite
def asked(draw: st.DrawFn) -> tuple[Found, Group, Mapping[str, Any]]:
    """An operation, the request mapped to it, and what is asked."""
    names = {
        place: [f"{place[0]}{n}" for n in range(draw(st.integers(0, 3)))]
        for place in ("path", "query", "header", "body")
    }
    ask: dict[str, Any] = {}
    places: list[Node] = []
    for place, inside in names.items():
        members: list[Node] = []
        for name in inside:
            leaf, ask[name] = draw(leaves(name, True if place == "path" else None))
            members.append(Many(leaf.shape, (leaf,), leaf.key) if draw(st.booleans()) else leaf)
        when = None if draw(st.booleans()) else draw(st.sampled_from([None, False, 0, True, "x"]))
        condition = None if place == "path" or when is None else lambda scope, said=when: said
        if members:
            places.append(group(place, tuple(members), condition))
    path = draw(st.sampled_from(["/a", "/a/..", "/v1.0"])) + "".join(
        f"/{{{name}}}{draw(st.sampled_from(['', '.', '/b']))}" for name in names["path"]
    )
    parameters = [*names["query"], *names["header"]]
    said = {name: draw(SEPARATORS) for name in [*parameters, *names["path"]]}
    found = Found(
        name="ask",
        method="POST",
        path=path,
        parameters=(),
        body=None,
        body_required=False,
        responses={},
        body_type=draw(st.sampled_from(["application/json", FORM])),
        separators={name: separator for name, separator in said.items() if separator},
        json_values=frozenset(name for name in parameters if draw(st.booleans())),
    )
    whole = Shape(name="ask", tag="", kind=Kind.GROUP)
    return found, Group(whole, tuple(places), None, None, None, "request"), ask


@given(asked(), st.booleans())
def test_a_compiled_request_is_the_one_made_step_by_step(
    drawn: tuple[Found, Group, Mapping[str, Any]], judged: bool
) -> None:
    found, node, ask = drawn
    whole = WHOLE if judged else None
    make = requests("land", found, node, "/base", whole)

    assert outcome(lambda: make(ask)) == outcome(lambda: plainly("land", found, node, whole, ask))


def outcome(make: Any) -> Any:
    """What is sent, headers in their order; or the error."""
    try:
        path, headers, body = make()
    except (AdapterError, TypeError) as error:
        return type(error), str(error)
    return path, list(headers.items()), body


@pytest.mark.parametrize(
    ("value", "query"),
    [
        ("a b+c&d=e?f#g", "/base/a?p=a+b%2Bc%26d%3De%3Ff%23g"),
        ("企 业", "/base/a?p=%E4%BC%81+%E4%B8%9A"),
        ("~-._/", "/base/a?p=~-._%2F"),
    ],
)
def test_a_value_of_a_query_is_one_value_of_it(value: str, query: str) -> None:
    assert written("/a", "query", value) == query


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("a/../b?c#d e", "/base/a/a%2F..%2Fb%3Fc%23d%20e"),
        ("企业", "/base/a/%E4%BC%81%E4%B8%9A"),
        ("9131０", "/base/a/9131%EF%BC%90"),  # a digit, and none of ASCII
    ],
)
def test_a_value_of_a_path_is_one_step_of_it(value: str, path: str) -> None:
    assert written("/a/{p}", "path", value) == path


def written(template: str, place: str, value: str) -> str:
    """Where a request goes whose one parameter has this value."""
    leaf = Leaf(Shape(name="p", tag="p", kind=Kind.TEXT), lambda scope: scope.ask["p"], False, "p")
    shape, members = Shape(name="ask", tag="", kind=Kind.GROUP), (group(place, (leaf,), None),)
    found = Found("ask", "GET", template, (), None, False, {})
    make = requests("land", found, Group(shape, members, None, None, None, "r"), "/base", None)
    return make({"p": value})[0]


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, Decimal("99999999999999999999")])
@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.DECIMAL])
def test_a_number_of_more_bits_than_json_readers_share_is_told(kind: Kind, number: Any) -> None:
    with pytest.raises(MappingError, match="64 bits"):
        native(kind, "request.body.n")(number)
