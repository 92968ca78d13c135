"""A REST department: its OpenAPI document bound once, its calls as senders."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from adapters.calls import Operation, Outcome, Rim, Send
from adapters.documents import documents_of, remembered
from adapters.errors import NotDelivered, Unsendable
from adapters.findings import Findings, did_you_mean, surely
from adapters.manifest.model import CallSpec, Manifest
from adapters.mapping.compile import Scope
from adapters.mapping.convert import MappingError, to_text
from adapters.mapping.request import Group, Node
from adapters.mapping.sources import Ask
from adapters.rest.answer import Answers
from adapters.rest.auth import Auth
from adapters.rest.complaint import WHOLE, Validator, complaint
from adapters.rest.document import BadDocument, Found, OpenApi
from adapters.rest.operations import FORM
from adapters.rest.shapes import JsonShapes, load_shapes
from adapters.rest.tree import MISSING, Build, JsonTree, builder
from adapters.rules import Rule
from adapters.shape import Shape
from adapters.wire import Wire, WireReply, WireRequest

_REMEMBERED = 2_000  # ETags kept per department


@dataclass(frozen=True, slots=True)
class Parts:
    """The compiled parts of a request."""

    method: str
    template: tuple[str, ...]  # the path's fixed pieces and parameter names, in turn
    places: Mapping[str, Build]
    body: Build | None
    separators: Mapping[str, str]  # of lists that are written as one value
    json_values: frozenset[str]  # parameters written as JSON
    body_type: str
    whole: Validator | None  # of what the body must be besides each of its values


class RestDialect:
    """A department's OpenAPI document."""

    def __init__(self, manifest: Manifest, wire: Wire, auth: Auth, rim: Rim) -> None:
        if manifest.auth.kind == "username_token":
            raise BadDocument("auth kind 'username_token' is not for REST")
        self._manifest, self._wire, self._auth, self._rim = manifest, wire, auth, rim
        spec = manifest.contract
        documents = documents_of(manifest.folder, spec.file, spec.vendored)
        self.shapes: JsonShapes = remembered(documents, spec.file, load_shapes)
        self.document: OpenApi = self.shapes.document

    def operation(self, spec: CallSpec, findings: Findings) -> Operation | None:
        """The operation a call names, or None and findings."""
        found = self.document.find(spec.operation)
        refusal = self.document.refusal(spec.operation)
        if refusal:
            findings.add(f"{spec.key}.operation", f"{spec.operation!r} {refusal}")
            return None
        if found is None:
            hint = did_you_mean(spec.operation, self.document.operations)
            sentence = f"the contract has no operation {spec.operation!r}"
            findings.add(f"{spec.key}.operation", sentence, hint, Rule.CALL_OPERATION)
            meant = surely(spec.operation, self.document.operations)
            found = self.document.operations.get(meant or "")
        if found is None:
            return None
        try:
            self.document.check(found)
        except BadDocument as error:
            findings.add(f"{spec.key}.operation", f"{spec.operation!r}: {error}")
            return None
        request, reply, failure = self.shapes.messages(found)
        return Operation(
            request=request,
            reply=reply,
            failure=failure,
            tree=JsonTree(),
            inner=lambda root: None,
            sender=lambda node, outcome: self._sender(found, spec, node, outcome),
        )

    def webhook(self, event: str, findings: Findings) -> tuple[Shape, Validator] | None:
        """Shape and validator of a message the department sends."""
        schema = self.document.webhook(event)
        if schema is None:
            known = self.document.webhooks()
            sentence, hint = f"there is no webhook {event!r}", did_you_mean(event, known)
            findings.add("callback.event", sentence, hint, Rule.CALLBACK_EVENT)
            return None
        return self.shapes.shape(event, schema), self.document.validator(schema)

    def _sender(self, found: Found, spec: CallSpec, node: Node, outcome: Outcome) -> Send:
        build = self._builder(found, node, asks=not spec.writes)
        answers = self._answers(found, outcome)
        memory = _Memory() if spec.conditional else None
        once_more = not spec.writes
        department = self._manifest.id

        async def send(ask: Ask, deadline: float) -> Any:
            request = build(ask)
            reply = await self._exchange(request, memory, deadline)
            if reply.status == 401 and self._auth.rejected():
                if not once_more:
                    raise NotDelivered(department, "the token was not accepted")
                reply = await self._exchange(request, memory, deadline)
            if memory is None:
                return answers.open(reply)
            return memory.answer(request.path, reply, answers)

        return send

    async def _exchange(
        self, request: WireRequest, memory: "_Memory | None", deadline: float
    ) -> WireReply:
        headers = {**request.headers, **await self._auth.headers(deadline), **self._rim.trace()}
        if memory is not None:
            headers.update(memory.condition(request.path))
        full = WireRequest(
            method=request.method,
            path=request.path,
            headers=headers,
            body=request.body,
            asks=request.asks,
        )
        return await self._wire.send(full, deadline=deadline)

    def _answers(self, found: Found, outcome: Outcome) -> Answers:
        validators = {
            status: None if schema is None else self.document.validator(schema)
            for status, schema in found.responses.items()
        }
        return Answers(
            self._manifest.id, validators, outcome.faults, outcome.fault_code, outcome.fault_text
        )

    def _builder(self, found: Found, node: Node, *, asks: bool) -> Callable[[Ask], WireRequest]:
        whole = self.document.whole(found.body) if found.body else None
        parts = _parts(found, node, whole)
        prefix = self._manifest.contract.path or self.document.base
        department = self._manifest.id

        def build(ask: Ask) -> WireRequest:
            scope, missing = Scope(ask), list[str]()
            try:
                path = prefix + _path(parts, scope, missing)
                given = _place(parts, "header", scope, missing)
                headers = {k: _header(",".join(_texts(parts, k, v))) for k, v in given}
                body = _body(parts, scope, missing, headers)
            except MappingError as error:
                raise Unsendable(department, f"the request cannot be made: {error}") from None
            if missing:
                names = ", ".join(missing[:5])
                raise Unsendable(department, f"the request lacks values for {names}")
            return WireRequest(
                method=parts.method, path=path, headers=headers, body=body, asks=asks
            )

        return build


