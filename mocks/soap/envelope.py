"""SOAP 1.1 and 1.2 envelopes: reading a request, writing a reply or a fault."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from lxml import etree

from mocks.soap.xml import Element, Unreadable, build, children

ENV11 = "http://schemas.xmlsoap.org/soap/envelope/"
ENV12 = "http://www.w3.org/2003/05/soap-envelope"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Version(Enum):
    """The protocol version: its envelope namespace and its media type."""

    SOAP11 = (ENV11, "text/xml")
    SOAP12 = (ENV12, "application/soap+xml")

    @property
    def namespace(self) -> str:
        """The envelope's namespace."""
        return self.value[0]

    @property
    def media_type(self) -> str:
        """What its messages are sent as."""
        return self.value[1]


class Whose(StrEnum):
    """Whose fault it is; the names are those of SOAP 1.2."""

    SENDER = "Sender"
    RECEIVER = "Receiver"
    VERSION = "VersionMismatch"
    HEADER = "MustUnderstand"


_IN_11 = {Whose.SENDER: "Client", Whose.RECEIVER: "Server"}


class SoapFault(Exception):
    """A fault to answer with. `subcode`: (namespace, name), in SOAP 1.1 the faultcode itself."""

    def __init__(
        self,
        whose: Whose,
        text: str,
        *,
        subcode: tuple[str, str] | None = None,
        detail: Element | None = None,
    ) -> None:
        super().__init__(text)
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
    for block in blocks:
        required = block.get(f"{{{space}}}mustUnderstand") in ("1", "true")
        if required and block.tag not in understood:
            raise SoapFault(Whose.HEADER, "不能识别的消息头")
    return Envelope(body=parts[0][0], headers=blocks)


def wrap(body: Element, version: Version) -> Element:
    """An envelope around one body element."""
    space = version.namespace
    root = etree.Element(f"{{{space}}}Envelope", nsmap={"soap": space})
    etree.SubElement(root, f"{{{space}}}Body").append(body)
    return root


def around(body: str, version: Version) -> bytes:
    """The document of an envelope around a body element that is written already, in UTF-8."""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<soap:Envelope xmlns:soap="{version.namespace}"><soap:Body>{body}'
        "</soap:Body></soap:Envelope>"
    ).encode()


def fault_body(fault: SoapFault, version: Version) -> Element:
    """The Fault element for the body."""
    return _fault11(fault) if version is Version.SOAP11 else _fault12(fault)


def _fault11(fault: SoapFault) -> Element:
    space, name = fault.subcode or (ENV11, _IN_11.get(fault.whose, fault.whose))
    root = etree.Element(f"{{{ENV11}}}Fault", nsmap={"soap": ENV11})
    code = etree.SubElement(root, "faultcode", nsmap={"f": space})
    code.text = f"f:{name}"
    etree.SubElement(root, "faultstring").text = fault.text
    if fault.detail is not None:
        etree.SubElement(root, "detail").append(fault.detail)
    return root


def _fault12(fault: SoapFault) -> Element:
    root = etree.Element(f"{{{ENV12}}}Fault", nsmap={"env": ENV12})
    code = etree.SubElement(root, f"{{{ENV12}}}Code")
    etree.SubElement(code, f"{{{ENV12}}}Value").text = f"env:{fault.whose}"
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
