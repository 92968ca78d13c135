"""A reply as text at once, the same to the byte as lxml writes the tree `xml.build` makes of it.

Most of what a SOAP reply cost was its tree: made node by node to be read once.
"""

import re
from collections.abc import Mapping
from typing import Any

from mocks.soap.xml import XSI, Nil, text

_IN_ATTRIBUTE = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
    "\r": "&#13;", "\n": "&#10;", "\t": "&#9;",
}  # fmt: skip
_TEXT = re.compile("[&<>\r]")
_ATTRIBUTE = re.compile('[&<>\r"\n\t]')
_NIL = f' xmlns:xsi="{XSI}" xsi:nil="true"'


def written(tag: str, content: Any, *, qualified: bool) -> str:
    """The element `build` makes, as it stands inside an envelope.

    What is inside is in the namespace of the element when `qualified`, else in none.
    """
    space, _, name = tag.rpartition("}")
    root = f"ns0:{name}" if space else name
    declared = f' xmlns:ns0="{_attribute(space[1:])}"' if space else ""
    return _element(root, declared, content, "ns0:" if space and qualified else "")


def _element(name: str, more: str, content: Any, prefix: str) -> str:
    if not isinstance(content, Mapping):
        return _leaf(name, more, content)
    inner = []
    for key, value in content.items():
        if type(value) is str and key[0] != "@":  # most of a document
            told = value if _TEXT.search(value) is None else _text(value)
            inner.append(f"<{prefix}{key}>{told}</{prefix}{key}>")
        elif value is None:
            continue
        elif key[0] == "@":
            more += f' {key[1:]}="{_attribute(text(value))}"'
        elif isinstance(value, list | tuple):
            inner += [_element(prefix + key, "", one, prefix) for one in value]
        else:
            inner.append(_element(prefix + key, "", value, prefix))
    return f"<{name}{more}>{''.join(inner)}</{name}>" if inner else f"<{name}{more}/>"


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
