"""The places of a message that hold a value, in XML, in XML within a string, and in JSON."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import Any

from adapters.soap.xml import escape

_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ELEMENT = re.compile(r"<([\w:.\-]+)((?:\s[^<>]*)?)>([^<]*)</\1\s*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value of a message; `changed` and `removed` give the whole message without touching it.

    `value` is a text in XML; a text, number, truth value or None in JSON.
    """

    name: str
    place: str  # in JSON the whole way to it
    value: Any
    changed: Callable[[Any], str]
    removed: Callable[[], str]

    @property
    def text(self) -> str:
        """The value as it is written."""
        return "" if self.value is None else str(self.value)


def leaves(body: str) -> list[Leaf]:
    """Every value of a message, in its order; none of a text that is neither XML nor JSON."""
    if body.lstrip("\ufeff \r\n\t").startswith("<"):
        return list(_xml(_CDATA.sub(lambda found: escape(found[1]), body)))
    try:
        tree = json.loads(body)
    except ValueError:
        return []
    return [_json(tree, steps) for steps in _steps(tree)]


def texts(body: str) -> list[str]:
    """The values alone, as they are written; numbers of JSON keep their digits."""
    if body.lstrip("\ufeff \r\n\t").startswith("<"):
        return [leaf.text for leaf in leaves(body)]
    try:
        tree = json.loads(body, parse_float=str, parse_int=str)
    except ValueError:
        return []
    return [str(_at(tree, steps)) for steps in _steps(tree)]


def _xml(body: str) -> Iterator[Leaf]:
    for found in _ELEMENT.finditer(body):
        before, after, name = body[: found.start()], body[found.end() :], found[1]
        text = unescape(found[3])
        outer = partial(_refilled, f"{before}<{name}{found[2]}>", f"</{name}>{after}")
        if text.lstrip().startswith("<"):
            yield from (_inner(leaf, outer) for leaf in _xml(text))
            continue
        yield Leaf(
            name=name.rpartition(":")[2],
            place=name.rpartition(":")[2],
            value=text,
            changed=outer,
            removed=partial(str.__add__, before, after),
        )


def _refilled(before: str, after: str, inside: Any) -> str:
    return f"{before}{escape(str(inside))}{after}"


def _inner(leaf: Leaf, outer: Callable[[Any], str]) -> Leaf:
    return Leaf(
        name=leaf.name,
        place=leaf.place,
        value=leaf.value,
        changed=lambda value: outer(leaf.changed(value)),
        removed=lambda: outer(leaf.removed()),
    )


def _json(tree: Any, steps: tuple[Any, ...]) -> Leaf:
    def changed(value: Any) -> str:
        whole = copy.deepcopy(tree)
        _at(whole, steps[:-1])[steps[-1]] = value
        return json.dumps(whole, ensure_ascii=False)

    def removed() -> str:
        whole = copy.deepcopy(tree)
        del _at(whole, steps[:-1])[steps[-1]]
        return json.dumps(whole, ensure_ascii=False)

    named = [step for step in steps if isinstance(step, str)]
    place = ".".join(step if isinstance(step, str) else "[]" for step in steps)
    name = named[-1] if named else ""
    return Leaf(name=name, place=place, value=_at(tree, steps), changed=changed, removed=removed)


def _steps(tree: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for step, value in pairs if isinstance(tree, dict | list) else ():
        if isinstance(value, dict | list) and value:
            yield from _steps(value, (*so_far, step))
        else:
            yield (*so_far, step)


def _at(tree: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        tree = tree[step]
    return tree


def scalars(told: Any) -> list[Any]:
    """Every single value of an outcome as JSON, keys of mappings left out."""
    if isinstance(told, dict):
        return [one for value in told.values() for one in scalars(value)]
    if isinstance(told, list):
        return [one for value in told for one in scalars(value)]
    return [told]


def without_failed(told: Any) -> Any:
    """An outcome without the keys and rows that failed one by one: an error is no value."""
    if not isinstance(told, dict):
        return told
    rows = unread_rows(told)
    return {key: one for key, one in told.items() if one is not rows and not _is_failed(one)}


def unread_rows(told: Any) -> list[Any] | None:
    """The rows a page of a feed says it leaves out; None where nothing is left out."""
    if isinstance(told, dict) and told.keys() == {"progress", "cursor", "more", "unread"}:
        return told["unread"] or None
    return None


def _is_failed(one: Any) -> bool:
    return isinstance(one, dict) and list(one) == ["fails"]
