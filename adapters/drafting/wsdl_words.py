"""What a WSDL says besides its messages: ports, addresses, faults, documentation."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from adapters.drafting.files import ContractFiles, markup
from adapters.drafting.wording import Words, clean
from adapters.soap.xml import XS, Element, clark, local, qname

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortView:
    """A SOAP port: where it is reached, by which version of SOAP."""

    service: str
    name: str
    version: str
    address: str
    binding: str

    @property
    def path(self) -> str:
        """The path of its address."""
        return urlsplit(self.address).path.rstrip("/")


class WsdlWords:
    """The words of all files of one WSDL."""

    def __init__(self, files: ContractFiles) -> None:
        self._roots = [markup(path) for path in (files.entry, *files.files)]

    def ports(self) -> list[PortView]:
        """Every SOAP port, once, in the order of the document."""
        found: dict[tuple[str, str], PortView] = {}
        for root in self._roots:
            for service in root.iterfind(f"{_WSDL}service"):
                for port in self._ports(service):
                    found.setdefault((port.service, port.name), port)
        return list(found.values())

    def _ports(self, service: Element) -> Iterator[PortView]:
        for port in service.iterfind(f"{_WSDL}port"):
            for version, space in zip(("1.1", "1.2"), _SOAP, strict=True):
                address = port.find(f"{space}address")
                if address is not None:
                    yield PortView(
                        service=str(service.get("name")),
                        name=str(port.get("name")),
                        version=version,
                        address=str(address.get("location") or ""),
                        binding=_plain(port.get("binding")),
                    )

    def bound(self, port: PortView) -> dict[str, str]:
        """The operations of a port and the action each is sent with."""
        return {
            str(operation.get("name")): _action(operation)
            for root in self._roots
            for binding in root.iterfind(f"{_WSDL}binding")
            if binding.get("name") == port.binding
            for operation in binding.iterfind(f"{_WSDL}operation")
        }

    def operations(self) -> dict[str, str]:
        """The documentation of every operation that has any."""
        said: dict[str, str] = {}
        for operation in self._operations():
            text = _documentation(operation)
            if text:
                said.setdefault(str(operation.get("name")), text)
        return said

    def faults(self) -> dict[str, tuple[str, ...]]:
        """The faults each operation declares, by its name."""
        return {
            str(operation.get("name")): tuple(
                str(fault.get("name")) for fault in operation.iterfind(f"{_WSDL}fault")
            )
            for operation in self._operations()
        }

    def details(self) -> dict[str, tuple[str, ...]]:
        """The elements of the faults each operation declares (Clark names), by its name."""
        parts = {
            str(message.get("name")): clark(*qname(str(part.get("element")), part))
            for root in self._roots
            for message in root.iterfind(f"{_WSDL}message")
            for part in message.iterfind(f"{_WSDL}part")
            if part.get("element")
        }
        return {
            str(operation.get("name")): tuple(
                parts[_plain(fault.get("message"))]
                for fault in operation.iterfind(f"{_WSDL}fault")
                if _plain(fault.get("message")) in parts
            )
            for operation in self._operations()
        }

    def title(self) -> str:
        """What the document says about itself."""
        said = [_documentation(root) or str(root.get("name") or "") for root in self._roots]
        return next((text for text in said if 0 < len(text) <= 80), "")

    def elements(self) -> Words:
        """What the schemas say about elements, and how often one may be repeated."""
        words = Words()
        types = {
            str(node.get("name")): node
            for node in self._schema_nodes("simpleType", "complexType")
            if node.get("name")
        }
        for node in self._schema_nodes("element", "attribute"):
            name = str(node.get("name") or "")
            own = list(_annotations(node))
            kind = types.get(_plain(node.get("type")))
            for text in own or (_annotations(kind) if kind is not None else ()):
                words.note(name, text, _beside(node))
            for value, text in _enumerated(node, kind):
                words.code(name, value, text)
            most = str(node.get("maxOccurs") or "")
            if most.isdigit() and int(most) > 1:
                words.most[name] = int(most)
        return words

    def _operations(self) -> Iterator[Element]:
        for root in self._roots:
            for kind in root.iterfind(f"{_WSDL}portType"):
                yield from kind.iterfind(f"{_WSDL}operation")

    def _schema_nodes(self, *names: str) -> Iterator[Element]:
        for root in self._roots:
            for name in names:
                yield from root.iter(f"{{{XS}}}{name}")


def _beside(node: Element) -> list[str]:
    """The names of the elements that stand beside this one."""
    around = node.getparent()
    return [str(n.get("name")) for n in around.iterchildren(f"{{{XS}}}element") if n.get("name")]


def _enumerated(node: Element, kind: Element | None) -> Iterator[tuple[str, str]]:
    """What is said about the values of an element, in it or at its type."""
    inside, own = f"{{{XS}}}simpleType/{{{XS}}}restriction", f"{{{XS}}}restriction"
    places = [(node, inside), *([(kind, own)] if kind is not None else ())]
    for place, way in places:
        for restriction in place.iterfind(way):
            for value in restriction.iterchildren(f"{{{XS}}}enumeration"):
                yield str(value.get("value") or ""), " ".join(_annotations(value))


def _plain(name: str | None) -> str:
    return (name or "").rpartition(":")[2]


def _action(operation: Element) -> str:
    found = (operation.find(f"{space}operation") for space in _SOAP)
    return next((str(node.get("soapAction") or "") for node in found if node is not None), "")


def _documentation(node: Element) -> str:
    found = node.find(f"{_WSDL}documentation")
    return "" if found is None else clean(" ".join(found.itertext()))


def _annotations(node: Element) -> Iterator[str]:
    """Documentation directly at this node, not at those inside."""
    for annotation in node.iterchildren(f"{{{XS}}}annotation"):
        for text in annotation.iterchildren(f"{{{XS}}}documentation"):
            yield clean(" ".join(text.itertext()))


def is_wsdl(root: Element) -> bool:
    """Whether an XML document is a WSDL 1.1."""
    return bool(root.tag == f"{_WSDL}definitions") and local(root.tag) == "definitions"
