"""The lines of a row read by one function: what each of them gives alone, value and error."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.findings import Findings
from adapters.mapping.compile import Compute, Scope
from adapters.mapping.convert import parse_date
from adapters.mapping.functions import Environment
from adapters.mapping.reply import Reader, Tree
from adapters.mapping.straight import Whole, generated
from adapters.rest.tree import JsonTree
from adapters.shape import Kind, Shape
from adapters.soap.read import XmlTree
from adapters.soap.xml import XSI_NIL

Outcome = Mapping[str, Any] | str


def leaf(name: str, kind: Kind = Kind.TEXT) -> Shape:
    return Shape(name=name, tag=name.removeprefix("@"), kind=kind, required=False)


def group(name: str, *members: Shape, repeated: bool = False) -> Shape:
    inside = {member.name: member for member in members}
    return Shape(
        name=name,
        tag=name,
        kind=Kind.GROUP,
        required=False,
        repeated=repeated,
        members=lambda: inside,
    )


DEEP = group("deep", leaf("a"), leaf("@x"))
PART = group("part", leaf("a"), leaf("b-2"), DEEP)
LIST = group("list", leaf("a"), leaf("@x"), repeated=True)
OPEN = Shape(name="open", tag="open", kind=Kind.GROUP, required=False, open=True)
ROW = group("row", leaf("a"), leaf("d", Kind.DECIMAL), PART, LIST, OPEN, repeated=True)
ROOT = group("root", leaf("a"), PART, LIST, ROW)


def odd(value: Any) -> Any:
    """A function of a department's own, with a bug."""
    return {"1": "one", "x": [1]}[value]


LINES: Sequence[tuple[str, Kind]] = [
    ("a", Kind.TEXT),
    (".a", Kind.TEXT),
    (".a", Kind.INTEGER),
    (".a | decimal", Kind.DECIMAL),
    (".d", Kind.DECIMAL),
    (".a | boolean 'x' '1'", Kind.BOOLEAN),
    (".part.a | upper | part 'X' 1", Kind.TEXT),
    (".part.b-2", Kind.TEXT),
    (".part.deep.a | date '%Y%m%d'", Kind.DATE),
    (".part.deep.a | blank 'x' | default 'y'", Kind.TEXT),
    (".part.deep.a", Kind.DATETIME),
    (".part | exists", Kind.BOOLEAN),
    ("part.deep.a | code table", Kind.TEXT),
    ("part.a | python odd", Kind.TEXT),
    ("part.a", Kind.DATE),
    ("first .a part.a 'z'", Kind.TEXT),
    ("concat .a '-' part.a", Kind.TEXT),
    ("'const'", Kind.TEXT),
    ("request.key", Kind.TEXT),
    (".list.a", Kind.TEXT),
    (".list[].a | count", Kind.INTEGER),
    (".list[].a | join ','", Kind.TEXT),
    (".open.any.thing", Kind.TEXT),
    (".open | exists", Kind.BOOLEAN),
]
ATTRIBUTES = [(".part.deep.@x", Kind.TEXT), (".list.@x", Kind.INTEGER), ("part.deep.@x", Kind.TEXT)]
WORDS = st.sampled_from(["", "x", "1", "2.50", " 7 ", "true", "20260230", "20260228", "2026-02-28"])
VALUE = WORDS | WORDS | st.none() | st.integers(-3, 3) | st.booleans() | st.lists(WORDS, max_size=2)


