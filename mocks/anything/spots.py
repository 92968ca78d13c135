"""The plain values inside a reply, each with its place and a way to put another there."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from lxml import etree

Put = Callable[[str | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One of them. `row`: of the list it stands in; None put there takes it out."""

    place: str
    row: int
    text: str | None
    put: Put
    back: Callable[[], None]


def json_spots(value: Any, place: str = "", row: int = 0) -> Iterator[Spot]:
    """Those of a JSON value, which changes where something is put."""
    if isinstance(value, dict):
        for name, inside in list(value.items()):
            yield from _member(value, name, inside, f"{place}.{name}" if place else name, row)
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _member(value, number, inside, place, row + number)


def _member(within: Any, name: Any, inside: Any, place: str, row: int) -> Iterator[Spot]:
    if isinstance(inside, dict | list):
        yield from json_spots(inside, place, row)
        return

    def put(text: str | None) -> None:
        if text is not None:
            within[name] = _typed(text, inside)
        elif isinstance(within, dict):
            within.pop(name, None)

    back = partial(within.__setitem__, name, inside)
    yield Spot(place=place, row=row, text=_text(inside), put=put, back=back)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else json.dumps(value)


def _typed(text: str, like: Any) -> Any:
    if isinstance(like, str) or like is None:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def xml_spots(element: etree._Element, place: str = "", row: int = 0) -> Iterator[Spot]:
    """Those below an element, which changes where something is put; attributes as `@name`."""
    for name, value in ((str(name), str(value)) for name, value in element.attrib.items()):
        if not name.startswith("{"):
            yield _attribute(element, name, value, _below(place, f"@{name}"), row)
    seen: Counter[str] = Counter()
    for child in list(element):
        below = _below(place, etree.QName(child).localname)
        number = row + seen[below]
        seen[below] += 1
        if len(child) == 0:
            yield _text_of(element, child, below, number)
        yield from xml_spots(child, below, number)


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _attribute(element: etree._Element, name: str, value: str, place: str, row: int) -> Spot:
    def put(text: str | None) -> None:
        if text is None:
            del element.attrib[name]
        else:
            element.set(name, text)

    return Spot(place=place, row=row, text=value, put=put, back=partial(put, value))


def _text_of(parent: etree._Element, child: etree._Element, place: str, row: int) -> Spot:
    text, at = child.text, parent.index(child)

    def put(text: str | None) -> None:
        if text is None:
            parent.remove(child)
        else:
            child.text = text

    def back() -> None:
        child.text = text
        parent.insert(at, child)

    return Spot(place=place, row=row, text=text or "", put=put, back=back)
