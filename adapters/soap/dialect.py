"""A SOAP department: its WSDL bound once, its calls as senders of compiled envelopes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from adapters.calls import Operation, Outcome, Rim, Send
from adapters.errors import ContractBroken, Misconfigured
from adapters.findings import Findings, did_you_mean
from adapters.manifest.model import CallSpec, Manifest
from adapters.mapping.compile import Scope
from adapters.mapping.convert import MappingError
from adapters.mapping.request import Node
from adapters.mapping.sources import Ask
from adapters.outcome import Meaning, Settled, raised
from adapters.shape import Kind, Shape
from adapters.soap.envelope import SOAP11, SOAP12, Fault, Opener, below, settle_fault, validate
from adapters.soap.read import XmlTree
from adapters.soap.schemas import BadContract, Schemas
from adapters.soap.shapes import Shapes
from adapters.soap.write import Prefixes, writer
from adapters.soap.wsdl import Message, Port, PortOperation, load_port
from adapters.soap.wsse import username_token
from adapters.soap.xml import BadXml, Element, local, namespace, parse_text
from adapters.wire import Endpoint, Wire, WireRequest

_XS = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True, slots=True)
class InnerFile:
    """The schema of documents carried in strings."""

    shapes: Shapes
    schema: etree.XMLSchema


class SoapDialect:
    """The chosen port of a department's WSDL."""

    def __init__(self, manifest: Manifest, endpoint: Endpoint, wire: Wire, rim: Rim) -> None:
        spec = manifest.contract
        folder = _contract_folder(manifest)
        self._manifest, self._wire, self._rim = manifest, wire, rim
        self._port: Port = load_port(spec.file, folder, spec.service, spec.port)
        schemas = Schemas(folder)
        schemas.add_wsdl(spec.file)
        self._shapes = Shapes(schemas)
        self._opener = Opener(
            manifest.id,
            self._port.soap12,
            spec.reply_encoding,
            schemas.validator(_wrappers(self._port)),
        )
        self._inner: dict[str, InnerFile] = {}
        self._security = _security(manifest, endpoint, rim)

    def operation(self, spec: CallSpec, findings: Findings) -> Operation | None:
        """The operation a call names, or None and findings."""
        found = self._port.operations.get(spec.operation)
        if found is None:
            hint = did_you_mean(spec.operation, self._port.operations)
            findings.add(
                f"{spec.key}.operation", f"the port has no operation {spec.operation!r}", hint
            )
            return None
        request, outer = self._shape(found.request), self._shape(found.reply)
        reply = self._inside(spec, outer, findings)
        return Operation(
            request=request,
            reply=reply,
            tree=XmlTree(),
            inner=self._document,
            sender=lambda node, outcome: self._sender(found, outer, spec, node, outcome),
        )

    def _shape(self, message: Message) -> Shape:
        name = local(message.tag)
        if message.parts is None:
            return self._shapes.element(message.tag) or _nothing(message.tag)
        members = {
            part: self._shapes.of_type(part, part, kind) for part, kind in message.parts.items()
        }
        return Shape(name=name, tag=message.tag, kind=Kind.GROUP, members=lambda: members)

    def _inside(self, spec: CallSpec, outer: Shape, findings: Findings) -> Shape:
        if spec.inner is None:
            return outer
        if outer.at(tuple(spec.inner.at.split("."))) is None:
            names = [name for name in outer.members() if name != "."]
            key = f"{spec.key}.inner.at"
            findings.add(
                key, f"the reply has no {spec.inner.at!r}", did_you_mean(spec.inner.at, names)
            )
        shape = self._document(spec.inner.root)
        if shape is None:
            findings.add(
                f"{spec.key}.inner.root",
                f"there is no {spec.inner.root!r}",
                'write "contract/<file>.xsd#<Element>"',
            )
        return shape or _nothing("?")

    def _document(self, place: str) -> Shape | None:
        file, _, element = place.partition("#")
        inner = self._inner_file(file)
        return inner.shapes.element(element) if inner and element else None

    def _inner_file(self, file: str) -> InnerFile | None:
        if file not in self._inner:
            path: Path = self._manifest.folder / file
            if not path.is_file():
                return None
            schemas = Schemas(_contract_folder(self._manifest))
            schemas.add_file(path)
            self._inner[file] = InnerFile(Shapes(schemas), schemas.validator())
        return self._inner[file]

    def _sender(
        self, found: PortOperation, outer: Shape, spec: CallSpec, node: Node, outcome: Outcome
    ) -> Send:
        build = self._builder(node)
        headers = self._headers(found.action)
        read = self._reader(found.reply.tag, outer, spec, outcome)
        wire, trace, path = self._wire, self._rim.trace, self._manifest.contract.path

        async def send(ask: Ask, deadline: float) -> Any:
            request = WireRequest(
                method="POST", path=path, headers={**headers, **trace()}, body=build(ask)
            )
            return read(await wire.send(request, deadline=deadline))

        return send

    def _builder(self, node: Node) -> Any:
        encoding = self._manifest.contract.encoding
        prefixes = Prefixes(encoding)
        write = writer(node, prefixes)
        space = SOAP12 if self._port.soap12 else SOAP11
        head = (
            f'<?xml version="1.0" encoding="{encoding}"?>'
            f'<env:Envelope xmlns:env="{space}"{prefixes.declarations()}>'
        )
        security, department = self._security, self._manifest.id

        def build(ask: Ask) -> bytes:
            out = [head]
            if security is not None:
                out.append(f"<env:Header>{security()}</env:Header>")
            out.append("<env:Body>")
            missing: list[str] = []
            try:
                write(Scope(ask), out, missing)
            except MappingError as error:
                raise Misconfigured(department, f"the request cannot be made: {error}") from None
            if missing:
                names = ", ".join(missing[:5])
                raise Misconfigured(department, f"the request lacks values for {names}")
            out.append("</env:Body></env:Envelope>")
            return "".join(out).encode(encoding)

        return build

    def _headers(self, action: str) -> Mapping[str, str]:
        charset = self._manifest.contract.encoding
        if self._port.soap12:
            quoted = f'; action="{action}"' if action else ""
            return {"Content-Type": f"application/soap+xml; charset={charset}{quoted}"}
        return {"Content-Type": f"text/xml; charset={charset}", "SOAPAction": f'"{action}"'}

    def _reader(self, expected: str, outer: Shape, spec: CallSpec, outcome: Outcome) -> Any:
        opener, inner = self._opener, self._inner_reader(outer, spec, outcome)

        def read(reply: Any) -> Any:
            child = opener.open(reply, expected, outcome.faults)
            if isinstance(child, Fault):
                return settle_fault(child, outcome.faults, outcome.fault_code, outcome.fault_text)
            return child if inner is None else inner(child)

        return read

    def _inner_reader(self, outer: Shape, spec: CallSpec, outcome: Outcome) -> Any:
        if spec.inner is None:
            return None
        file, _, root = spec.inner.root.partition("#")
        known, department, error = self._inner_file(file), self._manifest.id, spec.inner.error
        path = tuple(spec.inner.at.split("."))
        shapes = [outer.at(path[: n + 1]) for n in range(len(path))]
        text_at = XmlTree().value(outer, tuple(shape for shape in shapes if shape))
        if known is None:
            return None
        schema = known.schema

        def read(child: Element) -> Element | Settled:
            text = text_at(child)
            try:
                node = parse_text(text or "")
            except (BadXml, UnicodeEncodeError):
                raise ContractBroken(department, f"{path[-1]} holds no XML") from None
            if node.tag not in (root, error):
                raise ContractBroken(department, f"{path[-1]} holds another document than {root}")
            validate(department, schema, node)
            if node.tag != error:
                return node
            code = below(node, outcome.fault_code) if outcome.fault_code else None
            words = below(node, outcome.fault_text) if outcome.fault_text else None
            return raised(outcome.faults.settle([code], words, Meaning.UNKNOWN))

        return read


