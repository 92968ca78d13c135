"""XML in and out, hardened: no DTD, no entities, no network, no huge trees."""

import re
from typing import Any

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Element = Any  # lxml's element; its stubs know no tree of them that mypy could follow


class BadXml(ValueError):
    """Bytes that are no XML we accept; the message names the rule, never the content."""


def _parser(encoding: str | None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


_PLAIN = _parser(None)


def parse(data: bytes, encoding: str | None = None) -> Element:
    """The root element of `data`; BadXml for anything doubtful."""
    try:
        root = etree.fromstring(data, _parser(encoding) if encoding else _PLAIN)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise BadXml("is not well-formed XML") from None
    about: Any = root.getroottree().docinfo
    if about.doctype or about.internalDTD is not None:
        raise BadXml("carries a DTD")
    return root


def parse_text(text: str) -> Element:
    """The root element of a document carried inside a string, whatever encoding it declares."""
    return parse(_DECLARATION.sub("", text, count=1).encode("utf-8", "strict"), "utf-8")


def escape(text: str) -> str:
    """Text as XML content or attribute value."""
    if _FORBIDDEN.search(text):
        raise ValueError("holds characters XML cannot carry")
    if not any(c in text for c in "&<>\"'\n\t\r"):
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\r", "&#13;").replace("\t", "&#9;")


def local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]


def namespace(tag: str) -> str:
    """The namespace of a Clark name, empty when it has none."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""
