"""Variables taken the short way are what graphql-core makes of them; all others go the long way."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, get_variable_values, parse

from gateway.execution.compiled.variables import Declared

SCHEMA = build_schema(
    """
    scalar Day
    enum Kind { A B }
    input In { x: Int }
    type Query { f(s: String, i: Int, b: Boolean, id: ID, x: Float, d: Day, k: Kind, n: In): Int }
    """
)
TYPES = ("String", "Int", "Boolean", "ID", "Float", "Day", "Kind", "In", "[Int]")
SHORT = {"String": str, "Int": int, "Boolean": bool, "ID": str}
ABSENT: Any = object()


class Text(str):
    """A text, and more than that."""


VALUES: tuple[Any, ...] = (
    "", "x", Text("x"), 0, 7, -(2**31), 2**31 - 1, 2**31, -(2**31) - 1, True, False, 1.0, 1.5,
    None, ABSENT, "A", {}, {"x": 1}, [], [1], float("inf"),
)  # fmt: skip


def declared(text: str) -> tuple[Declared, OperationDefinitionNode]:
    node = parse(f"query ({text}) {{ __typename }}").definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return Declared(SCHEMA, node.variable_definitions or ()), node


def by_reference(node: OperationDefinitionNode, given: dict[str, Any]) -> Any:
    return get_variable_values(SCHEMA, node.variable_definitions or (), given)


@pytest.mark.parametrize("kind", [*TYPES, *(f"{name}!" for name in TYPES)])
@pytest.mark.parametrize("default", ["", " = null"])
@pytest.mark.parametrize("value", VALUES, ids=lambda one: "absent" if one is ABSENT else repr(one))
def test_the_short_way_gives_what_graphql_core_gives_or_nothing(
    kind: str, default: str, value: Any
) -> None:
    variables, node = declared(f"$v: {kind}{default}")
    given = {} if value is ABSENT else {"v": value}

    found = variables.quickly(given)

    if found is not None:
        # As texts: a non-null type is made anew each time, and equal to itself alone.
        assert str(found) == str(by_reference(node, given))
        assert list(found.coerced) == [name for name in given if name == "v"]


@pytest.mark.parametrize(("kind", "expected"), SHORT.items())
def test_exactly_what_a_type_takes_as_it_is_goes_the_short_way(kind: str, expected: type) -> None:
    short = {
        repr(value)
        for value in VALUES
        if value is not ABSENT and declared(f"$v: {kind}!")[0].quickly({"v": value}) is not None
    }

    fitting = {repr(v) for v in VALUES if type(v) is expected}
    assert short == fitting - {str(2**31), str(-(2**31) - 1)}


def test_one_variable_that_cannot_takes_all_the_long_way() -> None:
    variables, _ = declared("$a: String!, $b: Float")

    assert variables.quickly({"a": "x", "b": 1.5}) is None


def test_what_is_not_declared_is_left_out() -> None:
    variables, node = declared("$a: String!, $b: Int")

    found = variables.quickly({"a": "x", "c": "y"})

    assert str(found) == str(by_reference(node, {"a": "x"}))
