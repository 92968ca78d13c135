"""A GraphQL department: its SDL bound once, its calls as senders of one operation each."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import jsonschema_rs
import orjson

from adapters.calls import Operation, Outcome, Rim, Send
from adapters.errors import Misconfigured
from adapters.findings import Findings
from adapters.graphql.answer import CODE, TEXT, Answers
from adapters.graphql.contract import Found, Sdl
from adapters.graphql.selection import Selection
from adapters.graphql.variables import variables
from adapters.manifest.model import CallSpec, Manifest
from adapters.mapping.compile import Scope
from adapters.mapping.convert import MappingError
from adapters.mapping.request import Node
from adapters.mapping.sources import Ask
from adapters.rest.auth import Auth, accepted
from adapters.rest.tree import MISSING, JsonTree, builder
from adapters.wire import Wire, WireRequest

_KEYED = ("lookup", "progress")  # calls whose rows belong to keys
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/graphql-response+json, application/json",
}


class GraphQLDialect:
    """A department's SDL."""

    def __init__(self, manifest: Manifest, wire: Wire, auth: Auth, rim: Rim) -> None:
        self._manifest, self._wire, self._auth, self._rim = manifest, wire, auth, rim
        self._sdl = Sdl(manifest.contract.file, manifest.folder)

    def operation(self, spec: CallSpec, findings: Findings) -> Operation | None:
        """The operation a call names, or None and findings."""
        found = self._sdl.find(spec, findings)
        if found is None:
            return None
        selection = Selection(self._sdl.schema, found)
        return Operation(
            request=variables(self._sdl.schema, found.node),
            reply=selection.shape(),
            tree=JsonTree(),
            inner=lambda root: None,
            sender=lambda node, outcome: self._sender(
                found, spec, node, self._answers(selection, spec, outcome)
            ),
        )

    def _answers(self, selection: Selection, spec: CallSpec, outcome: Outcome) -> Answers:
        each = tuple(spec.each.split(".")) if spec.each and spec.call in _KEYED else ()
        return Answers(
            self._manifest.id,
            jsonschema_rs.Draft202012Validator(selection.schema()),
            outcome.faults,
            outcome.fault_code or CODE,
            outcome.fault_text or TEXT,
            each,
        )

    def _sender(self, found: Found, spec: CallSpec, node: Node, answers: Answers) -> Send:
        build, department = builder(node), self._manifest.id

        async def send(ask: Ask, deadline: float) -> Any:
            missing: list[str] = []
            try:
                made = build(Scope(ask), missing)[0]
            except MappingError as error:
                raise Misconfigured(department, f"the request cannot be made: {error}") from None
            if missing:
                names = ", ".join(missing[:5])
                raise Misconfigured(department, f"the request lacks values for {names}")
            given = {} if made is MISSING else made
            body = orjson.dumps({**_sent(found), "variables": given})
            made = partial(self._request, body, not spec.writes)
            reply = await accepted(department, self._auth, self._wire, made, deadline)
            return answers.open(reply, ask)

        return send

    def _request(self, body: bytes, asks: bool, known: Mapping[str, str]) -> WireRequest:
        headers = {**_HEADERS, **known, **self._rim.trace()}
        path = self._manifest.contract.path
        return WireRequest(method="POST", path=path, headers=headers, body=body, asks=asks)


def _sent(found: Found) -> dict[str, str]:
    named = {} if found.name is None else {"operationName": found.name}
    return {"query": found.text, **named}
