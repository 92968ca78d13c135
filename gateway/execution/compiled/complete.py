"""The long way round: every value the written lines do not expect, completed as the standard says.

A shape completes one type: `shape(state, field, value, place)`. It gives the finished value or an
awaitable of it, and raises what makes the position null.
"""

import enum
from asyncio import Future
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

from graphql import (
    GraphQLError,
    GraphQLLeafType,
    GraphQLObjectType,
    Undefined,
    located_error,
)
from graphql.pyutils import inspect, is_async_iterable, is_awaitable, is_iterable

from gateway.execution.compiled.later import (
    AWAITED,
    Landing,
    Waiting,
    abandon,
    guard,
    later,
    pend,
    whole,
)
from gateway.execution.compiled.state import (
    Field,
    Items,
    Place,
    Position,
    State,
    fail,
    field_place,
    info_at,
)

Shape: TypeAlias = Callable[[State, Field, Any, Place], Any]
Written: TypeAlias = Callable[[State, Any, Place], Any]
SETTLED: Final = frozenset({str, int, float, bool, type(None), dict, list, tuple})
# Exactly these are neither awaitable nor exceptions, whatever a scalar makes of them.
PLAIN: Final = (SETTLED - {type(None)}) | {date, datetime, time, Decimal, UUID}
_NO_OBJECT: Final = (Exception, type(None), type(Undefined))
_MEMBERS: Final = 1_000  # flags can be combined without end


def at(state: State, position: Position, value: Any, place: Place) -> Any:
    """The value completed, or what stands for it (AWAITED); raises what makes the position null."""
    if value.__class__ is Future:
        return Landing(state, position, value, place)
    if is_awaitable(value):
        return later(state, position, value, place)
    found = position.shape(state, position.field, value, place)
    if found.__class__ not in SETTLED and is_awaitable(found):
        return guard(state, position, found, place)
    return found


def served(
    state: State, position: Position, kind: GraphQLLeafType, value: Any, found: Any, place: Place
) -> Any:
    """What a scalar made of a value, checked."""
    _refuse_nothing(kind, value, found)
    if found.__class__ not in SETTLED and is_awaitable(found):
        return guard(state, position, found, place)
    return found


def keyed(source: Any) -> Callable[[str], Any] | None:
    """How graphql-core's default resolver reads a mapping; None: it reads attributes."""
    return source.get if isinstance(source, Mapping) else None


class Members(dict[int, str]):
    """The names of enum members by identity; it holds the members, so no identity is reused."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        super().__init__()
        self._held: list[enum.Enum] = []

    def learn(self, member: enum.Enum, name: str) -> None:
        """Remember what the type said of this member."""
        if len(self) < _MEMBERS:
            self._held.append(member)
            self[id(member)] = name


def member(state: State, position: Position, known: Members, value: Any, place: Place) -> Any:
    """A value of an enum not met before."""
    found = at(state, position, value, place)
    if isinstance(value, enum.Enum) and found.__class__ is str:
        known.learn(value, found)
    return found


def leaf(kind: GraphQLLeafType) -> Shape:
    """A scalar or an enum."""
    coerce = kind.coerce_output_value

    def complete(state: State, field: Field, value: Any, place: Place) -> Any:
        found = coerce(value)
        _refuse_nothing(kind, value, found)
        return found

    return complete


def _refuse_nothing(kind: GraphQLLeafType, value: Any, found: Any) -> None:
    if found is None or found is Undefined:
        raise TypeError(
            f"Expected `{inspect(kind)}.coerce_output_value({inspect(value)})` to return"
            f" non-nullable value, returned: {inspect(found)}"
        )


def nullable(inner: Shape) -> Shape:
    """Errors given as values are raised; nothing is null."""

    def complete(state: State, field: Field, value: Any, place: Place) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is None or value is Undefined:
            return None
        return inner(state, field, value, place)

    return complete


def nonnull(inner: Shape) -> Shape:
    """Null is an error."""

    def complete(state: State, field: Field, value: Any, place: Place) -> Any:
        found = inner(state, field, value, place)
        if found is None:
            raise _null(field)
        return found

    return complete


def _null(field: Field) -> TypeError:
    return TypeError(f"Cannot return null for non-nullable field {field.parent}.{field.name}.")


def whole_objects(written: Written) -> tuple[Shape, Shape]:
    """Where null may stand and where it may not, objects of a type that asks nothing of them.

    In one step what `nullable` and `nonnull` make of `objects`: every reading that was waited for
    comes through here.
    """

    def perhaps(state: State, field: Field, value: Any, place: Place) -> Any:
        if not isinstance(value, _NO_OBJECT):
            return written(state, value, place)
        if isinstance(value, Exception):
            raise value
        return None

    def surely(state: State, field: Field, value: Any, place: Place) -> Any:
        if not isinstance(value, _NO_OBJECT):
            return written(state, value, place)
        raise value if isinstance(value, Exception) else _null(field)

    return perhaps, surely


def listed(items: Items, written: Written) -> Shape:
    """A list; `written` goes through one."""

    def complete(state: State, field: Field, value: Any, place: Place) -> Any:
        if is_async_iterable(value):
            return _gone_through(state, items, value, place)
        if not is_iterable(value):
            raise GraphQLError(
                f"Expected Iterable, but did not find one for field '{field.parent}.{field.name}'."
            )
        return written(state, value, place)

    return complete


async def _gone_through(state: State, items: Items, value: AsyncIterable[Any], place: Place) -> Any:
    found: list[Any] = []
    waiting: Waiting | None = None
    iterator = value.__aiter__()
    try:
        while True:
            try:
                entry = await anext(iterator)
            except StopAsyncIteration:
                break
            except Exception as error:
                raise located_error(error, items.nodes[:], _path(place)) from error
            waiting = _entered(state, items, entry, found, waiting, (place, len(found), None))
    except Exception:
        close = getattr(iterator, "aclose", None)
        if close is not None:
            with suppress(Exception):
                await close()
        abandon(state, waiting)
        raise
    return found if waiting is None else await whole(found, waiting)


def _entered(
    state: State,
    items: Items,
    entry: Any,
    found: list[Any],
    waiting: Waiting | None,
    place: Place,
) -> Waiting | None:
    try:
        entry = at(state, items, entry, place)
    except Exception as error:  # whatever goes wrong is an error of this entry
        entry = fail(state, items, error, place)
    found.append(entry)
    if entry.__class__ in AWAITED:
        return pend(waiting, len(found) - 1, entry)
    return waiting


def _path(place: Place) -> list[str | int]:
    return [] if place is None else [*_path(place[0]), place[1]]


def objects(kind: GraphQLObjectType, written: Written) -> Shape:
    """An object; `written` is the function of its selection."""
    belongs = kind.is_type_of

    def complete(state: State, field: Field, value: Any, place: Place) -> Any:
        if belongs is not None:
            told = belongs(value, info_at(state, field, field_place(place)))
            if is_awaitable(told):
                return _if_belongs(told, state, field, value, place)
            if not told:
                raise _stranger(kind, value, field)
        return written(state, value, place)

    async def _if_belongs(
        told: Awaitable[bool], state: State, field: Field, value: Any, place: Place
    ) -> Any:
        if not await told:
            raise _stranger(kind, value, field)
        found = written(state, value, place)
        return found if found.__class__ is dict else await found

    return complete


def _stranger(kind: GraphQLObjectType, value: Any, field: Field) -> GraphQLError:
    return GraphQLError(
        f"Expected value of type '{kind}' but got: {inspect(value)}.", field.nodes[:]
    )
