"""Limits hold before validation, in one pass whose length is that of the document."""

from typing import Any

import pytest
from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    build_schema,
    get_introspection_query,
    parse,
)

from gateway.execution.cost import Costing, prices
from gateway.execution.documents import Documents, NotRunnable
from gateway.execution.limits import Limits, TooMuch
from gateway.execution.measure import Measure, check

SCHEMA = build_schema(
    """
    type Query { a: A  cases(first: Int = 20): [A!]!  names: [String!]! }
    type A { a: A  b: Int  list: [A!]!  note(text: String, list: [[Int]]): String }
    type Mutation { go: Int }
    """
)
GENEROUS = Limits()


def bomb(size: int) -> str:
    """Each fragment spreads the next one twice: 2^size fields, a kilobyte of text."""
    chain = [
        f"fragment F{n} on A {{ a {{ ...F{n + 1} }} x: a {{ ...F{n + 1} }} }}" for n in range(size)
    ]
    return "{ a { ...F0 } } " + " ".join(chain) + f" fragment F{size} on A {{ b }}"


def first(document: DocumentNode) -> OperationDefinitionNode:
    node = document.definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return node


def documents(**limits: int) -> Documents:
    return Documents(SCHEMA, Limits(**limits))


def limit_hit(text: str, **limits: int) -> str:
    with pytest.raises(TooMuch) as refused:
        documents(**limits).get(text)
    return refused.value.limit


def test_a_fragment_bomb_is_refused() -> None:
    assert limit_hit(bomb(30)) in {"depth", "aliases", "fields"}


@pytest.mark.parametrize("size", [30, 60])
def test_measuring_a_bomb_visits_each_node_once(size: int) -> None:
    document = parse(bomb(size))
    measure = Measure(document, Limits(nesting=1000))

    measure.fragments()
    total = measure.operation(first(document))

    assert measure.visited == 2 + 4 * size + 1
    assert total.fields > 2**size


def test_costing_a_bomb_visits_each_fragment_once() -> None:
    document = parse(bomb(30))

    cost = Costing(document, prices(SCHEMA)).operation(first(document), "Query")

    assert cost > 2**30


@pytest.mark.parametrize(
    ("limit", "allowed", "most", "beyond"),
    [
        ("depth", 3, "{ a { a { b } } }", "{ a { a { a { b } } } }"),
        ("aliases", 1, "{ x: a { b } }", "{ x: a { y: b } }"),
        ("root_fields", 2, "{ a { b } names }", "{ a { b } names cases { b } }"),
        (
            "directives",
            1,
            "{ names @skip(if: true) }",
            "{ a @skip(if: true) { b @skip(if: true) } }",
        ),
        ("fields", 3, "{ a { b } names }", "{ a { b a { b } } }"),
        ("overlaps", 2, "{ a { b } a { b } }", "{ a { b } a { b } a { b } }"),
        ("overlaps", 3, "{ a { ...{ b } ...{ b } b } }", "{ a { ...{ b } ...{ b } b b } }"),
        (
            "overlaps",
            1,
            "{ a { ...F ...G } } fragment F on A { b } fragment G on A { x: b }",
            "{ a { ...F ...G } } fragment F on A { b } fragment G on A { b }",
        ),
        ("tokens", 6, "{ a { b } }", "{ a { b } names }"),
        ("characters", 11, "{ a { b } }", "{ a { b }  }"),
    ],
)
def test_each_limit_includes_its_bound(limit: str, allowed: int, most: str, beyond: str) -> None:
    documents(**{limit: allowed}).get(most)

    assert limit_hit(beyond, **{limit: allowed}) == limit


@pytest.mark.parametrize(
    "text",
    [
        "{ a {" + "a { b } " * 390 + "} }",
        "{" + ("a {" + "a { b } " * 22 + "} ") * 20 + "}",
        "{ a {" + "...{ b } " * 390 + "} }",
        "{ a {"
        + " ".join(f"...F{n}" for n in range(180))
        + "} }"
        + " ".join(f"fragment F{n} on A {{ b }}" for n in range(180)),
    ],
)
def test_what_validation_would_compare_a_hundred_thousand_times_is_refused(text: str) -> None:
    assert len(text) < 6_000
    assert limit_hit(text) == "overlaps"


