"""A contract as a server needs it: its operations by body element, and one validator for all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from mocks.soap.xml import Element, Unreadable, broken_rule

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/"
SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
XS = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: its name, its SOAPAction, the elements it takes and gives."""

    name: str
    action: str
    request: str  # {namespace}name of the body element
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A loaded WSDL with one binding."""

    file: Path
    path: str  # the path part of the declared address
    operations: dict[str, Operation]  # by request element
    schema: etree.XMLSchema

    def check(self, element: Element) -> None:
        """Raise Unreadable, naming the first place that breaks the contract, never its content."""
        if self.schema.validate(element):
            return
        # What is wrong is named in a document of its own, as it is outside the envelope.
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        if (broken := broken_rule(self.schema, alone)) is not None:
            raise Unreadable("{}: {}".format(*broken))

    def by_action(self, action: str | None) -> str:
        """The name of the operation with this SOAPAction, "" when there is none."""
        return next((o.name for o in self.operations.values() if o.action == action), "")

    def named(self, name: str) -> Operation:
        """The operation with this name."""
        return next(o for o in self.operations.values() if o.name == name)


def load(file: Path) -> Contract:
    """The contract in this WSDL and the schemas beside it."""
    root = etree.parse(file).getroot()
    space = root.get("targetNamespace", "")
    binding = _one(root, f"{{{WSDL}}}binding")
    address = next(e for e in root.iter(f"{{{SOAP11}}}address", f"{{{SOAP12}}}address"))
    rpc = next(binding.iterchildren(f"{{{SOAP11}}}binding", f"{{{SOAP12}}}binding")).get("style")
    found = _rpc(root, binding, space) if rpc == "rpc" else _document(root, binding)
    types = _one(_one(root, f"{{{WSDL}}}types"), f"{{{XS}}}schema")
    schema = _rpc_schema(root, types, space) if rpc == "rpc" else types
    return Contract(
        file=file,
        path=urlsplit(address.get("location", "")).path,
        operations={operation.request: operation for operation in found},
        schema=etree.XMLSchema(etree.fromstring(etree.tostring(schema), base_url=str(file))),
    )


def _one(node: Element, tag: str) -> Element:
    return next(node.iterchildren(tag))


def _bound(binding: Element) -> Iterator[tuple[str, str]]:
    """Name and SOAPAction of every bound operation."""
    for operation in binding.iterchildren(f"{{{WSDL}}}operation"):
        soap = next(operation.iterchildren(f"{{{SOAP11}}}operation", f"{{{SOAP12}}}operation"))
        yield operation.get("name", ""), soap.get("soapAction", "")


def _messages(root: Element, name: str) -> tuple[Element, Element]:
    """The request and reply messages of an operation."""
    port = _one(root, f"{{{WSDL}}}portType")
    operations = port.iterchildren(f"{{{WSDL}}}operation")
    operation = next(o for o in operations if o.get("name") == name)
    ends = (_one(operation, f"{{{WSDL}}}{end}").get("message", "") for end in ("input", "output"))
    request, reply = (_message(root, qualified.partition(":")[2]) for qualified in ends)
    return request, reply


def _message(root: Element, name: str) -> Element:
    return next(m for m in root.iterchildren(f"{{{WSDL}}}message") if m.get("name") == name)


def _document(root: Element, binding: Element) -> Iterator[Operation]:
    for name, action in _bound(binding):
        request, reply = (_element(message) for message in _messages(root, name))
        yield Operation(name=name, action=action, request=request, reply=reply)


def _element(message: Element) -> str:
    part = _one(message, f"{{{WSDL}}}part")
    prefix, _, name = part.get("element", "").partition(":")
    return f"{{{part.nsmap[prefix]}}}{name}"


def _rpc(root: Element, binding: Element, space: str) -> Iterator[Operation]:
    for name, action in _bound(binding):
        request, reply = f"{{{space}}}{name}", f"{{{space}}}{name}Response"
        yield Operation(name=name, action=action, request=request, reply=reply)


def _rpc_schema(root: Element, types: Element, space: str) -> Element:
    """The schema rpc/literal implies: a wrapper per message, its parts as unqualified children."""
    schema = etree.Element(f"{{{XS}}}schema", nsmap={**root.nsmap, "xs": XS})
    schema.set("targetNamespace", space)
    schema.extend(types.iterchildren(f"{{{XS}}}import"))
    for operation in _one(root, f"{{{WSDL}}}portType").iterchildren(f"{{{WSDL}}}operation"):
        name = operation.get("name", "")
        for wrapper, message in zip((name, f"{name}Response"), _messages(root, name), strict=True):
            schema.append(_wrapper(wrapper, message))
    return schema


def _wrapper(name: str, message: Element) -> Element:
    element = etree.Element(f"{{{XS}}}element", name=name)
    kind = etree.SubElement(element, f"{{{XS}}}complexType")
    sequence = etree.SubElement(kind, f"{{{XS}}}sequence")
    for part in message.iterchildren(f"{{{WSDL}}}part"):
        etree.SubElement(
            sequence, f"{{{XS}}}element", name=part.get("name", ""), type=part.get("type", "")
        )
    return element