def _contract_folder(manifest: Manifest) -> Path:
    """The folder all files of the contract lie in, however deep its entry lies there."""
    file = manifest.contract.file
    below = file.relative_to(manifest.folder).parts
    return manifest.folder / below[0] if len(below) > 1 else file.parent


def _nothing(tag: str) -> Shape:
    return Shape(name=local(tag), tag=tag, kind=Kind.GROUP)


def _security(manifest: Manifest, endpoint: Endpoint, rim: Rim) -> Any:
    if manifest.auth.kind in ("none", "message"):
        return None
    if manifest.auth.kind != "username_token":
        raise BadContract(f"auth kind {manifest.auth.kind!r} is not for SOAP")
    known = endpoint.credentials
    names = manifest.auth.names
    return username_token(
        known.get(names["username"], ""),
        known.get(names["password"], ""),
        nonce=rim.nonce,
        now=rim.now,
    )


def _wrappers(port: Port) -> Mapping[str, str]:
    """Schemas of the rpc wrappers, which a WSDL describes by parts only."""
    elements: dict[str, list[str]] = {}
    for operation in port.operations.values():
        for message in (operation.request, operation.reply):
            if message.parts is not None:
                elements.setdefault(namespace(message.tag), []).append(_wrapper(message))
    return {space: _schema(space, lines) for space, lines in elements.items()}


def _wrapper(message: Message) -> str:
    parts = "".join(
        f'<xs:element name="{name}" type="p:{local(kind)}" xmlns:p="{namespace(kind)}"/>'
        for name, kind in (message.parts or {}).items()
    )
    return (
        f'<xs:element name="{local(message.tag)}"><xs:complexType><xs:sequence>{parts}'
        "</xs:sequence></xs:complexType></xs:element>"
    )


def _schema(space: str, lines: list[str]) -> str:
    used = {part.partition('"')[0] for line in lines for part in line.split('xmlns:p="')[1:]}
    imports = "".join(f'<xs:import namespace="{other}"/>' for other in sorted(used - {_XS, space}))
    target = f' targetNamespace="{space}"' if space else ""
    return f'<xs:schema xmlns:xs="{_XS}"{target}>{imports}{"".join(lines)}</xs:schema>'
