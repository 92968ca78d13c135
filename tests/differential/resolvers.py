"""Resolvers of every kind for a random schema, and what is told of them to the compiler."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
)

from gateway.execution.compiled.access import Access, Call, Read
from gateway.execution.compiled.state import Field, Place, State, info_at
from tests.differential.values import Data, Later, Log


@dataclass(slots=True)
class Scene(Log):
    """The context of one execution."""

    seed: float = 0.0
    calm: bool = False


def equip(schema: GraphQLSchema, chance: Random, *, reads: bool) -> Callable[[GraphQLField], Any]:
    """Give fields and types their functions; what the compiler may know of the fields.

    `reads`: every field is a plain read, as in a schema made for speed.
    """
    known: dict[int, Access] = {}
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType):
            _object(schema, kind, chance, known, reads=reads)
        elif isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = _type_resolver(chance)
    return lambda field: known.get(id(field))


def _object(
    schema: GraphQLSchema,
    kind: GraphQLObjectType,
    chance: Random,
    known: dict[int, Access],
    *,
    reads: bool,
) -> None:
    if chance.random() < 0.3 and kind.name not in {"Query", "Mutation"}:
        kind.is_type_of = _type_check(kind.name, chance)
    for name, field in kind.fields.items():
        roll = chance.random()
        if reads or roll < 0.15:
            known[id(field)] = Read(name)
            field.resolve = _reader(name)
        elif roll < 0.3:
            names = {one.out_name or name: f"their_{name}" for name, one in field.args.items()}
            known[id(field)] = Call(_called(name), "parent", "told", _told_at, names)
            field.resolve = _as_called(name, names)
        elif roll < 0.55:
            field.resolve = _custom(schema, field)


def _reader(name: str) -> Callable[..., Any]:
    def resolve(source: Any, _: Any, **__: Any) -> Any:
        return source.get(name) if isinstance(source, dict) else getattr(source, name)

    return resolve


def _told_at(state: State, field: Field, place: Place) -> tuple[GraphQLResolveInfo[Any]]:
    return _told(info_at(state, field, place))


def _told(info: GraphQLResolveInfo[Any]) -> tuple[GraphQLResolveInfo[Any]]:
    return (info,)


def _called(name: str) -> Callable[..., Any]:
    def function(*, parent: Any, told: tuple[GraphQLResolveInfo[Any]], **given: Any) -> Any:
        told[0].context.note(told[0], given)
        return parent.get(name) if isinstance(parent, Mapping) else getattr(parent, name)

    return function


def _as_called(name: str, names: Mapping[str, str]) -> Callable[..., Any]:
    function = _called(name)

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        theirs = {names[key]: value for key, value in arguments.items()}
        return function(parent=source, told=_told(info), **theirs)

    return resolve


def _custom(schema: GraphQLSchema, field: GraphQLField) -> Callable[..., Any]:
    def resolve(_: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        scene = info.context
        scene.note(info, arguments)
        path = info.path.as_list()
        chance = Random(f"{scene.seed}{path}{sorted(map(str, arguments.items()))}")
        data = Data(schema, chance, calm=scene.calm, reads=False)
        return data.resolved(field.type, sum(isinstance(key, str) for key in path))

    return resolve


def _name_of(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get("__typename")
    return getattr(value, "_Thing__typename", None)


def _type_check(name: str, chance: Random) -> Callable[..., Any]:
    roll = chance.random()

    def check(value: Any, info: GraphQLResolveInfo[Any]) -> Any:
        info.context.note(info, {"is": name})
        if roll < 0.1:
            raise GraphQLError("not to be told")
        found = _name_of(value) == name
        return Later(1, found) if roll < 0.3 else found

    return check


def _type_resolver(chance: Random) -> Callable[..., Any] | None:
    roll = chance.random()
    if roll < 0.4:
        return None

    def resolve(value: Any, info: GraphQLResolveInfo[Any], _: Any) -> Any:
        info.context.note(info, {"type": True})
        name = _name_of(value)
        if roll > 0.9:
            wrong = (None, 7, "Query", "Colour", "Nothing", name)
            name = wrong[len(info.path.as_list()) % len(wrong)]
        return Later(1, name) if roll < 0.55 else name

    return resolve
