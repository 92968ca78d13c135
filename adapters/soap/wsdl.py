"""A WSDL 1.1 with all it imports: its services, and the operations of a chosen port.

An operation that cannot be served is refused alone, with a sentence; the others stay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.documents import BadContract, Documents
from adapters.soap.schemas import Schemas, read_document
from adapters.soap.xml import XS, Element, clark, local, namespace, qname

WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/"
_SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
_HTTP = (
    "",
    "http://schemas.xmlsoap.org/soap/http",
    "http://schemas.xmlsoap.org/soap/http/",
    "http://www.w3.org/2003/05/soap/bindings/HTTP/",
    "http://www.w3.org/2003/05/soap/bindings/HTTP",
)
_MIME = "http://schemas.xmlsoap.org/wsdl/mime/"


@dataclass(frozen=True, slots=True)
class Message:
    """What stands in the Body: one element, or an rpc wrapper around typed parts; and headers."""

    tag: str  # empty: nothing stands in the Body
    parts: Mapping[str, str] | None  # rpc: part name -> type (Clark name)
    encoded: bool = False
    headers: tuple[str, ...] = ()  # elements of the Header (Clark names)


@dataclass(frozen=True, slots=True)
class PortOperation:
    """One operation of the chosen port."""

    name: str
    action: str
    request: Message
    reply: Message


@dataclass(frozen=True, slots=True)
class Port:
    """The chosen port: SOAP version, operations, and why others cannot be used."""

    soap12: bool
    operations: Mapping[str, PortOperation]
    refused: Mapping[str, str] = field(default_factory=dict)


class Refused(ValueError):
    """One operation cannot be served; the sentence says why."""


class BadChoice(BadContract):
    """A service or port the WSDL does not have: the key, what it names, and what there is."""

    def __init__(
        self, key: str, name: str, sentence: str, there: Mapping[str, tuple[str, ...]]
    ) -> None:
        super().__init__(sentence)
        self.key, self.name = key, name
        ports = [(service, port) for service, inside in there.items() for port in inside]
        self.known = list(there) if key == "service" else [port for _, port in ports]
        self.only = ports[0] if len(ports) == 1 else None  # what can only have been meant


def load_wsdl(documents: Documents, entry: Path) -> "Wsdl":
    """The WSDL in this file; BadContract says what is wrong."""
    return Wsdl(documents, entry)


class Wsdl:
    """The definitions of one WSDL and of those it imports, and their schemas."""

    def __init__(self, documents: Documents, entry: Path) -> None:
        self.name = entry.name
        self.schemas = Schemas(documents)
        self._named: dict[tuple[str, str, str], Element] = {}
        self._services: dict[str, Element] = {}
        self._definitions(documents, entry, set())
        self.schemas.complete()

    def services(self) -> Mapping[str, tuple[str, ...]]:
        """The ports of every service."""
        return {
            name: tuple(str(port.get("name")) for port in _children(node, "port"))
            for name, node in self._services.items()
        }

    def port(self, service: str, port: str) -> Port:
        """The named port; BadContract says what is wrong and what there is."""
        found = self._services.get(service)
        if found is None:
            sentence = f"the WSDL has no service {service!r}"
            raise BadChoice("service", service, sentence, self.services())
        ports = {str(node.get("name")): node for node in _children(found, "port")}
        if port not in ports:
            sentence = f"service {service!r} has no port {port!r}"
            raise BadChoice("port", port, sentence, {service: tuple(ports)})
        binding = self._find("binding", ports[port].get("binding"), ports[port])
        return self._bound(port, binding)

    def _definitions(self, documents: Documents, path: Path, seen: set[Path]) -> None:
        path = path.resolve()
        if path in seen:
            return
        seen.add(path)
        root = read_document(documents, path)
        if root.tag == f"{{{XS}}}schema" and len(seen) > 1:
            self.schemas.add_file(path)  # some import their schemas as if they were WSDLs
            return
        _is_wsdl(path, root)
        space = root.get("targetNamespace", "")
        for node in root.iterchildren("{*}*"):
            kind, name = local(node.tag), node.get("name")
            if namespace(node.tag) != WSDL or not name:
                continue
            self._named.setdefault((kind, space, name), node)
            if kind == "service":
                self._services.setdefault(name, node)
        self.schemas.add_wsdl(root, path)
        for target in self._imported(documents, path, root):
            self._definitions(documents, target, seen)

    def _imported(self, documents: Documents, path: Path, root: Element) -> Iterator[Path]:
        for place in (link.get("location") for link in _children(root, "import")):
            target = documents.found(str(place), path) if place else None
            if target is not None:
                yield target
            elif place:
                self.schemas.lacking.append(str(place))

    def _find(self, kind: str, name: str | None, node: Element) -> Element:
        space, plain = qname(name or "", node)
        target = node.getroottree().getroot().get("targetNamespace", "")
        for place in (space, target):
            if (kind, place, plain) in self._named:
                return self._named[kind, place, plain]
        absent = "".join(f"; {place[:200]} is absent" for place in self.schemas.lacking[:5])
        raise BadContract(f"{self.name} names the {kind} {name!r} and nowhere describes it{absent}")

    def _bound(self, port: str, binding: Element) -> Port:
        soap = next(binding.iterchildren(f"{{{_SOAP11}}}binding", f"{{{_SOAP12}}}binding"), None)
        if soap is None:
            raise BadContract(f"port {port!r} is not a SOAP port — choose one that is")
        if soap.get("transport", "") not in _HTTP:
            how = soap.get("transport")
            raise BadContract(f"port {port!r} goes over {how}, not HTTP — choose another port")
        port_type = self._find("portType", binding.get("type"), binding)
        abstract = {str(o.get("name")): o for o in reversed([*_children(port_type, "operation")])}
        operations: dict[str, PortOperation] = {}
        refused: dict[str, str] = {}
        for node in _children(binding, "operation"):
            name = str(node.get("name"))
            if name in operations or name in refused:
                operations.pop(name, None)
                refused[name] = "stands twice in the port (overloaded)"
                continue
            try:
                operations[name] = self._operation(name, node, soap, abstract.get(name))
            except (Refused, BadContract) as error:
                refused[name] = str(error)
        return Port(namespace(soap.tag) == _SOAP12, operations, refused)

    def _operation(
        self, name: str, node: Element, soap: Element, abstract: Element | None
    ) -> PortOperation:
        if abstract is None:
            raise Refused("is bound and not in the port type")
        flow = [local(child.tag) for child in abstract if local(child.tag) != "documentation"]
        if flow[:1] != ["input"]:
            raise Refused("is sent by the department, not to it")
        if "output" not in flow:
            raise Refused("is one-way: no reply would ever say what became of a request")
        own = node.find(f"{{{namespace(soap.tag)}}}operation")
        style = (own.get("style") if own is not None else None) or soap.get("style", "document")
        action = (own.get("soapAction") if own is not None else None) or ""
        return PortOperation(
            name=name,
            action=action,
            request=self._message(node, abstract, "input", style, name),
            reply=self._message(node, abstract, "output", style, f"{name}Response"),
        )

    def _message(
        self, bound: Element, abstract: Element, way: str, style: str, wrapper: str
    ) -> Message:
        binding = next(_children(bound, way), None)
        described = next(_children(abstract, way))
        message = self._find("message", described.get("message"), described)
        if binding is None:
            raise Refused(f"its {way} is not bound")
        if binding.find(f".//{{{_MIME}}}multipartRelated") is not None:
            raise Refused(f"its {way} is sent as MIME parts, which is not spoken")
        body = _soap_child(binding, "body")
        headers = tuple(self._headers(binding))
        parts = _body_parts(message, body, {part for _, part in headers})
        use, spoken = _use(body)
        encoded = use == "encoded"
        if encoded and spoken == _SOAP12:
            raise Refused("is encoded over SOAP 1.2, which is not spoken")
        tags = tuple(tag for tag, _ in headers)
        if style == "rpc":
            space = "" if body is None else body.get("namespace", "")
            types = {str(p.get("name")): self._type(p) for p in parts}
            if self.schemas.defines("element", clark(space, wrapper)):
                raise Refused(f"its wrapper {wrapper!r} is also another element of the contract")
            return Message(clark(space, wrapper), types, encoded, tags)
        if encoded:
            raise Refused("is document/encoded, a form nobody agreed on")
        return Message(self._element(parts, way), None, headers=tags)

    def _headers(self, binding: Element) -> Iterator[tuple[str, tuple[str, str]]]:
        for header in binding.iterchildren(f"{{{_SOAP11}}}header", f"{{{_SOAP12}}}header"):
            message = self._find("message", header.get("message"), header)
            name = header.get("part")
            part = next((p for p in _children(message, "part") if p.get("name") == name), None)
            if part is None or not part.get("element") or header.get("use") == "encoded":
                raise Refused(f"its header {name!r} is no element of a schema")
            tag = clark(*qname(part.get("element"), part))
            self._defined("element", tag, name)
            yield tag, (str(message.get("name")), str(name))

    def _element(self, parts: list[Element], way: str) -> str:
        if not parts and way == "input":
            return ""
        if len(parts) != 1:
            raise Refused(f"the Body of its {way} would hold {len(parts)} elements instead of one")
        if not parts[0].get("element"):
            raise Refused(f"its part {parts[0].get('name')!r} has a type where an element belongs")
        tag = clark(*qname(parts[0].get("element"), parts[0]))
        self._defined("element", tag, parts[0].get("name"))
        return tag

    def _type(self, part: Element) -> str:
        if not part.get("type"):
            raise Refused(f"part {part.get('name')!r} is an element; rpc parts have types")
        tag = clark(*qname(part.get("type"), part))
        if namespace(tag) != XS:
            self._defined("type", tag, part.get("name"))
        return tag

    def _defined(self, kind: str, tag: str, part: Any) -> None:
        if not self.schemas.defines(kind, tag):
            raise Refused(f"its part {part!r} is of {tag}, {self._undefined()}")

    def _undefined(self) -> str:
        absent = ", ".join(dict.fromkeys(self.schemas.lacking))
        if not absent:
            return "which no schema of the contract defines"
        return f"which nothing defines without what is absent: {absent[:300]}"


def _is_wsdl(path: Path, root: Element) -> None:
    if root.tag == f"{{{WSDL}}}definitions":
        return
    space, name = namespace(root.tag), local(root.tag)
    what = f"no WSDL but {name[:60]!r}"
    if space == "http://www.w3.org/ns/wsdl" or (name == "description" and "wsdl" in space):
        what = "WSDL 2.0 — ask for the WSDL 1.1 of the same service"
    elif space == XS:
        what = "an XML schema, no WSDL — give the WSDL that uses it"
    elif name.lower() == "html":
        what = "an HTML page, no WSDL — perhaps a login page was saved in its place"
    elif name == "definitions":
        what = f"no WSDL 1.1: its definitions are of the namespace {space[:100]!r}"
    raise BadContract(f"{path.name} is {what}")


def _children(node: Element, name: str) -> Iterator[Element]:
    found: Iterator[Element] = node.iterchildren(f"{{{WSDL}}}{name}")
    return found


def _soap_child(node: Element, name: str) -> Element | None:
    return next(node.iterchildren(f"{{{_SOAP11}}}{name}", f"{{{_SOAP12}}}{name}"), None)


def _use(body: Element | None) -> tuple[str, str]:
    """How the Body is written, and in which SOAP."""
    return ("literal", "") if body is None else (body.get("use", "literal"), namespace(body.tag))


def _body_parts(
    message: Element, body: Element | None, headers: set[tuple[str, str]]
) -> list[Element]:
    chosen = body.get("parts") if body is not None else None
    parts = list(_children(message, "part"))
    if chosen is not None:
        return [part for part in parts if part.get("name") in chosen.split()]
    name = str(message.get("name"))
    return [part for part in parts if (name, part.get("name")) not in headers]
