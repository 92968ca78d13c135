"""XML in and out: capped and free of DTDs, and as plain values."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from lxml import etree

Element = Any  # lxml's element; the stubs give it no public name
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NIL = f"{{{XSI}}}nil"
LIMIT = 2_000_000
_PROLOG = re.compile(r"[^<]*(?:<[^A-Za-z_][^<]*)*")  # all there is before the first element
_DECLARED = re.compile(rb"""^<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
ENCODINGS = frozenset({"utf-8", "utf-16", "gb18030", "gbk", "gb2312"})


class Unreadable(ValueError):
    """Bytes that are no XML we take; the sentence says why."""


def declared(content: bytes) -> str | None:
    """The encoding the XML declaration names, None when it names none."""
    found = _DECLARED.match(content)
    return found[1].decode("ascii").lower() if found else None


@cache
def _parser(encoding: str) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding, resolve_entities=False, no_network=True, remove_comments=True,
        remove_pis=True, huge_tree=False,
    )  # fmt: skip


def parse(content: bytes, *, charset: str | None = None) -> Element:
    """The root element. `charset` is what the transport said and wins over the declaration."""
    if len(content) > LIMIT:
        raise Unreadable("报文过大")
    encoding = (charset or declared(content) or "utf-8").lower()
    if encoding not in ENCODINGS:
        raise Unreadable(f"不支持的编码 {encoding[:20]}")
    try:
        told = content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(f"报文不是 {encoding} 编码") from None
    suspect = "<!DOCTYPE" in told  # else it has none
    if suspect and ((prolog := _PROLOG.match(told)) is None or "<!DOCTYPE" in prolog[0]):
        raise Unreadable("不接受 DTD")
    try:
        root = etree.fromstring(content, _parser(encoding))
    except etree.XMLSyntaxError:
        raise Unreadable("报文不是合法的 XML") from None
    document: Any = root.getroottree() if suspect else None
    if suspect and document.docinfo.doctype:
        raise Unreadable("不接受 DTD")
    return root


def write(root: Element, encoding: str) -> bytes:
    """The document with its declaration."""
    content = etree.tostring(root, encoding=encoding, xml_declaration=True)
    if isinstance(content, str):  # only for the encoding "unicode", which is no encoding
        raise TypeError(encoding)
    return content


def local(element: Element) -> str:
    """The element's name without its namespace."""
    name: str = element.tag
    return name.rpartition("}")[2]


def children(element: Element) -> Iterator[Element]:
    """The child elements, nothing else."""
    yield from element.iterchildren("*")


def record(element: Element, lists: frozenset[str] = frozenset()) -> Any:
    """The element as plain values; names in `lists` always give a list, nil gives None."""
    if element.get(NIL) in ("true", "1"):
        return None
    inner = list(children(element))
    if not inner:
        return element.text or ""
    fields: dict[str, Any] = {}
    for child in inner:
        name, value = local(child), record(child, lists)
        if name in lists:
            fields.setdefault(name, []).append(value)
        else:
            fields[name] = value
    return fields


class Nil:
    """A value that is there and says it is not known (xsi:nil)."""


NIL_VALUE = Nil()


def build(tag: str, content: Any, namespace: str | None) -> Element:
    """An element named `tag` with this content; its descendants are in `namespace`.

    Mappings become children, sequences repeat their name, "@name" is an attribute, None is left
    out, NIL_VALUE is xsi:nil.
    """
    element = etree.Element(tag)
    _fill(element, content, namespace)
    return element


def _fill(element: Element, content: Any, namespace: str | None) -> None:
    if isinstance(content, str):  # most of a document, and the cheapest to ask
        element.text = content
    elif isinstance(content, Nil):
        element.set(NIL, "true")
    elif isinstance(content, Mapping):
        for name, value in content.items():
            _child(element, name, value, namespace)
    else:
        element.text = text(content)


def _child(element: Element, name: str, value: Any, namespace: str | None) -> None:
    if value is None:
        return
    if name.startswith("@"):
        element.set(name[1:], text(value))
        return
    tag = f"{{{namespace}}}{name}" if namespace else name
    for one in value if isinstance(value, list | tuple) else (value,):
        _fill(etree.SubElement(element, tag), one, namespace)


def broken_rule(schema: etree.XMLSchema, root: Element) -> tuple[str, str] | None:
    """Where and how the document first breaks the schema, never its content; None when valid."""
    if schema.validate(root):
        return None
    errors: Any = schema.error_log
    prefixes = {p: uri for e in root.iter("*") for p, uri in e.nsmap.items() if p}
    found = root.xpath(errors[0].path or "/*", namespaces=prefixes)
    nodes = [*reversed(list(found[0].iterancestors())), found[0]] if found else [root]
    return "/".join(local(node) for node in nodes), str(errors[0].type_name)


def text(value: Any) -> str:
    """The lexical form of a value in XML Schema."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
