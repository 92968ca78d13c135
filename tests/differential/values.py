"""Random data for a schema: right values, wrong ones, errors, and all of it to be awaited.

The same seed gives the same data again, because awaitables and generators serve only once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
)

DEEPEST = 3
STRANGE = (object, 10**12, float("nan"), b"bytes", {"a": 1}, [1], (2,), "text", 3, True, 2.5, ...)


class Later:
    """An awaitable that is no coroutine, so that nothing warns when nobody awaits it."""

    def __init__(self, turns: int, value: Any) -> None:
        self.turns = turns
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        for _ in range(self.turns):
            yield
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def __repr__(self) -> str:
        return "Later"


class Thing:
    """A source with attributes."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


class Proxy(Mapping[str, Any]):
    """A source that is a mapping and no dict."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return "Proxy"


class Word(str):
    """A string of a class of its own."""

    __slots__ = ()


@dataclass(slots=True)
class Log:
    """What resolvers were called, in order, and what they were told."""

    calls: list[str] = field(default_factory=list)

    def note(self, info: GraphQLResolveInfo[Any], arguments: Mapping[str, Any]) -> None:
        """One call."""
        nodes = [(node.loc.start, node.loc.end) for node in info.field_nodes if node.loc]
        self.calls.append(
            f"{info.parent_type}.{info.field_name} {info.return_type} {info.path} {nodes}"
            f" {list(arguments.items())!r} {info.variable_values.coerced!r}"
            f" {info.root_value is not None} {sorted(info.fragments)} {info.operation.operation}"
        )


class Data:
    """The data of one execution."""

    def __init__(self, schema: GraphQLSchema, chance: Random, *, calm: bool, reads: bool) -> None:
        self.schema = schema
        self.chance = chance
        self.calm = calm  # few errors, so that answers get deep
        self.reads = reads  # every field is read: an entry must not be a function
        self.strange = 0.004 if calm else 0.03

    def root(self, kind: GraphQLObjectType) -> Any:
        """The root value."""
        return self.object(kind, 0)

    def object(self, kind: GraphQLObjectType, depth: int) -> Any:
        """A source of that type, of one class or another."""
        values: dict[str, Any] = {}
        for name, one in kind.fields.items():
            if self.chance.random() < 0.97:
                declared = one.extensions.get("strawberry-definition")
                read = self.reads or getattr(declared, "is_basic_field", False)
                made = self.value(one.type, depth) if read else self.entry(one.type, depth)
                values[name] = values[getattr(declared, "python_name", name)] = made
        roll = self.chance.random()
        if roll < 0.5:
            return {"__typename": kind.name, **values}
        if roll < 0.6 and not self.reads:
            return Proxy({"__typename": kind.name, **values})
        return Thing({"_Thing__typename": kind.name, **values})

    def entry(self, kind: Any, depth: int) -> Any:
        """What stands in a source for a field: a value, or a function that gives one."""
        if self.chance.random() < 0.6:
            return self.value(kind, depth)
        seed = self.chance.random()

        def resolve(info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
            info.context.note(info, arguments)
            again = Data(self.schema, Random(seed), calm=self.calm, reads=self.reads)
            return again.resolved(kind, depth)

        return resolve

    def resolved(self, kind: Any, depth: int) -> Any:
        """What a function gives, or raises; coroutines and futures, too."""
        roll = self.chance.random()
        if roll < self.strange:
            raise self.error()
        if roll < 0.2:
            return self._coroutine(self.chance.randint(0, 2), self.value(kind, depth))
        if roll < 0.25:
            future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            future.set_result(self.value(kind, depth))
            return future
        return self.value(kind, depth)

    async def _coroutine(self, turns: int, value: Any) -> Any:
        for _ in range(turns):
            await asyncio.sleep(0)
        if isinstance(value, Exception):
            raise value
        return await value if isinstance(value, Awaitable) else value

    def error(self) -> Exception:
        """Some exception."""
        return self.chance.choice(
            (
                ValueError("wrong"),
                KeyError("missing"),
                GraphQLError("told", extensions={"code": "TOLD"}),
                GraphQLError("elsewhere", path=["somewhere", 1]),
                ZeroDivisionError(),
            )
        )

    def value(self, kind: Any, depth: int) -> Any:
        """A value of that type, mostly."""
        roll = self.chance.random()
        if roll < self.strange:
            return self.error()
        if roll < 2 * self.strange:
            return self.chance.choice(STRANGE)
        if roll < 3 * self.strange:
            return Undefined
        if (roll < 0.08 and not isinstance(kind, GraphQLNonNull)) or roll < 4 * self.strange:
            return None
        if roll < 0.2:
            inner = Data(
                self.schema, Random(self.chance.random()), calm=self.calm, reads=self.reads
            )
            return Later(self.chance.randint(0, 2), inner.value(kind, depth))
        return self._right(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, depth)

    def _right(self, kind: Any, depth: int) -> Any:
        if isinstance(kind, GraphQLList):
            return self._list([self.value(kind.of_type, depth) for _ in range(self._length(depth))])
        if isinstance(kind, GraphQLObjectType):
            return None if depth >= DEEPEST else self.object(kind, depth + 1)
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            possible = self.schema.get_possible_types(kind)
            if not possible or depth >= DEEPEST:
                return None
            return self.object(self.chance.choice(list(possible)), depth + 1)
        if isinstance(kind, GraphQLEnumType):
            return self.chance.choice([one.value for one in kind.values.values()])
        return self.chance.choice(_LEAVES.get(kind.name, _ANY))

    def _length(self, depth: int) -> int:
        return self.chance.randint(0, 3 if depth < 2 else 2)

    def _list(self, entries: list[Any]) -> Any:
        roll = self.chance.random()
        if roll < 0.6:
            return entries
        if roll < 0.75:
            return tuple(entries)
        if roll < 0.85:
            return (entry for entry in entries)
        if roll < 0.93:
            return _streamed(entries, fails=self.chance.random() < 10 * self.strange)
        return _broken(entries) if self.chance.random() < 10 * self.strange else iter(entries)


async def _streamed(entries: list[Any], *, fails: bool) -> AsyncIterator[Any]:
    for entry in entries:
        await asyncio.sleep(0)
        yield entry
    if fails:
        raise RuntimeError("the stream broke")


def _broken(entries: list[Any]) -> Iterator[Any]:
    yield from entries
    raise RuntimeError("the list broke")


_LEAVES: Mapping[str, tuple[Any, ...]] = {
    "String": ("text", "字", "", Word("word"), 4, 1.5, True, Decimal("1.5")),
    "Int": (1, -5, 2**31 - 1, True, 3.0, "12", Decimal(4)),
    "Float": (1.5, -0.0, 2, "2.5", True, Decimal("0.5"), 1e300),
    "Boolean": (True, False, 0, 1, 0.0),
    "ID": ("id", 7, Word("word"), 3.0),
    "Decimal": (Decimal("1.50"), Decimal(7), 3),
    "Date": (date(2026, 11, 26),),
    "DateTime": (datetime(2026, 11, 26, 7, tzinfo=UTC),),
    "JSON": ({"a": [Decimal(1), None]}, [date(2026, 1, 2)], "text", object, 5),
    "Odd": ("x", 3, 1.5, Decimal("2"), [1, 2], {"a": 1}, "raise", "none", "undefined"),
}
_ANY: tuple[Any, ...] = ("text", 5)
