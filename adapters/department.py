"""A department that is declared: the Department port over compiled calls."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from adapters import values
from adapters.callback import verify
from adapters.calls import Rim
from adapters.compile import Call, Fields
from adapters.contract import Changes
from adapters.errors import AdapterError, ContractBroken, Misconfigured
from adapters.look import Look
from adapters.manifest.model import Manifest
from adapters.mapping.compile import Scope
from adapters.mapping.convert import MappingError
from adapters.outcome import Settled
from adapters.rest.answer import check, told_once
from adapters.rest.complaint import Validator
from adapters.rows import steps_of
from adapters.values import Keyed
from adapters.wire import Endpoint, Wire
from schema.domain.department import DepartmentInfo
from schema.domain.filing import (
    Certificate,
    Filing,
    Progress,
    Receipt,
    Supplement,
    Verdict,
    Withdrawal,
)
from schema.domain.reading import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Every call of a department, ready."""

    lookups: Mapping[tuple[str, str], Call]
    verbs: Mapping[tuple[str, str], Call]  # by service and verb
    verifications: Mapping[str, Call]
    feed: Call | None
    callback: tuple[Fields, Validator] | None
    answers: Mapping[str, frozenset[str]]  # form fields each service takes


class DeclaredDepartment:
    """One department, by its manifest."""

    def __init__(
        self,
        manifest: Manifest,
        compiled: Compiled,
        info: DepartmentInfo,
        endpoint: Endpoint,
        wire: Wire,
        rim: Rim,
    ) -> None:
        self._manifest, self._compiled, self._info = manifest, compiled, info
        self._endpoint, self._wire, self._rim = endpoint, wire, rim
        registers = {register.id: register for register in manifest.registers}
        self._looks: Mapping[tuple[str, str], Look] = {
            at: Look(info.id, registers[at[0]], at[1], call)
            for at, call in compiled.lookups.items()
        }

    @property
    def info(self) -> DepartmentInfo:
        """What it is and what it can do."""
        return self._info

    @property
    def answers(self) -> Mapping[str, frozenset[str]]:
        """The form fields each service's mapping takes, for checks against a catalogue."""
        return self._compiled.answers

    async def aclose(self) -> None:
        """Give its connections back."""
        await self._wire.aclose()

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Record | Sequence[Record] | AdapterError | None]:
        """Records by key; see the port."""
        look = self._looks.get((register, lookup))
        if look is None:
            raise Misconfigured(self._info.id, f"there is no look-up {register}.{lookup}")
        call = look.call
        if len(keys) > call.spec.batch:
            raise Misconfigured(self._info.id, f"{lookup} takes {call.spec.batch} keys at once")
        able = [key for key in keys if call.possible(key)]
        if not able:  # what the contract does not allow cannot be there
            return {key: look.shaped([]) for key in keys}
        ask = {"key": able[0]} if call.spec.batch == 1 else {"keys": able}
        root = await self._ask(call, ask, budget)
        rows = look.read(able, ask, root)
        return look.told(keys, rows)

    async def verify(self, kind: str, claims: Mapping[str, str], *, budget: float) -> Verdict:
        """Whether the claims match; see the port."""
        call = self._compiled.verifications.get(kind)
        if call is None:
            raise Misconfigured(self._info.id, f"there is no verification {kind!r}")
        ask = {"claims": claims}
        root = await self._ask(call, ask, budget)
        if isinstance(root, Settled):
            return Verdict(matches=root is Settled.DONE, reason=None)
        fields = values.fields(self._info.id, call, Scope(ask, root))
        if fields["matches"] is None:
            raise ContractBroken(self._info.id, f"{call.spec.key}.reply.matches has no value")
        return Verdict(matches=fields["matches"], reason=fields.get("reason"))

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        """Hand one filing over; see the port."""
        call = self._verb(filing.service, "file")
        ask = {
            "reference": filing.reference,
            "case": filing.case,
            "item": filing.item,
            "service": filing.service,
            "answers": filing.answers,
            "applicant": filing.applicant,
            "materials": filing.materials,
            "outputs": filing.outputs,
            "submitted_at": filing.submitted_at,
        }
        root = await self._ask(call, ask, budget)
        if isinstance(root, Settled):
            raise ContractBroken(self._info.id, "answers a filing without a receipt")
        scopes = call.fields.scopes(ask, root)
        if len(scopes) != 1:
            raise ContractBroken(self._info.id, f"{call.spec.key}: {len(scopes)} receipts for one")
        return values.receipt(self._info.id, call, scopes[0])

    async def find_filing(
        self, reference: str, service: str, *, budget: float
    ) -> Sequence[Receipt]:
        """All filings under our reference, oldest first; see the port."""
        call = self._verb(service, "find_filing")
        ask = {"reference": reference, "service": service}
        root = await self._ask(call, ask, budget)
        if isinstance(root, Settled):
            return []
        receipts = [
            values.receipt(self._info.id, call, scope) for scope in call.fields.scopes(ask, root)
        ]
        told_once = dict.fromkeys(receipts)  # one receipt told twice is one filing
        return sorted(told_once, key=lambda receipt: receipt.received_at)

    async def supplement(self, supplement: Supplement, *, budget: float) -> None:
        """Hand a supplement over; see the port."""
        call = self._verb(supplement.service, "supplement")
        await self._do(call, _supplement(supplement), budget)

    async def find_supplement(self, supplement: Supplement, *, budget: float) -> bool:
        """Whether the supplement arrived; see the port."""
        call = self._verb(supplement.service, "find_supplement")
        ask = _supplement(supplement)
        root = await self._ask(call, ask, budget)
        if isinstance(root, Settled):
            return root is Settled.DONE
        found = [
            values.fields(self._info.id, call, scope) for scope in call.fields.scopes(ask, root)
        ]
        return any(
            fields["found"] is True
            if "found" in fields
            else fields["reference"] == supplement.reference
            for fields in found
        )

    async def withdraw(self, withdrawal: Withdrawal, *, budget: float) -> None:
        """Take a filing back; see the port."""
        call = self._verb(withdrawal.service, "withdraw")
        ask = {
            "reference": withdrawal.reference,
            "receipt": withdrawal.receipt,
            "service": withdrawal.service,
            "reason": withdrawal.reason,
        }
        await self._do(call, ask, budget)

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        """Where filings stand; see the port."""
        call = self._verb(service, "progress")
        if len(receipts) > call.spec.batch:
            raise Misconfigured(self._info.id, f"progress takes {call.spec.batch} at once")
        ask: dict[str, Any] = {"service": service, "receipts": list(receipts)}
        if call.spec.batch == 1:
            ask["receipt"] = receipts[0]
        root = await self._ask(call, ask, budget)
        rows = Keyed(self._info.id, call).read(
            receipts, ask, root, lambda scope, key: values.progress(call.fields, scope, key)
        )
        return {
            key: found if isinstance(found, AdapterError) else _latest(found)
            for key, found in rows.items()
        }

    async def changes(self, cursor: str | None, *, budget: float) -> Changes:
        """What changed since; see the port."""
        call = self._compiled.feed
        if call is None:
            raise Misconfigured(self._info.id, "it has no feed")
        ask = {"cursor": call.spec.start if cursor is None else cursor}
        root = await self._ask(call, ask, budget)
        if isinstance(root, Settled):
            return Changes(progress=(), cursor=cursor or call.spec.start or "", more=False)
        try:
            after, more = values.page(call.fields, Scope(ask, root))
            told, unread = values.told(call.fields, call.fields.scopes(ask, root))
        except MappingError as error:
            raise ContractBroken(self._info.id, str(error), unread=True) from None
        return Changes(progress=told, cursor=after, more=more, unread=tuple(unread) or None)

    async def certificate(self, receipt: str, service: str, *, budget: float) -> Certificate | None:
        """What was issued; see the port."""
        call = self._verb(service, "certificate")
        ask = {"receipt": receipt, "service": service}
        root = await self._ask(call, ask, budget)
        if isinstance(root, Settled):
            return None
        try:
            first = next(iter(call.fields.scopes(ask, root)), None)
            return None if first is None else values.certificate(call.fields.lines, first)
        except MappingError as error:
            raise ContractBroken(self._info.id, str(error), unread=True) from None

    def callback(
        self, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> Sequence[Progress]:
        """What the department's own message says; see the port."""
        spec = self._manifest.callback
        if spec is None or self._compiled.callback is None:
            raise Misconfigured(self._info.id, "it sends no callbacks")
        secret = self._endpoint.credentials.get(spec.secret, "")
        verify(self._info.id, spec, secret, headers, body, now=now)
        fields, validator = self._compiled.callback
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise ContractBroken(self._info.id, "a callback is not well-formed JSON") from None
        if not told_once(body, message):
            raise ContractBroken(self._info.id, "a callback tells a member twice")
        check(self._info.id, validator, message, steps_of(spec.each))
        try:
            return values.message(self._info.id, fields, fields.scopes({}, message))
        except MappingError as error:
            raise ContractBroken(self._info.id, str(error), unread=True) from None

    def _verb(self, service: str, verb: str) -> Call:
        call = self._compiled.verbs.get((service, verb))
        if call is None:
            raise Misconfigured(self._info.id, f"{service!r} offers no {verb}")
        return call

    async def _do(self, call: Call, ask: Mapping[str, Any], budget: float) -> None:
        """Have something done to a filing; an answer about another one is not believed."""
        root = await self._ask(call, ask, budget)
        if root is Settled.ABSENT:
            raise ContractBroken(self._info.id, f"does not know the filing to {call.spec.call}")
        if not isinstance(root, Settled):
            for scope in call.fields.scopes(ask, root):
                values.done(self._info.id, call, scope)

    async def _ask(self, call: Call, ask: Mapping[str, Any], budget: float) -> Any:
        within = min(budget, self._manifest.limits.timeout_s)
        deadline = asyncio.get_running_loop().time() + within
        full = {**ask, "credentials": self._endpoint.credentials, "const": call.spec.const}
        if "sent_at" in call.stamps:
            full["sent_at"] = datetime.fromtimestamp(self._rim.now(), UTC)
        if "call_id" in call.stamps:
            full["call_id"] = self._rim.new_id()
        try:
            return call.judged(full, await call.send(full, deadline))
        except MappingError as error:
            raise ContractBroken(self._info.id, str(error), unread=True) from None


def _supplement(supplement: Supplement) -> Mapping[str, Any]:
    return {
        "reference": supplement.reference,
        "receipt": supplement.receipt,
        "service": supplement.service,
        "answers": supplement.answers,
        "materials": supplement.materials,
        "note": supplement.note,
    }


def _latest(rows: list[Progress]) -> Progress | None:
    return max(rows, key=lambda row: row.at) if rows else None
