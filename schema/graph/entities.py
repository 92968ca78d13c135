"""Records as entities: what another graph names by a key, found here in as few calls as can be.

Only the key of a representation is believed; whatever else it carries is left alone. A record is
the same mapping a query field gives, read through the same port, so that who may see what is
decided where it always is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError, GraphQLResolveInfo
from strawberry.utils.str_converters import to_camel_case

from schema.domain.department import DepartmentInfo, Register
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Reading
from schema.domain.text import Language, Text
from schema.graph.ports import Reads
from schema.graph.registers import pascal

_PASSES: Final = frozenset(
    {
        ProblemCode.DEPARTMENT_UNREACHABLE,
        ProblemCode.DEPARTMENT_TIMEOUT,
        ProblemCode.DEPARTMENT_BUSY,
        ProblemCode.OUT_OF_TIME,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityKey:
    """One field that names one record, and the look-up that finds it."""

    field: str  # as the graph spells it
    department: str
    register: str
    lookup: str


class Entity(dict[str, Any]):
    """A record that knows the name of its graph type: in a union nothing else tells it."""

    __slots__ = ("graph_type",)

    def __init__(self, graph_type: str, record: Mapping[str, Any]) -> None:
        super().__init__(record)
        self.graph_type = graph_type


class EntityError(GraphQLError):
    """Why one representation has no record. Null without it means: there is none."""


def keys_of(register: Register) -> tuple[EntityKey, ...]:
    """The keys of a register's records, its own first.

    A look-up that lists names no single record; a masked value joins nothing. Both are no keys,
    nor is a look-up by something the record itself does not hold.
    """
    open_fields = {field.name for field in register.fields if field.personal is None}
    ways = [way for way in register.lookups if not way.many and way.name in open_fields]
    return tuple(
        EntityKey(
            field=to_camel_case(way.name),
            department=register.department,
            register=register.id,
            lookup=way.name,
        )
        for way in sorted(ways, key=lambda way: way.name != register.key)
    )


def entity_keys(departments: Sequence[DepartmentInfo]) -> Mapping[str, tuple[EntityKey, ...]]:
    """Graph type -> keys, for every register whose records can be named."""
    found = {
        pascal(register.id): keys_of(register)
        for info in departments
        for register in info.registers
    }
    return {name: keys for name, keys in sorted(found.items()) if keys}


@dataclass(frozen=True, slots=True)
class Entities:
    """Answers `_entities`."""

    keys: Mapping[str, tuple[EntityKey, ...]]

    async def resolve(
        self, _: object, info: GraphQLResolveInfo[Any], representations: Sequence[object]
    ) -> list[Entity | EntityError | None]:
        """A record, None or an error per representation, in their order; asked in one wave."""
        reads, language = info.context.reads, info.context.language
        asked = [self._found(one, reads, language) for one in representations]
        return await asyncio.gather(*asked)

    async def _found(
        self, representation: object, reads: Reads, language: Language
    ) -> Entity | EntityError | None:
        try:
            name, key, value = self._named(representation, language)
        except EntityError as error:
            return error
        reading: Reading = await reads.record(key.department, key.register, key.lookup, value)
        if reading.value is None:
            return None if reading.problem is None else _unanswered(reading.problem, key, language)
        # What a search found under another key is some other entity.
        named = str(reading.value.get(key.lookup)) == value
        return Entity(name, reading.value) if named else None

    def _named(self, representation: object, language: Language) -> tuple[str, EntityKey, str]:
        name = representation.get("__typename") if isinstance(representation, Mapping) else None
        if not isinstance(representation, Mapping) or not isinstance(name, str):
            raise _wrong(_NO_TYPE, language)
        if name not in self.keys:
            raise _wrong(_UNKNOWN, language, name=name[:60])
        for key in self.keys[name]:
            value = representation.get(key.field)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                return name, key, str(value)
        wanted = ", ".join(key.field for key in self.keys[name])
        raise _wrong(_NO_KEY, language, name=name, keys=wanted)


def _wrong(text: Text, language: Language, **words: str) -> EntityError:
    extensions = {"code": "BAD_REPRESENTATION", "retryable": False}
    return EntityError(text.in_(language).format(**words), extensions=extensions)


def _unanswered(problem: Problem, key: EntityKey, language: Language) -> EntityError:
    extensions: dict[str, Any] = {
        "code": problem.code.value,
        "department": key.department,
        "retryable": problem.code in _PASSES,
    }
    if problem.retry_at is not None:
        extensions["retryAt"] = problem.retry_at.isoformat()
    return EntityError(problem.text.in_(language), extensions=extensions)


_NO_TYPE = Text(
    zh="实体表示须为带 __typename 的对象。",
    en="A representation is an object with __typename; send one.",
)
_UNKNOWN = Text(
    zh="此图没有名为“{name}”的实体，请核对 _service 的 SDL。",
    en="There is no entity {name!r} in this graph; see the SDL of _service.",
)
_NO_KEY = Text(
    zh="{name} 的实体表示缺少键，请给出其中之一：{keys}。",
    en="A representation of {name} lacks its key; send one of: {keys}.",
)
