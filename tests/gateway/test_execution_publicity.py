"""An operation is public when all it can reach is declared to be; anything else is not."""

from collections import deque

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_introspection_query,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
)

from gateway.demo.applicant import operation
from gateway.execution.documents import Documents
from gateway.execution.limits import Limits
from gateway.execution.publicity import Publicity
from schema.graph.build import build_schema
from schema.graph.federation import federated
from schema.graph.public import PUBLIC
from tests.schema.graph.shipped import shipped_infos

INFOS = shipped_infos()
GRAPH = federated(build_schema(INFOS), INFOS)


def public(text: str, name: str | None = None) -> bool:
    return Documents(GRAPH, Limits(), public=PUBLIC).get(text).is_public(name)


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        "{ oneThings { id name { local } } }",
        "query ($id: ID!) { oneThing(id: $id) { ...A } } fragment A on OneThing { id ...B }"
        " fragment B on OneThing { plan { waves } }",
        '{ oneThing(id: "x") { ... on OneThing @include(if: true) { version } } }',
        '{ oneThing(id: "x") { ... @skip(if: false) { version } } }',
        '{ oneThing(id: "x") { materials(variant: "v", fate: SUBMIT) { code } } }',
        "{ departments { id registers { fields { name } } } }",
        "{ _service { sdl } }",
        get_introspection_query(),
        operation("one_thing"),
        operation("reduction"),
    ],
)
def test_what_is_declared_is_public(text: str) -> None:
    assert public(text)


@pytest.mark.parametrize(
    "text",
    [
        "{ viewer { subject } }",
        "{ viewer { __typename } }",
        "{ oneThings { id } viewer { subject } }",
        '{ oneThing(id: "x") { ...A } } fragment A on OneThing { eligibility(answers: {})'
        " { eligible } }",
        '{ oneThing(id: "x") { deadlines { item } } }',
        '{ oneThing(id: "x") { materials(answers: {}) { code } } }',
        'query ($a: JSON) { oneThing(id: "x") { items(answers: $a) { id } } }',
        "{ departments { id health { up } } }",
        '{ case(id: "x") { id } }',
        '{ businessLicence(uscc: "x") { value { uscc } } }',
        "{ _entities(representations: []) { __typename } }",
        operation("departments"),
        operation("my_cases"),
        operation("submit_application"),
        "mutation { __typename }",
    ],
)
def test_what_is_not_declared_is_not_public(text: str) -> None:
    assert not public(text)


def test_each_operation_of_a_document_is_judged_for_itself() -> None:
    text = "query A { oneThings { id } } query B { viewer { subject } }"

    assert (public(text, "A"), public(text, "B"), public(text, "C"), public(text)) == (
        True, False, False, False,
    )  # fmt: skip


def paths(graph: GraphQLSchema) -> dict[tuple[str, str], str]:
    """For each field there is, a query that reaches it, by way of public fields where it can."""
    assert graph.query_type is not None
    found: dict[tuple[str, str], str] = {}
    reached = {graph.query_type.name: "{ %s }"}
    public: deque[GraphQLNamedType] = deque([graph.query_type])
    others: deque[GraphQLNamedType] = deque()
    while public or others:
        kind = public.popleft() if public else others.popleft()
        for inside in below(graph, kind):
            if inside.name not in reached:
                reached[inside.name] = reached[kind.name] % f"... on {inside.name} {{ %s }}"
                others.append(inside)
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for name, field in kind.fields.items():
            inner, asked = get_named_type(field.type), name + arguments(field)
            leaf = is_leaf_type(inner)
            found[kind.name, name] = reached[kind.name] % (
                asked if leaf else f"{asked} {{ __typename }}"
            )
            if not leaf and inner.name not in reached:
                reached[inner.name] = reached[kind.name] % f"{asked} {{ %s }}"
                (public if name in PUBLIC.get(kind.name, {}) else others).append(inner)
    return found


def below(graph: GraphQLSchema, kind: GraphQLNamedType) -> tuple[GraphQLObjectType, ...]:
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        return tuple(graph.get_possible_types(kind))
    return ()


def arguments(field: GraphQLField) -> str:
    needed = [f"{n}: {literal(a)}" for n, a in field.args.items() if is_required_argument(a)]
    return f"({', '.join(needed)})" if needed else ""


def literal(argument: GraphQLArgument) -> str:
    kind = str(argument.type).rstrip("!")
    return "[]" if kind.startswith("[") else {"JSON": "{}", "Int": "1"}.get(kind, '"x"')


def test_of_all_fields_of_the_graph_those_declared_are_public_and_no_others() -> None:
    judged = {}
    for (kind, name), text in paths(GRAPH).items():
        document = parse(text)
        judged[kind, name] = Publicity(GRAPH, document, PUBLIC).of(document.definitions[0])  # type: ignore[arg-type]

    said = {field for field, found in judged.items() if found}

    assert said == {(kind, name) for kind, names in PUBLIC.items() for name in names}
    assert len(judged) > 3 * len(said) / 2
