"""What happens once something has to be awaited; the only coroutines of an execution.

A field that awaits nothing never comes here. Where several siblings wait, they wait together, and
the first error that null propagation carries further cancels the others, as in graphql-core.
"""

from collections.abc import Awaitable, Iterator
from contextlib import suppress
from typing import Any, TypeAlias

from graphql.pyutils import gather_with_cancel, is_awaitable

from gateway.execution.compiled.state import Place, Position, State, fail

Waiting: TypeAlias = list[tuple[str | int, Awaitable[Any]]]


async def later(state: State, position: Position, value: Awaitable[Any], place: Place) -> Any:
    """What an awaitable comes to, completed; null and a kept error where it fails."""
    try:
        found = position.shape(state, position.field, await value, place)
        return await found if is_awaitable(found) else found
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail(state, position, error, place)


async def guard(state: State, position: Position, value: Awaitable[Any], place: Place) -> Any:
    """What is already being completed; null and a kept error where it fails."""
    try:
        return await value
    except Exception as error:  # whatever a resolver raises is an error of its field
        return fail(state, position, error, place)


def pend(waiting: Waiting | None, key: str | int, value: Awaitable[Any]) -> Waiting:
    """One more that has to be awaited before its object or list is whole."""
    if waiting is None:
        return [(key, value)]
    waiting.append((key, value))
    return waiting


async def whole(found: Any, waiting: Waiting) -> Any:
    """The object or list once all that waits has come; they wait together."""
    if len(waiting) == 1:
        key, value = waiting[0]
        found[key] = await value
        return found
    values = await gather_with_cancel(*[value for _, value in waiting])
    for (key, _), value in zip(waiting, values, strict=True):
        found[key] = value
    return found


def abandon(state: State, waiting: Waiting | None, rest: Iterator[Any] | None = None) -> None:
    """Somebody else's error made these useless; they end on their own, unheard.

    `rest`: the entries of a list that were not reached; awaitables among them run as well.
    """
    values = [value for _, value in waiting or ()]
    if rest is not None:
        with suppress(Exception):
            values.extend(entry for entry in rest if is_awaitable(entry))
    if values:
        state.settle(values)


def serially(state: State, source: Any, parts: list[Any]) -> Any:
    """The fields of a mutation, each finished before the next begins; awaited where needed."""
    found: dict[str, Any] = {}
    for index, part in enumerate(parts):
        value = part(state, source, None)
        if value.__class__ is not dict:
            return _serially(state, source, found, value, parts[index + 1 :])
        found.update(value)
    return found


async def _serially(
    state: State, source: Any, found: dict[str, Any], first: Awaitable[Any], parts: list[Any]
) -> dict[str, Any]:
    found.update(await first)
    for part in parts:
        value = part(state, source, None)
        found.update(value if value.__class__ is dict else await value)
    return found