def inside(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with some of these members; now and then something else stands in its place."""
    objects = st.fixed_dictionaries({}, optional=optional)
    return st.integers(0, 9).flatmap(lambda at: objects if at else VALUE)


PARTS = inside(a=VALUE, deep=inside(a=VALUE), **{"b-2": VALUE})
LISTS = st.lists(inside(a=VALUE), max_size=3)
ROWS = inside(a=VALUE, d=VALUE, part=PARTS, list=LISTS, open=inside(any=inside(thing=VALUE)))
ROOTS = inside(a=VALUE, part=PARTS, list=LISTS)


def element(name: str, value: Any) -> Any:
    """The same as XML: null and true are the two ways to write nil, a number has an attribute."""
    made = etree.Element(name)
    if value is None or isinstance(value, bool):
        made.set(XSI_NIL, {None: "true", True: "1", False: "0"}[value])
        made.text = "x"
    elif isinstance(value, dict):
        made.extend(one for key, below in value.items() for one in elements(key, below))
        made.set("x", str(value.get("a")))
    elif value is not None:
        made.text = str(value)
    return made


def elements(name: str, value: Any) -> list[Any]:
    """A list is the element as often as it has entries."""
    return [element(name, one) for one in (value if isinstance(value, list) else [value])]


def drawn(tree: Tree, chosen: Sequence[tuple[str, Kind]]) -> tuple[dict[str, Compute], Reader]:
    """Each line alone, under a name of its own; and the reader that knows their parts."""
    env = Environment(replying=True, tables={"table": {"1": "one", "x": "ex"}}, python={"odd": odd})
    reader = Reader("lookup", env, Findings("department.toml"), tree, ROOT, row=ROW)
    return {
        f"f{at}": reader.field(text, kind, f"line {at}") for at, (text, kind) in enumerate(chosen)
    }, reader


def alone(lines: Mapping[str, Compute], scope: Scope) -> Outcome:
    try:
        return {name: line(scope) for name, line in lines.items()}
    except ValueError as error:
        return f"{type(error).__name__}: {error}"


def at_once(lines: Mapping[str, Compute], reader: Reader, scope: Scope) -> Outcome:
    parts = {name: reader.drawn[line] for name, line in lines.items()}
    try:
        return generated(parts, reader.tree)(scope)
    except ValueError as error:
        return f"{type(error).__name__}: {error}"


@settings(max_examples=100, deadline=None)
@given(chosen=st.lists(st.sampled_from(LINES), min_size=1, max_size=6), root=ROOTS, row=ROWS)
def test_json_is_read_at_once_as_line_by_line(
    chosen: list[tuple[str, Kind]], root: Any, row: Any
) -> None:
    lines, reader = drawn(JsonTree(), chosen)
    scope = Scope({"key": "k"}, root, row)

    assert at_once(lines, reader, scope) == alone(lines, scope)


@settings(max_examples=100, deadline=None)
@given(
    chosen=st.lists(st.sampled_from([*LINES, *ATTRIBUTES]), min_size=1, max_size=6),
    root=ROOTS,
    row=ROWS,
)
def test_xml_is_read_at_once_as_line_by_line(
    chosen: list[tuple[str, Kind]], root: Any, row: Any
) -> None:
    lines, reader = drawn(XmlTree(), chosen)
    scope = Scope({"key": "k"}, element("root", root), element("row", row))

    assert at_once(lines, reader, scope) == alone(lines, scope)


@pytest.mark.parametrize(("nil", "read"), [("true", None), ("1", None), ("0", "x"), (None, "x")])
def test_nil_is_absent_in_either_spelling(nil: str | None, read: str | None) -> None:
    lines, reader = drawn(XmlTree(), [(".a", Kind.TEXT)])
    row = element("row", {"a": "x"})
    if nil is not None:
        row[0].set(XSI_NIL, nil)

    assert at_once(lines, reader, Scope({}, None, row)) == {"f0": read}


def test_of_an_element_that_stands_twice_the_first_is_read() -> None:
    lines, reader = drawn(XmlTree(), [(".part.a", Kind.TEXT), (".part.b-2", Kind.TEXT)])
    row = element("row", {"part": {"a": ["first", "second"], "b-2": ["1", "2", "3"]}})

    assert at_once(lines, reader, Scope({}, None, row)) == {"f0": "first", "f1": "1"}


class Counting:
    """An element without children that counts how often it is looked through."""

    def __init__(self) -> None:
        self.times = 0

    def iterchildren(self, tag: str) -> Iterator[Any]:
        """None of this tag."""
        self.times += 1
        return iter(())

    def __getitem__(self, which: slice) -> list[Any]:
        self.times += 1
        return []


@pytest.mark.parametrize(("more", "times"), [((), 1), ((LIST,), 3), ((leaf("@x"),) * 9, 1)])
def test_children_are_looked_through_once_where_the_contract_bounds_them(
    more: tuple[Shape, ...], times: int
) -> None:
    shape = group("row", leaf("a"), leaf("b"), leaf("c"), *more)
    env, findings = Environment(replying=True), Findings("department.toml")
    reader = Reader("lookup", env, findings, XmlTree(), ROOT, row=shape)
    lines = {name: reader.field(f".{name}", Kind.TEXT, name) for name in "abc"}
    row = Counting()

    assert at_once(lines, reader, Scope({}, None, row)) == dict.fromkeys("abc")
    assert row.times == times


@pytest.mark.parametrize("tag", ["'+exit()+'", '"""', "\\", "\n", "{x}", "a') or print('x"])
def test_a_tag_of_a_contract_is_a_quoted_text_whatever_it_holds(tag: str) -> None:
    strange = Shape(name="s", tag=tag, kind=Kind.TEXT, required=False)
    env, findings = Environment(replying=True), Findings("department.toml")
    reader = Reader("lookup", env, findings, JsonTree(), group("root", group("in", strange)))
    line = reader.field("in.s", Kind.TEXT, tag)

    assert at_once({tag: line}, reader, Scope({}, {"in": {tag: "v"}})) == {tag: "v"}


def test_the_function_is_made_for_the_second_row_and_says_the_same() -> None:
    lines, reader = drawn(JsonTree(), [(".a", Kind.TEXT), (".d", Kind.DECIMAL)])
    whole = Whole(lines, reader.drawn, reader.tree)
    scope = Scope({}, {}, {"a": "x", "d": "2.50"})

    first, generated_then, second = whole(scope), whole.generated, whole(scope)

    assert (first, generated_then, whole.generated) == (second, False, True)


@given(text=st.text("0123456789 -٣x", max_size=9) | st.from_regex(r"\A[0-9]{8}\Z"))
def test_eight_digits_are_the_date_strptime_makes_of_them(text: str) -> None:
    def by_strptime() -> Any:
        try:
            return datetime.strptime(text.strip(), "%Y%m%d").date()  # noqa: DTZ007 — a date
        except ValueError:
            return "is no date in the form %Y%m%d"

    try:
        found: Any = parse_date("%Y%m%d")(text)
    except ValueError as error:
        found = str(error)

    assert found == by_strptime()