def _parts(found: Found, node: Node, whole: Validator | None) -> Parts:
    places: dict[str, Build] = {}
    if isinstance(node, Group):
        places = {member.shape.name: builder(member) for member in node.members}
    pieces: list[str] = []
    for piece in found.path.split("{"):
        name, brace, rest = piece.partition("}")
        pieces.extend((name, rest) if brace else (name,))
    return Parts(
        method=found.method,
        template=tuple(pieces),
        places=places,
        body=places.pop("body", None),
        separators=found.separators,
        json_values=found.json_values,
        body_type=found.body_type,
        whole=whole,
    )


def _place(parts: Parts, place: str, scope: Scope, missing: list[str]) -> list[tuple[str, Any]]:
    build = parts.places.get(place)
    if build is None:
        return []
    made = build(scope, missing)[0]
    return [] if made is MISSING else [(k, v) for k, v in made.items() if v is not None]


def _path(parts: Parts, scope: Scope, missing: list[str]) -> str:
    values = dict(_place(parts, "path", scope, missing))
    pieces = [
        quote(",".join(_texts(parts, piece, values.get(piece, ""))), safe="") if at % 2 else piece
        for at, piece in enumerate(parts.template)
    ]
    steps = "".join(pieces).split("/")
    if "." in steps or ".." in steps:  # whoever reads such a path takes it for another one
        raise MappingError("a value of the path cannot be told from a step to another one")
    query: list[tuple[str, str]] = []
    for name, value in _place(parts, "query", scope, missing):
        query.extend((name, text) for text in _texts(parts, name, value))
    return "".join(pieces) + (f"?{urlencode(query)}" if query else "")


def _texts(parts: Parts, name: str, value: Any) -> list[str]:
    """A parameter's value as it is written: once, or once per entry."""
    if name in parts.json_values:
        return [orjson.dumps(value).decode()]
    if not isinstance(value, list):
        return [to_text(value)]
    texts = [to_text(one) for one in value]
    separator = parts.separators.get(name)
    return texts if separator is None else [separator.join(texts)]


def _form(made: Any) -> bytes:
    """A flat object as a plain form; lists stand as repeated fields."""
    fields: list[tuple[str, str]] = []
    for name, value in made.items():
        many = value if isinstance(value, list) else [value]
        if any(isinstance(one, dict | list) for one in many):
            raise MappingError(f"a form carries plain values, {name} is none")
        fields.extend((name, to_text(one)) for one in many if one is not None)
    return urlencode(fields).encode()


def _header(value: Any) -> str:
    text = to_text(value)
    if not text.isprintable() or not text.isascii():
        raise MappingError("a header holds characters it cannot carry")
    return text


def _body(parts: Parts, scope: Scope, missing: list[str], headers: dict[str, str]) -> bytes | None:
    headers["Accept"] = "application/json, application/problem+json"
    if parts.body is None:
        return None
    made = parts.body(scope, missing)[0]
    if made is MISSING:
        return None
    wrong = parts.whole and complaint(parts.whole, made, WHOLE)
    if wrong and not missing:
        raise MappingError(f"the body breaks its contract {wrong}")
    headers["Content-Type"] = parts.body_type
    if parts.body_type == FORM:
        return _form(made)
    return orjson.dumps(made)


class _Memory:
    """ETags and the answers they stand for; bounded, the longest unused forgotten first."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[str, Any]] = OrderedDict()

    def condition(self, path: str) -> Mapping[str, str]:
        """The header that asks for changes only."""
        held = self._held.get(path)
        return {} if held is None else {"If-None-Match": held[0]}

    def answer(self, path: str, reply: WireReply, answers: Answers) -> Any:
        """The reply's answer, or the remembered one it confirms."""
        held = self._held.get(path)
        if reply.status == 304 and held is not None:
            self._held.move_to_end(path)
            return held[1]
        found = answers.open(reply)
        tag = reply.headers.get("etag")
        if tag:
            self._held[path] = (tag, found)
            self._held.move_to_end(path)
            if len(self._held) > _REMEMBERED:
                self._held.popitem(last=False)
        return found
