"""SOAP 1.1 and 1.2 envelopes: reading a request, writing a reply or a fault."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache

from lxml import etree

from mocks.soap.mandatory import ENV11, ENV12, not_understood
from mocks.soap.xml import Element, Unreadable, build, children

# One prefix an envelope: under a second one its namespace is not declared again around a code.
_ENV11, _ENV12 = "soap", "env"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Version(Enum):
    """The protocol version: its envelope namespace and its media type."""

    SOAP11 = (ENV11, "text/xml")
    SOAP12 = (ENV12, "application/soap+xml")

    def __init__(self, namespace: str, media_type: str) -> None:
        self.namespace, self.media_type = namespace, media_type


_PREFIX = {Version.SOAP11: _ENV11, Version.SOAP12: _ENV12}


class Whose(StrEnum):
    """Whose fault it is; the names are those of SOAP 1.2."""

    SENDER = "Sender"
    RECEIVER = "Receiver"
    VERSION = "VersionMismatch"
    HEADER = "MustUnderstand"


_IN_11 = {Whose.SENDER: "Client", Whose.RECEIVER: "Server"}


class SoapFault(Exception):
    """A fault to answer with. `subcode`: (namespace, name), in SOAP 1.1 the faultcode itself.

    `strange`: the tags of header blocks nobody understands, which SOAP 1.2 names in its own.
    """

    def __init__(
        self,
        whose: Whose,
        text: str,
        *,
        subcode: tuple[str, str] | None = None,
        detail: Element | None = None,
        strange: Sequence[str] = (),
    ) -> None:
        super().__init__(text)
        self.strange = strange
        self.whose = whose
        self.text = text
        self.subcode = subcode
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A request's parts: its one body element and its header blocks."""

    body: Element
    headers: tuple[Element, ...]


def read(root: Element, version: Version, understood: frozenset[str]) -> Envelope:
    """The parts of a request; SoapFault when the envelope is wrong."""
    space = version.namespace
    if root.tag != f"{{{space}}}Envelope":
        raise SoapFault(Whose.VERSION, "SOAP 版本不符")
    parts = list(children(root))
    header = parts.pop(0) if parts and parts[0].tag == f"{{{space}}}Header" else None
    if [part.tag for part in parts] != [f"{{{space}}}Body"] or len(parts[0]) != 1:
        raise Unreadable("信封须有且仅有一个 Body，其中须有且仅有一个元素")
    blocks = tuple(children(header)) if header is not None else ()
    if strange := not_understood(blocks, space, understood):
        raise SoapFault(Whose.HEADER, "不能识别的消息头", strange=[b.tag for b in strange])
    return Envelope(body=parts[0][0], headers=blocks)


def wrap(body: Element, version: Version, strange: Sequence[str] = ()) -> Element:
    """An envelope around one body element, and before it what was not understood."""
    space = version.namespace
    root = etree.Element(f"{{{space}}}Envelope", nsmap={_PREFIX[version]: space})
    if strange and version is Version.SOAP12:
        header = etree.SubElement(root, f"{{{space}}}Header")
        for tag in strange:
            name = etree.QName(tag)
            block = etree.SubElement(
                header, f"{{{space}}}NotUnderstood", nsmap={"h": name.namespace or ""}
            )
            block.set("qname", f"h:{name.localname}")
    etree.SubElement(root, f"{{{space}}}Body").append(body)
    return root


def around(body: str, version: Version, charset: str) -> bytes:
    """The document of an envelope around a body element that is written already."""
    before, after = _around(version, charset)
    return f"{before}{body}{after}".encode(charset, "xmlcharrefreplace")


@cache
def _around(version: Version, charset: str) -> tuple[str, str]:
    prefix = _PREFIX[version]
    before = (
        f"<?xml version='1.0' encoding='{charset}'?>\n"
        f'<{prefix}:Envelope xmlns:{prefix}="{version.namespace}"><{prefix}:Body>'
    )
    return before, f"</{prefix}:Body></{prefix}:Envelope>"


def fault_body(fault: SoapFault, version: Version) -> Element:
    """The Fault element for the body."""
    return _fault11(fault) if version is Version.SOAP11 else _fault12(fault)


def _fault11(fault: SoapFault) -> Element:
    root = etree.Element(f"{{{ENV11}}}Fault", nsmap={_ENV11: ENV11})
    if fault.subcode is None:
        code = etree.SubElement(root, "faultcode")
        code.text = f"{_ENV11}:{_IN_11.get(fault.whose, fault.whose)}"
    else:
        space, name = fault.subcode
        code = etree.SubElement(root, "faultcode", nsmap={"f": space})
        code.text = f"f:{name}"
    etree.SubElement(root, "faultstring").text = fault.text
    if fault.detail is not None:
        etree.SubElement(root, "detail").append(fault.detail)
    return root


def _fault12(fault: SoapFault) -> Element:
    root = etree.Element(f"{{{ENV12}}}Fault", nsmap={_ENV12: ENV12})
    code = etree.SubElement(root, f"{{{ENV12}}}Code")
    etree.SubElement(code, f"{{{ENV12}}}Value").text = f"{_ENV12}:{fault.whose}"
    if fault.subcode is not None:
        space, name = fault.subcode
        sub = etree.SubElement(code, f"{{{ENV12}}}Subcode", nsmap={"f": space})
        etree.SubElement(sub, f"{{{ENV12}}}Value").text = f"f:{name}"
    reason = etree.SubElement(root, f"{{{ENV12}}}Reason")
    sentence = etree.SubElement(reason, f"{{{ENV12}}}Text")
    sentence.set(_XML_LANG, "zh")
    sentence.text = fault.text
    if fault.detail is not None:
        etree.SubElement(root, f"{{{ENV12}}}Detail").append(fault.detail)
    return root


def detail(tag: str, namespace: str | None, **content: str) -> Element:
    """A fault's detail entry."""
    return build(tag, content, namespace)
