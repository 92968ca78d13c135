"""SOAP envelopes, read and written; both versions."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from mocks.anything.folder import xml_of
from mocks.anything.refusal import Refused
from mocks.anything.xsd_values import XSI
from mocks.soap.mandatory import ENV11, ENV12, not_understood
from mocks.soap.wsse import SECURITY

NAMESPACES = {"1.1": ENV11, "1.2": ENV12}
_TYPES = {"1.1": "text/xml", "1.2": "application/soap+xml"}
_ROLES = {"1.1": {"Sender": "Client", "Receiver": "Server"}}
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HREF = "href"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What came: the version, the header blocks and the children of the body."""

    version: str
    charset: str
    headers: tuple[etree._Element, ...]
    body: tuple[etree._Element, ...]

    def not_understood(self, declared: Sequence[str]) -> list[str]:
        """Headers that must be understood and are neither declared nor credentials."""
        known = {*declared, SECURITY}
        return [str(b.tag) for b in not_understood(self.headers, NAMESPACES[self.version], known)]


def charset_of(content_type: str) -> str:
    """The charset a media type names, or UTF-8."""
    found = re.search(r'charset="?([\w.:-]+)', content_type, re.IGNORECASE)
    return found.group(1) if found else ""


def read(content: bytes, content_type: str) -> Envelope:
    """The envelope; Refused for anything else."""
    charset = charset_of(content_type)
    root = xml_of(_as_utf8(content, charset), "the request")
    for version, namespace in NAMESPACES.items():
        if root.tag == f"{{{namespace}}}Envelope":
            header, body = root.find(f"{{{namespace}}}Header"), root.find(f"{{{namespace}}}Body")
            if body is None:
                raise Refused("the envelope has no Body — add it")
            return Envelope(
                version=version,
                charset=charset or root.getroottree().docinfo.encoding or "utf-8",
                headers=tuple(header) if header is not None else (),
                body=_inlined(body),
            )
    raise Refused(f"{root.tag} is no SOAP envelope — send one of SOAP 1.1 or 1.2")


def _as_utf8(content: bytes, charset: str) -> bytes:
    """What the transport says of the charset counts; the declaration may be stale."""
    if charset.lower() in ("", "utf-8", "utf8"):
        return content
    try:
        return _DECLARATION.sub("", content.decode(charset), count=1).encode()
    except (LookupError, ValueError) as wrong:
        raise Refused(f"the request is not {charset} — say its charset truly") from wrong


def _inlined(body: etree._Element) -> tuple[etree._Element, ...]:
    """The children; what an encoded message puts elsewhere (`href="#id"`) is put in its place."""
    targets = {child.get("id"): child for child in body if child.get("id")}
    if not targets:
        return tuple(body)
    for node in list(body.iter()):
        target = targets.get(node.get(_HREF, "").removeprefix("#") or None)
        if target is not None and target is not node:
            del node.attrib[_HREF]
            node.text = target.text
            node.extend(list(target))
            node.attrib.update({n: v for n, v in target.attrib.items() if n != "id"})
    return tuple(child for child in body if not child.get("id"))


def empty(version: str, prefixes: Mapping[str, str]) -> tuple[etree._Element, etree._Element]:
    """A new envelope and its body; `prefixes` are declared at its root."""
    namespace = NAMESPACES[version]
    envelope = etree.Element(
        f"{{{namespace}}}Envelope", nsmap={**prefixes, "soap": namespace, "xsi": XSI}
    )
    return envelope, etree.SubElement(envelope, f"{{{namespace}}}Body")


def written(envelope: etree._Element, version: str, charset: str) -> tuple[bytes, dict[str, str]]:
    """The bytes and the headers of a reply."""
    text = etree.tostring(envelope, encoding="unicode")
    try:
        content = f'<?xml version="1.0" encoding="{charset}"?>\n{text}'.encode(charset)
    except (LookupError, UnicodeEncodeError):
        charset, content = "utf-8", text.encode()
    return content, {"content-type": f"{_TYPES[version]}; charset={charset}"}


def fault(
    version: str, role: str, sentence: str, detail: Iterable[etree._Element] = ()
) -> etree._Element:
    """An envelope with a fault; `role` is Sender or Receiver."""
    envelope, body = empty(version, {})
    namespace, said = NAMESPACES[version], _ROLES.get(version, {}).get(role, role)
    made = etree.SubElement(body, f"{{{namespace}}}Fault")
    if version == "1.1":
        etree.SubElement(made, "faultcode").text = f"soap:{said}"
        etree.SubElement(made, "faultstring").text = sentence
        inside = "detail"
    else:
        code = etree.SubElement(made, f"{{{namespace}}}Code")
        etree.SubElement(code, f"{{{namespace}}}Value").text = f"soap:{said}"
        reason = etree.SubElement(made, f"{{{namespace}}}Reason")
        text = etree.SubElement(reason, f"{{{namespace}}}Text")
        text.set("{http://www.w3.org/XML/1998/namespace}lang", "zh")
        text.text = sentence
        inside = f"{{{namespace}}}Detail"
    blocks = list(detail)
    if blocks:
        etree.SubElement(made, inside).extend(blocks)
    return envelope


def structure(element: etree._Element, passing: Container[str] = (), place: str = "") -> object:
    """An element as a value: equal for messages that differ in prefixes and white space only.

    What stands at a place of `passing` does not count.
    """
    begun = f"{place}." if place else ""
    attributes = tuple(
        sorted(
            (str(n), str(v))
            for n, v in element.attrib.items()
            if not str(n).startswith("{http") and begun + "@" + str(n) not in passing
        )
    )
    text = "" if place in passing else (element.text or "").strip()
    within = carried(text)
    said = text if within is None else structure(within, passing, place)
    inside = (
        structure(child, passing, f"{begun}{etree.QName(child).localname}") for child in element
    )
    return element.tag, attributes, said, tuple(inside)


def carried(text: str) -> etree._Element | None:
    """The document a text carries; None for a text like any other."""
    if not text.startswith("<"):
        return None
    try:
        return xml_of(_DECLARATION.sub("", text, count=1).encode(), "the document")
    except Refused:
        return None
