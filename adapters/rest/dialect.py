"""A REST department: its OpenAPI document bound once, its calls as senders."""

from collections.abc import Mapping
from typing import Any

from adapters.calls import Operation, Outcome, Rim, Send
from adapters.documents import documents_of, remembered
from adapters.findings import Findings, did_you_mean, surely
from adapters.manifest.model import CallSpec, Manifest
from adapters.mapping.request import Node
from adapters.mapping.sources import Ask
from adapters.rest.answer import Answers
from adapters.rest.auth import Auth, accepted
from adapters.rest.complaint import Validator
from adapters.rest.document import BadDocument, Found, OpenApi
from adapters.rest.request import requests
from adapters.rest.shapes import JsonShapes, load_shapes
from adapters.rest.tree import JsonTree
from adapters.rest.unchanged import Unchanged
from adapters.rules import Rule
from adapters.shape import Shape
from adapters.wire import Wire, WireRequest


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
        department, contract = self._manifest.id, self._manifest.contract
        whole = self.document.whole(found.body) if found.body else None
        make = requests(department, found, node, contract.path or self.document.base, whole)
        answers = self._answers(found, outcome, spec.apart)
        memory = Unchanged(self._rim.now) if spec.conditional else None
        auth, trace, wire, asks = self._auth, self._rim.trace, self._wire, not spec.writes

        async def send(ask: Ask, deadline: float) -> Any:
            path, said, body = make(ask)
            held = None if memory is None else memory.held(path)
            if held is not None:
                said = {**said, "If-None-Match": held.tag}

            def made(known: Mapping[str, str]) -> WireRequest:
                headers = {**said, **known, **trace()}
                return WireRequest(
                    method=found.method, path=path, headers=headers, body=body, asks=asks
                )

            reply = await accepted(department, auth, wire, made, deadline)
            if memory is None:
                return answers.open(reply)
            return memory.answer(path, held, reply, answers)

        return send

    def _answers(self, found: Found, outcome: Outcome, rows: tuple[str, ...]) -> Answers:
        validators = {
            status: None if schema is None else self.document.validator(schema)
            for status, schema in found.responses.items()
        }
        return Answers(
            self._manifest.id,
            validators,
            outcome.faults,
            outcome.fault_code,
            outcome.fault_text,
            rows,
        )
