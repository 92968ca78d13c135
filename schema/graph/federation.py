"""This graph as a part of a larger one (Apollo Federation 2): its SDL and its entities.

People read the graph without this (`schema.graphql`); other graphs read `_service { sdl }`.
What is executed has both.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

import strawberry
from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)

from schema.domain.department import DepartmentInfo
from schema.graph.build import core
from schema.graph.entities import Entities, Entity, EntityKey, entity_keys
from schema.graph.fields import PER_ENTRY, PerEntry
from schema.graph.registers import DEPARTMENT_CALL

VERSION: Final = "v2.3"
LINK: Final = (
    f'extend schema @link(url: "https://specs.apollo.dev/federation/{VERSION}",'
    ' import: ["@key", "@shareable"])'
)
SHARED: Final = ("Provenance", "Text")  # values without a key that a neighbour may give as well

_ANY = GraphQLScalarType("_Any", description="`__typename` and the key of an entity.")


def subgraph_sdl(sdl: str, keys: Mapping[str, Sequence[EntityKey]]) -> str:
    """The printed graph as another graph's composer wants it: entities marked with their keys."""
    marks = {
        name: " ".join(f'@key(fields: "{key.field}")' for key in found)
        for name, found in keys.items()
    } | dict.fromkeys(SHARED, "@shareable")
    definitions = (_marked(node, marks) for node in parse(sdl).definitions)
    return print_ast(DocumentNode(definitions=(*parse(LINK).definitions, *definitions))) + "\n"


def federated(schema: strawberry.Schema, departments: Sequence[DepartmentInfo]) -> GraphQLSchema:
    """The graph to execute: what `schema` declares, with `_service` and `_entities`."""
    graph = core(schema)
    keys = entity_keys(departments)
    if graph.query_type is None:
        return graph
    query = graph.query_type
    own = query.to_kwargs()
    own["fields"] = {
        **query.fields,
        "_service": _service(cache(lambda: subgraph_sdl(schema.as_str(), keys))),
        **_entities(graph, keys),
    }
    given = graph.to_kwargs()
    given["query"] = GraphQLObjectType(**own)
    given["types"] = tuple(kind for kind in graph.type_map.values() if kind is not query)
    return GraphQLSchema(**given)


def _service(sdl: Callable[[], str]) -> GraphQLField:
    async def resolve(*_: Any) -> str:
        # Only composers ask, once; what they ask for takes longer than others may have to wait.
        return await asyncio.to_thread(sdl)

    text = GraphQLField(GraphQLNonNull(GraphQLString), description="The SDL.", resolve=resolve)
    service = GraphQLObjectType(
        "_Service", {"sdl": text}, description="This graph as a part of a larger one."
    )
    return GraphQLField(
        GraphQLNonNull(service), description="For composers of graphs.", resolve=lambda *_: {}
    )


def _entities(
    graph: GraphQLSchema, keys: Mapping[str, tuple[EntityKey, ...]]
) -> Mapping[str, GraphQLField]:
    """The field that finds entities; none where no record can be named."""
    if not keys:
        return {}
    records = [kind for name in keys if isinstance(kind := graph.type_map[name], GraphQLObjectType)]
    union = GraphQLUnionType(
        "_Entity", records, resolve_type=_type_of, description="A record with a key."
    )
    representations = GraphQLArgument(
        GraphQLNonNull(GraphQLList(GraphQLNonNull(_ANY))), description="Which, by type and key."
    )
    field = GraphQLField(
        GraphQLNonNull(GraphQLList(union)),
        args={"representations": representations},
        resolve=Entities(keys).resolve,
        description="Records by their keys, in the order asked; null where there is none.",
        extensions={PER_ENTRY: PerEntry(argument="representations", weight=DEPARTMENT_CALL)},
    )
    return {"_entities": field}


def _type_of(entity: Entity, *_: Any) -> str:
    return entity.graph_type


def _marked(node: DefinitionNode, marks: Mapping[str, str]) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode) or node.name.value not in marks:
        return node
    own = node.directives or ()
    return replace(node, directives=(*own, *_directives(marks[node.name.value])))


def _directives(text: str) -> tuple[ConstDirectiveNode, ...]:
    [node] = parse(f"scalar Any {text}").definitions
    return tuple(getattr(node, "directives", ()))
