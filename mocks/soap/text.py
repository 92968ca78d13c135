"""A reply as text at once, the same to the byte as lxml writes the tree `xml.build` makes of it.

Most of what a SOAP reply cost was its tree: made node by node to be read once.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mocks.soap.xml import XSI, Nil, text

_IN_ATTRIBUTE = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
    "\r": "&#13;", "\n": "&#10;", "\t": "&#9;",
}  # fmt: skip
_TEXT = re.compile("[&<>\r]")
_ATTRIBUTE = re.compile('[&<>\r"\n\t]')
_NIL = f' xmlns:xsi="{XSI}" xsi:nil="true"'
_LEAVES: Mapping[type, Callable[[Any], str]] = {  # as `xml.text` writes them, by exact type
    str: str, int: str, date: date.isoformat, Decimal: "{:f}".format,
    bool: text, datetime: text,
}  # fmt: skip
_ARE_LEAVES = frozenset(_LEAVES).issuperset


def written(tag: str, content: Any, *, qualified: bool) -> str:
    """The element `build` makes, as it stands inside an envelope.

    What is inside is in the namespace of the element when `qualified`, else in none.
    """
    name, declared, prefix = _root(tag)
    return _element(name, declared, content, prefix if qualified else "")


@lru_cache(maxsize=256)  # replies have few names
def _root(tag: str) -> tuple[str, str, str]:
    """The name of an element, what declares its namespace, and the prefix of that."""
    space, _, name = tag.rpartition("}")
    if not space:
        return name, "", ""
    return f"ns0:{name}", f' xmlns:ns0="{_attribute(space[1:])}"', "ns0:"


def _element(name: str, more: str, content: Any, prefix: str) -> str:
    if type(content) is not dict and not isinstance(content, Mapping):
        return _leaf(name, more, content)
    values = content.values()
    if _ARE_LEAVES(map(type, values)):
        told = tuple([_LEAVES[type(value)](value) for value in values])
        layout = _layout(name, more, prefix, tuple(content))
        if layout and _ATTRIBUTE.search("".join(told)) is None:
            return layout % told
    elif None in values:
        given = {key: value for key, value in content.items() if value is not None}
        return _element(name, more, given, prefix)
    inner = []
    for key, value in content.items():
        if key[0] == "@":
            more += f' {key[1:]}="{_attribute(text(value))}"'
        elif isinstance(value, (list, tuple)):
            inner += [_element(prefix + key, "", one, prefix) for one in value]
        else:
            inner.append(_element(prefix + key, "", value, prefix))
    return f"<{name}{more}>{''.join(inner)}</{name}>" if inner else f"<{name}{more}/>"


@lru_cache(maxsize=256)
def _layout(name: str, more: str, prefix: str, keys: Sequence[str]) -> str:
    """An element of leaves that need no escaping, with a place for each; "" for one in disorder.

    Places are filled in turn, and attributes stand before what is inside.
    """
    attributes = [key[1:] for key in keys if key[0] == "@"]
    if keys[: len(attributes)] != tuple(f"@{key}" for key in attributes):
        return ""
    more = more.replace("%", "%%") + "".join(f' {key}="%s"' for key in attributes)
    inside = [prefix + key for key in keys[len(attributes) :]]
    inner = "".join(f"<{key}>%s</{key}>" for key in inside)
    return f"<{name}{more}>{inner}</{name}>" if inside else f"<{name}{more}/>"


def _leaf(name: str, more: str, content: Any) -> str:
    if isinstance(content, Nil):
        return f"<{name}{more}{_NIL}/>"
    return f"<{name}{more}>{_text(text(content))}</{name}>"


def _text(value: str) -> str:
    if _TEXT.search(value) is None:
        return value
    told = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return told.replace("\r", "&#13;")


def _attribute(value: str) -> str:
    return _ATTRIBUTE.sub(lambda found: _IN_ATTRIBUTE[found[0]], value)