@pytest.mark.parametrize("limit", ["fields", "overlaps"])
def test_a_fragment_nothing_spreads_is_counted_too(limit: str) -> None:
    text = "{ names } fragment F on A { a { b } a { b } }"

    assert limit_hit(text, **{limit: 1}) == limit


def test_thirty_kinds_that_share_ten_fields_are_not_too_many() -> None:
    """As a front end asks for the members of a union, each with a fragment of its own."""
    shared = " ".join(f"f{n}: b" for n in range(10))

    documents(aliases=300).get("{ a {" + f"... on A {{ {shared} }} " * 30 + "} }")


def test_fragments_count_as_often_as_they_are_spread() -> None:
    text = "{ a { ...F } x: a { ...F } } fragment F on A { y: b z: b }"

    assert limit_hit(text, aliases=4) == "aliases"
    documents(aliases=5).get(text)


@pytest.mark.parametrize(
    "text",
    [
        "{ a { ...F } } fragment F on A { a { ...F } }",
        "{ a { b } } fragment F on A { ...G } fragment G on A { ...F }",
    ],
)
def test_fragments_that_contain_themselves_are_refused(text: str) -> None:
    assert limit_hit(text) == "cycle"


@pytest.mark.parametrize(
    "text",
    [
        "{" + "a{" * 990 + "b" + "}" * 990 + "}",
        "{ a {" + "...{" * 600 + "b" + "}" * 600 + "} }",
        "{ a { note(list: " + "[" * 900 + "]" * 900 + ") } }",
        "{ a { ...F0 } } "
        + " ".join(f"fragment F{n} on A {{ ...F{n + 1} }}" for n in range(200))
        + " fragment F200 on A { b }",
    ],
)
def test_hopeless_nesting_is_refused_not_crashed(text: str) -> None:
    assert limit_hit(text) == "depth"


def test_lists_multiply_the_cost() -> None:
    def cost(text: str, variables: Any = None) -> int:
        document = parse(text)
        return Costing(document, prices(SCHEMA), variables).operation(first(document), "Query")

    assert cost("{ a { b } }") == 2
    assert cost("{ a { list { b } } }") == 1 + 1 + 10
    assert cost("{ cases(first: 3) { b } }") == 1 + 3 * 10
    assert cost("{ cases { b } }") == 1 + 20 * 10
    assert cost("{ cases(first: 100000) { b } }") == 1 + 100 * 10
    assert cost("query ($n: Int) { cases(first: $n) { b } }", {"n": 7}) == 1 + 7 * 10
    assert cost("query ($n: Int) { cases(first: $n) { b } }", {"n": "x"}) == 1 + 100 * 10


def test_a_list_of_lists_of_lists_costs_too_much() -> None:
    assert limit_hit("{ cases(first: 100) { list { list { b } } } }") == "cost"


def test_a_page_size_in_a_variable_is_weighed_when_it_is_known() -> None:
    made = documents()
    document = made.get("query ($n: Int) { cases(first: $n) { list { b } } }")

    assert document.by_variable
    made.check_cost(document, {"n": 10})
    with pytest.raises(TooMuch, match="cost"):
        made.check_cost(document, {"n": 100})


def test_the_tools_introspection_passes() -> None:
    documents().get(get_introspection_query())


def test_documents_are_compiled_once_and_forgotten_in_order() -> None:
    made = Documents(SCHEMA, GENEROUS, size=2)

    first = made.get("{ names }")
    assert made.get("{ names }") is first
    made.get("{ a { b } }")
    made.get("{ a { a { b } } }")

    assert len(made) == 2
    assert made.get("{ names }") is not first


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a { ...Missing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on A { b }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_what_cannot_run_is_told_by_code(text: str, code: str) -> None:
    with pytest.raises(NotRunnable) as refused:
        documents().get(text)

    assert refused.value.code == code
    assert len(refused.value.errors) <= 6


def test_a_hundred_unknown_directives_do_not_give_a_hundred_errors() -> None:
    text = "{ names " + " ".join(f"@d{n}" for n in range(49)) + " }"

    with pytest.raises(NotRunnable) as refused:
        documents().get(text)

    assert len(refused.value.errors) <= 6


def test_check_gives_the_measure_of_what_passes() -> None:
    assert check(parse("{ a { b } names }"), GENEROUS).visited == 3
