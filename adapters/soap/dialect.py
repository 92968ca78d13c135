"""A SOAP department: its WSDL bound once, its calls as senders of compiled envelopes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import etree

from adapters.calls import Operation, Outcome, Rim, Send
from adapters.documents import Documents, documents_of, remembered
from adapters.errors import ContractBroken
from adapters.findings import Findings, did_you_mean, surely
from adapters.manifest.model import CallSpec, InnerSpec, Manifest
from adapters.mapping.compile import Scope
from adapters.mapping.request import Node
from adapters.mapping.sources import Ask
from adapters.outcome import Meaning, Settled, raised
from adapters.rows import steps_of
from adapters.rules import Rule
from adapters.shape import WHOLE, Kind, Shape, hidden
from adapters.soap.certain import forms
from adapters.soap.envelope import Fault, Opener, below, settle_fault, validate
from adapters.soap.moulded import Moulded
from adapters.soap.moulding import Maker, Parse
from adapters.soap.read import XmlTree
from adapters.soap.request import HEADER, Envelope, Frame
from adapters.soap.schemas import BadContract, Schemas
from adapters.soap.shapes import Shapes
from adapters.soap.wrappers import wrappers
from adapters.soap.wsdl import Message, Port, PortOperation, Wsdl, load_wsdl
from adapters.soap.xml import BadXml, Element, local, parse_text
from adapters.wire import Endpoint, Wire, WireRequest

_ROOT = 'write "contract/<file>.xsd#<Element>"'
_XS = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True, slots=True)
class SoapContract:
    """A WSDL and the shapes of its elements."""

    wsdl: Wsdl
    shapes: Shapes


def load_contract(documents: Documents, entry: Path) -> SoapContract:
    """The WSDL in this file; BadContract says what is wrong."""
    wsdl = load_wsdl(documents, entry)
    return SoapContract(wsdl, Shapes(wsdl.schemas))


@dataclass(frozen=True, slots=True)
class InnerFile:
    """The schema of documents carried in strings."""

    shapes: Shapes
    schema: etree.XMLSchema


def load_inner(documents: Documents, entry: Path) -> InnerFile:
    """The schema in this file; BadContract says what is wrong."""
    schemas = Schemas(documents)
    schemas.add_file(entry)
    schemas.complete()
    return InnerFile(Shapes(schemas), schemas.validator())


class SoapDialect:
    """The chosen port of a department's WSDL."""

    def __init__(self, manifest: Manifest, endpoint: Endpoint, wire: Wire, rim: Rim) -> None:
        spec = manifest.contract
        self._manifest, self._wire, self._rim = manifest, wire, rim
        contract = remembered(self._documents(), spec.file, load_contract)
        self._port: Port = contract.wsdl.port(spec.service, spec.port)
        self._shapes, self._schemas = contract.shapes, contract.wsdl.schemas
        self._opener = Opener(
            manifest.id,
            self._port.soap12,
            spec.reply_encoding,
            self._schemas.validator(wrappers(self._port)),
        )
        self._inner: dict[str, InnerFile] = {}
        self._security = _security(manifest, endpoint, rim, self._port.soap12)

    def operation(self, spec: CallSpec, findings: Findings) -> Operation | None:
        """The operation a call names, or None and findings."""
        found = self._port.operations.get(spec.operation)
        refused = self._port.refused.get(spec.operation)
        if refused:
            findings.add(f"{spec.key}.operation", f"{spec.operation!r} {refused}")
            return None
        if found is None:
            hint = did_you_mean(spec.operation, self._port.operations)
            sentence = f"the port has no operation {spec.operation!r}"
            findings.add(f"{spec.key}.operation", sentence, hint, Rule.CALL_OPERATION)
            found = self._port.operations.get(surely(spec.operation, self._port.operations) or "")
        if found is None:
            return None
        request, outer = self._request(found), self._shape(found.reply)
        reply = self._inside(spec, outer, findings)
        return Operation(
            request=request,
            reply=reply,
            failure=self._document(_error(spec.inner)) if spec.inner else None,
            tree=XmlTree(),
            inner=self._document,
            sender=lambda node, outcome: self._sender(found, outer, spec, node, outcome),
        )

    def _documents(self) -> Documents:
        spec = self._manifest.contract
        return documents_of(self._manifest.folder, spec.file, spec.vendored, spec.absent)

    def _request(self, found: PortOperation) -> Shape:
        shape = self._shape(found.request)
        if not found.request.headers or shape.kind is not Kind.GROUP:
            return shape
        parts = [self._shapes.element(tag) or _nothing(tag) for tag in found.request.headers]
        inside = {part.name: replace(part, required=False) for part in parts}
        head = replace(_nothing(HEADER), required=False, members=lambda: inside)
        return replace(shape, members=lambda: {HEADER: head, **shape.members()})

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
            key, hint = f"{spec.key}.inner.at", did_you_mean(spec.inner.at, names)
            findings.add(key, f"the reply has no {spec.inner.at!r}", hint, Rule.CALL_INNER)
        roots = {"root": spec.inner.root}
        if spec.inner.error and self._inner_file(spec.inner.root.partition("#")[0]):
            roots["error"] = _error(spec.inner)
        for name, place in roots.items():
            if self._document(place) is None:
                key = f"{spec.key}.inner.{name}"
                findings.add(key, f"there is no {place!r}", _ROOT, Rule.CALL_INNER)
        return self._document(spec.inner.root) or hidden()

    def _document(self, place: str) -> Shape | None:
        file, _, element = place.partition("#")
        inner = self._inner_file(file)
        return inner.shapes.element(element) if inner and element else None

    def _inner_file(self, file: str) -> InnerFile | None:
        if file not in self._inner:
            path: Path = self._manifest.folder / file
            if not path.is_file():
                return None
            self._inner[file] = remembered(self._documents(), path, load_inner)
        return self._inner[file]

    def _sender(
        self, found: PortOperation, outer: Shape, spec: CallSpec, node: Node, outcome: Outcome
    ) -> Send:
        asks = not spec.writes
        build = self._envelope(node, asks=asks, encoded=found.request.encoded)
        headers = self._headers(found.action)
        read = self._reader(found.reply, outer, spec, outcome)
        wire, trace, path = self._wire, self._rim.trace, self._manifest.contract.path

        async def send(ask: Ask, deadline: float) -> Any:
            request = WireRequest(
                method="POST",
                path=path,
                headers={**headers, **trace()},
                body=build(ask),
                asks=asks,
            )
            return read(await wire.send(request, deadline=deadline))

        return send

    def _envelope(self, node: Node, *, asks: bool, encoded: bool) -> Envelope:
        frame = Frame(
            department=self._manifest.id,
            soap12=self._port.soap12,
            encoding=self._manifest.contract.encoding,
            security=self._security,
            arrays=self._schemas.arrays if encoded else None,
        )
        return Envelope(frame, node, asks=asks)

    def _headers(self, action: str) -> Mapping[str, str]:
        charset = self._manifest.contract.encoding
        if self._port.soap12:
            quoted = f'; action="{action}"' if action else ""
            return {"Content-Type": f"application/soap+xml; charset={charset}{quoted}"}
        return {"Content-Type": f"text/xml; charset={charset}", "SOAPAction": f'"{action}"'}

    def _reader(self, reply: Message, outer: Shape, spec: CallSpec, outcome: Outcome) -> Any:
        opener, inner = self._opener, self._inner_reader(outer, spec, outcome)
        expected, encoded = reply.tag, reply.encoded
        rows = spec.apart if inner is None else ()

        def read(answer: Any) -> Any:
            child = opener.open(answer, expected, outcome.faults, encoded=encoded, rows=rows)
            if isinstance(child, Fault):
                return settle_fault(child, outcome.faults, outcome.fault_code, outcome.fault_text)
            return child if inner is None else inner(child)

        again = spec.call == "lookup" and not encoded
        return self._moulded(read, outer, spec, outcome) if again else read

    def _moulded(self, read: Any, outer: Shape, spec: CallSpec, outcome: Outcome) -> Any:
        """The same; of replies whose markup is known, only the texts are looked at."""
        file = self._inner_file(spec.inner.root.partition("#")[0]) if spec.inner else None
        at = tuple(spec.inner.at.split(".")) if spec.inner else ()
        holder = outer.at(at) if at else None
        free = holder is None or (holder.facets == WHOLE and not holder.enum)
        shape = self._document(spec.inner.root) if spec.inner else outer
        shapes = self._shapes if file is None else file.shapes
        way = steps_of(spec.each)
        if not free or shape is None or self._shapes.related or shapes.related:
            return read
        tree, opener, code = XmlTree(), self._opener, outcome.code
        text_at = tree.value(outer, _along(outer, at)) if at else None

        def bare(answer: Any) -> Element:
            child = opener.bare(answer)
            return child if text_at is None else parse_text(text_at(child) or "")

        def maker(parse: Parse) -> Maker:
            return Maker(parse=parse, forms=allowed, rows=rows, name=name, verdict=verdict)

        allowed, name = forms(shape), way[-1] if way else ""
        rows = tree.rows(shape, _along(shape, way)) if way else None
        verdict = None if code is None else lambda root: code(Scope({}, root))
        return Moulded(read, bare, opener.encoding, maker, outcome.well)

    def _inner_reader(self, outer: Shape, spec: CallSpec, outcome: Outcome) -> Any:
        if spec.inner is None:
            return None
        file, _, root = spec.inner.root.partition("#")
        known, department, error = self._inner_file(file), self._manifest.id, spec.inner.error
        path = tuple(spec.inner.at.split("."))
        text_at = XmlTree().value(outer, _along(outer, path))
        if known is None:
            return None
        schema, rows = known.schema, spec.apart

        def read(child: Element) -> Element | Settled:
            text = text_at(child)
            try:
                node = parse_text(text or "")
            except (BadXml, UnicodeEncodeError):
                raise ContractBroken(department, f"{path[-1]} holds no XML") from None
            if node.tag not in (root, error):
                raise ContractBroken(department, f"{path[-1]} holds another document than {root}")
            validate(department, schema, node, rows)
            if node.tag != error:
                return node
            code = below(node, outcome.fault_code) if outcome.fault_code else None
            words = below(node, outcome.fault_text) if outcome.fault_text else None
            return raised(outcome.faults.settle([code], words, Meaning.UNKNOWN))

        return read


def _along(shape: Shape, way: tuple[str, ...]) -> tuple[Shape, ...]:
    found = (shape.at(way[: number + 1]) for number in range(len(way)))
    return tuple(one for one in found if one is not None)


def _error(inner: InnerSpec) -> str:
    return f"{inner.root.partition('#')[0]}#{inner.error or ''}"


def _nothing(tag: str) -> Shape:
    return Shape(name=local(tag), tag=tag, kind=Kind.GROUP)


def _security(manifest: Manifest, endpoint: Endpoint, rim: Rim, soap12: bool) -> Any:
    if manifest.auth.kind in ("none", "message"):
        return None
    if manifest.auth.kind != "username_token":
        raise BadContract(f"auth kind {manifest.auth.kind!r} is not for SOAP")
    from adapters.soap.wsse import username_token  # brings zeep, for which others need not pay

    known = endpoint.credentials
    names = manifest.auth.names
    return username_token(
        known.get(names["username"], ""),
        known.get(names["password"], ""),
        nonce=rim.nonce,
        now=rim.now,
        soap12=soap12,
    )
