"""XML in and out, hardened: no DTD, no entities, no network, no huge trees."""

import codecs
import re
from functools import lru_cache
from typing import Any

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_CARRIED = re.compile(f"[^{_FORBIDDEN}]*")
_MARKED = re.compile(f'[&<>"\t\r{_FORBIDDEN}]')
_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# what documents are written in; Python knows more, some of it dangerous to decode
_CODECS = re.compile(
    r"utf-?(8|16|16-?le|16-?be|32)|ascii|iso8859-\d+|cp125\d|gb2312|gbk|gb18030|big5|"
    r"shift_jis|euc_(jp|kr)|koi8-[ru]"
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}  # what calls itself the one is often the other
_MARKS, _ATTRIBUTES = 600_000, 600_000  # per document: bounds what its tree costs in memory

Element = Any  # lxml's element; its stubs know no tree of them that mypy could follow


class BadXml(ValueError):
    """Bytes that are no XML we accept; the message names the rule, never the content."""


@lru_cache(maxsize=64)  # one parser reads any number of documents, one after another
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


def parse(data: bytes, encoding: str | None = None) -> Element:
    """The root element of `data`; BadXml for anything doubtful."""
    try:
        root = etree.fromstring(data, _parser(encoding or None))
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise BadXml("is not well-formed XML") from None
    about: Any = root.getroottree().docinfo
    if about.internalDTD is not None:
        raise BadXml("carries a DTD")
    return root


def declared_encoding(data: bytes) -> str | None:
    """The encoding a document itself says it is in."""
    match = _ENCODING.match(data)
    return None if match is None else match[1].decode("ascii")


def other_charset(data: bytes, declared: str | None) -> str | None:
    """That the bytes are not in UTF-8, where they should be, and what mends it; None: they are."""
    if (declared or "utf-8").lower() not in ("utf-8", "utf8"):
        return None
    match = _ENCODING.match(data)
    if declared is None and match and match[1].lower() not in (b"utf-8", b"utf8"):
        return None
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return 'is not in UTF-8 — if it is in GB18030, set contract.reply_encoding = "gb18030"'
    return None


def parse_text(text: str) -> Element:
    """The root element of a document carried inside a string, whatever encoding it declares."""
    declared = _DECLARATION.match(text)
    return parse((text[declared.end() :] if declared else text).encode(), "utf-8")


def parse_document(data: bytes) -> Element:
    """The root element of a contract document; a DTD is refused before any parser sees it."""
    text = _DECLARATION.sub("", _decoded(data), count=1)
    if "\0" in text:
        raise BadXml("is binary, not XML")
    start = text.lstrip()
    if not start.startswith("<"):
        raise BadXml("is not XML" + (" but JSON" if start[:1] in ("{", "[") else ""))
    if _after_misc(start).startswith("<!DOCTYPE"):
        page = _after_misc(start)[9:40].lstrip().lower().startswith("html")
        raise BadXml("is an HTML page" if page else "carries a DTD")
    if text.count("<") > _MARKS or text.count("=") > _ATTRIBUTES:
        raise BadXml("holds more elements or attributes than a contract has")
    try:
        return etree.fromstring(text.encode("utf-8"), _parser("utf-8"))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise BadXml(f"is not well-formed XML: {str(error)[:200]}") from None


def _decoded(data: bytes) -> str:
    found = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    declared = None if found else _ENCODING.match(data)
    name = found or (declared.group(1).decode("ascii").lower() if declared else "utf-8")
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    if not _CODECS.fullmatch(codec) and not found:
        raise BadXml(f"declares the encoding {name!r}, which is not read")
    if declared and codec.startswith(("utf-16", "utf-32")):
        raise BadXml(f"is not in the encoding it declares ({name})")
    try:
        return data.decode(_WIDER.get(codec, codec))
    except UnicodeDecodeError:
        raise BadXml(f"is not in the encoding it declares ({name})") from None


def _after_misc(text: str) -> str:
    """The text behind leading comments and processing instructions."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        mark = next((m for m in (("<!--", "-->"), ("<?", "?>")) if text.startswith(m[0], at)), None)
        if mark is None:
            return text[at : at + 100]
        end = text.find(mark[1], at + len(mark[0]))
        if end < 0:
            return ""
        at = end + len(mark[1])


def escape(text: str) -> str:
    """Text as XML content or attribute value."""
    if stands(text):
        return text
    if not _CARRIED.fullmatch(text):
        raise ValueError("holds characters XML cannot carry")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\r", "&#13;").replace("\t", "&#9;")


def stands(text: str) -> bool:
    """Whether text stands in XML as it is, however often it is escaped."""
    return _MARKED.search(text) is None


def local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]


def namespace(tag: str) -> str:
    """The namespace of a Clark name, empty when it has none."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def clark(space: str, name: str) -> str:
    """The Clark name."""
    return f"{{{space}}}{name}" if space else name


def qname(name: str, node: Element) -> tuple[str, str]:
    """Namespace and local name of a prefixed name as it stands in `node`."""
    prefix, colon, plain = name.strip().rpartition(":")
    if prefix == "xml":
        return XML_NAMESPACE, plain
    return node.nsmap.get(prefix if colon else None) or "", plain
