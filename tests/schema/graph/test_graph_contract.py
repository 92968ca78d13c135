"""The schema as a contract: described to the last value, sorted, printed, compared."""

import re
from decimal import Decimal
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    lexicographic_sort_schema,
    parse_value,
    print_schema,
)

from schema.graph.build import core
from schema.graph.changes import compare
from schema.graph.scalars import JSON, SCALARS, native, parse_date, parse_decimal


def undescribed(schema: Any) -> list[str]:
    missing = []
    for name, kind in core(schema).type_map.items():
        if name.startswith("__"):
            continue
        if not kind.description and name not in {"String", "Int", "Boolean", "ID", "Float"}:
            missing.append(name)
        if isinstance(kind, GraphQLEnumType):
            missing += [f"{name}.{v}" for v, value in kind.values.items() if not value.description]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            missing += [
                f"{name}.{f}({a}:)"
                for f, field in kind.fields.items()
                for a, argument in field.args.items()
                if not argument.description
            ]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            missing += [f"{name}.{f}" for f, field in kind.fields.items() if not field.description]
    return missing


def test_everything_is_described(schema: Any) -> None:
    assert undescribed(schema) == []


def test_enum_values_are_upper_snake(schema: Any) -> None:
    values = [
        value
        for kind in core(schema).type_map.values()
        if isinstance(kind, GraphQLEnumType) and not kind.name.startswith("__")
        for value in kind.values
    ]

    assert [value for value in values if not re.fullmatch(r"[A-Z][A-Z0-9_]*", value)] == []


def test_the_schema_is_sorted(schema: Any) -> None:
    graph = core(schema)

    assert print_schema(graph) == print_schema(lexicographic_sort_schema(graph))


def test_every_mutation_takes_one_input_with_a_request_id_and_answers_with_a_union(
    schema: Any,
) -> None:
    graph = core(schema)
    assert graph.mutation_type is not None
    for name, field in graph.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        given = graph.type_map[str(field.args["input"].type).rstrip("!")]
        assert isinstance(given, GraphQLInputObjectType)
        assert str(given.fields["clientRequestId"].type) == "ID!"
        answer = graph.type_map[str(field.type).rstrip("!")]
        assert isinstance(answer, GraphQLUnionType)
        members = answer.types
        failures = [m for m in members if any(i.name == "Problem" for i in m.interfaces)]
        assert len(failures) == len(members) - 1, name


@pytest.mark.parametrize(
    ("new", "level", "word"),
    [
        ("type Query { a: Int }", "breaking", "Query.b"),
        ("type Query { a: Int! b: String c: Int }", "safe", "Query.c"),
        ("type Query { a(x: Int = 1): Int b: String }", "dangerous", "x"),
    ],
)
def test_changes_are_told_by_consequence(new: str, level: str, word: str) -> None:
    changes = compare(build_schema("type Query { a: Int b: String }"), build_schema(new))

    assert any(word in line for line in getattr(changes, level))
    assert changes.is_breaking is (level == "breaking")


def test_no_change_is_no_change(schema: Any) -> None:
    changes = compare(core(schema), core(schema))

    assert (changes.breaking, changes.dangerous, changes.safe) == ((), (), ())


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "1E+999999999", "x", True, None, [1]])
def test_a_decimal_is_finite_and_of_sane_size(bad: object) -> None:
    with pytest.raises(ValueError, match="decimal"):
        parse_decimal(bad)


@pytest.mark.parametrize("bad", ["2026-02-30", "20260230", "2026-W01-1", 5, None])
def test_a_date_is_written_one_way(bad: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(bad)


@pytest.mark.parametrize("literal", ["9007199254740993.0", "[1e300]", "{a: 99999999999999999999}"])
def test_a_number_that_loses_digits_is_no_json(literal: str) -> None:
    read = SCALARS[JSON].parse_literal
    assert read is not None

    with pytest.raises(ValueError, match="string"):
        read(parse_value(literal), None)


def test_json_keeps_exact_numbers_as_text() -> None:
    assert native({"a": Decimal("1.10"), "b": (1, None, True)}) == {
        "a": "1.10",
        "b": [1, None, True],
    }
