"""A WSDL 1.1 document: one port, its operations, and what their messages consist of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from mocks.anything.folder import Folder
from mocks.anything.refusal import Refused
from mocks.anything.xsd_documents import XS, Documents
from mocks.anything.xsd_names import qualified

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP11, SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a message: an element, or a type."""

    name: str
    element: str | None
    type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes one way: parts of the body, header parts; rpc has a wrapper of that name."""

    parts: tuple[Part, ...] = ()
    headers: tuple[Part, ...] = ()
    wrapper: str | None = None
    encoded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the port; `faults` are the elements a fault's detail may have."""

    name: str
    action: str
    request: Message
    reply: Message | None  # None: one way
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port of a service."""

    service: str
    name: str
    version: str  # of SOAP
    operations: Mapping[str, Operation]
    address: str


@dataclass(slots=True)
class Wsdl:
    """All documents of a WSDL, by kind and name."""

    folder: Folder
    documents: Documents
    found: dict[tuple[str, str], etree._Element] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Folder, name: str) -> "Wsdl":
        """The document and all it imports."""
        made = cls(folder, Documents(folder))
        made.add(name)
        return made

    def add(self, name: str) -> None:
        """One document more, or a schema that was imported as if it were one."""
        if name in self.seen:
            return
        self.seen.add(name)
        root = self.folder.xml(name)
        if root.tag == f"{{{XS}}}schema":
            self.documents.add(name, root)
            return
        if root.tag != f"{{{WSDL}}}definitions":
            raise Refused(f"{name}: is not WSDL 1.1 — name a document whose root is definitions")
        namespace = root.get("targetNamespace", "")
        for child in root.iterchildren(f"{{{WSDL}}}*"):
            self._note(name, namespace, child)

    def _note(self, name: str, namespace: str, child: etree._Element) -> None:
        kind = etree.QName(child).localname
        if kind == "import":
            self.add(self.folder.named(child.get("location", ""), name))
        elif kind == "types":
            for number, schema in enumerate(child.iterchildren(f"{{{XS}}}schema")):
                # its references are relative to the file it stands in
                self.documents.add(name if number == 0 else f"{name}#{number}", schema)
        elif child.get("name"):
            self.found[kind, f"{{{namespace}}}{child.get('name')}"] = child

    def ports(self) -> Iterator[tuple[str, etree._Element]]:
        """Every port with the name of its service, SOAP or not."""
        for (kind, tag), node in self.found.items():
            if kind == "service":
                for port in node.iterchildren(f"{{{WSDL}}}port"):
                    yield tag.rpartition("}")[2], port

    def port(self, service: str | None = None, name: str | None = None) -> Port:
        """The port asked for; the first one with SOAP if none is named."""
        offers = [(s, p) for s, p in self.ports() if _version(p)]
        wanted = [
            (s, p) for s, p in offers if service in (None, s) and name in (None, p.get("name"))
        ]
        if not wanted:
            there = ", ".join(f"{s}/{p.get('name')}" for s, p in offers) or "no SOAP port at all"
            raise Refused(f"there is no port {service}/{name} — choose among: {there}")
        chosen, node = wanted[0]
        binding = self._named("binding", node, "binding")
        operations = list(self._operations(binding, _version(node)))
        return Port(
            service=chosen,
            name=node.get("name", ""),
            version=_version(node),
            operations={operation.name: operation for operation in operations},
            address=_address(node).get("location", ""),
        )

    def _named(self, kind: str, node: etree._Element, attribute: str) -> etree._Element:
        tag = qualified(node, node.get(attribute, ""))
        if (kind, tag) not in self.found:
            raise Refused(f"{tag}: there is no such {kind} — correct the WSDL, or import its file")
        return self.found[kind, tag]

    def _operations(self, binding: etree._Element, version: str) -> Iterator[Operation]:
        soap = SOAP12 if version == "1.2" else SOAP11
        style = _of(binding, soap, "binding").get("style", "document")
        port_type = self._named("portType", binding, "type")
        abstract = {n.get("name"): n for n in port_type.iterchildren(f"{{{WSDL}}}operation")}
        for node in binding.iterchildren(f"{{{WSDL}}}operation"):
            declared = abstract.get(node.get("name"))
            if declared is None:
                raise Refused(f"{node.get('name')}: bound, but not in the port type — correct it")
            yield self._operation(node, declared, soap, style)

    def _operation(
        self, node: etree._Element, declared: etree._Element, soap: str, style: str
    ) -> Operation:
        name, said = node.get("name", ""), _of(node, soap, "operation")
        rpc = said.get("style", style) == "rpc"
        request = self._message(node, declared, soap, "input", name if rpc else None)
        reply = self._message(node, declared, soap, "output", f"{name}Response" if rpc else None)
        return Operation(
            name=name,
            action=said.get("soapAction", ""),
            request=request or Message(),
            reply=reply,
            faults=tuple(self._faults(declared)),
        )

    def _message(
        self, node: etree._Element, declared: etree._Element, soap: str, way: str, rpc: str | None
    ) -> Message | None:
        abstract = declared.find(f"{{{WSDL}}}{way}")
        if abstract is None:
            return None
        bound = node.find(f"{{{WSDL}}}{way}")
        body = _of(bound, soap, "body") if bound is not None else _NONE
        parts = list(self._parts(self._named("message", abstract, "message")))
        headers = [] if bound is None else list(self._headers(bound, soap))
        chosen = body.get("parts")
        if chosen is not None:
            parts = [part for part in parts if part.name in chosen.split()]
        elif rpc is None:
            # what is bound to the header is not in the body as well
            parts = [part for part in parts if part not in headers] or parts
        space = body.get("namespace", "")
        return Message(
            parts=tuple(parts),
            headers=tuple(headers),
            wrapper=None if rpc is None else (f"{{{space}}}{rpc}" if space else rpc),
            encoded=body.get("use") == "encoded",
        )

    def _parts(self, message: etree._Element) -> Iterator[Part]:
        for part in message.iterchildren(f"{{{WSDL}}}part"):
            element, kind = part.get("element"), part.get("type")
            yield Part(
                name=part.get("name", ""),
                element=qualified(part, element) if element else None,
                type=qualified(part, kind) if kind else None,
            )

    def _headers(self, bound: etree._Element, soap: str) -> Iterator[Part]:
        for header in bound.iterchildren(f"{{{soap}}}header"):
            for part in self._parts(self._named("message", header, "message")):
                if part.name == header.get("part"):
                    yield part

    def _faults(self, declared: etree._Element) -> Iterator[str]:
        for fault in declared.iterchildren(f"{{{WSDL}}}fault"):
            for part in self._parts(self._named("message", fault, "message")):
                if part.element:
                    yield part.element


def _version(port: etree._Element) -> str:
    return {SOAP11: "1.1", SOAP12: "1.2"}.get(etree.QName(_address(port)).namespace or "", "")


def _address(port: etree._Element) -> etree._Element:
    return next(port.iterchildren(f"{{{SOAP11}}}address", f"{{{SOAP12}}}address"), _NONE)


def _of(node: etree._Element, soap: str, name: str) -> etree._Element:
    found = node.find(f"{{{soap}}}{name}")
    return found if found is not None else _NONE


_NONE = etree.Element("none")
