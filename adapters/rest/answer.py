"""REST replies: status, media type and schema checked before anything is read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    OutcomeUnknown,
    Refused,
)
from adapters.outcome import Faults, Meaning, Settled
from adapters.pace import told_to_wait
from adapters.rest.complaint import Validator, complaint
from adapters.rest.operations import is_json
from adapters.rows import against
from adapters.wire import WireReply
from schema.domain.problem import ProblemCode

_NEEDS_BODY = (Settled, Refused, ContractBroken)  # said by the department's own message only


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers an operation may give: a validator by status, None where no body is promised."""

    department: str
    validators: Mapping[str, Validator | None]
    faults: Faults
    fault_code: str | None
    fault_text: str | None
    rows: tuple[str, ...] = ()  # the way to rows of which each may break the contract by itself
    _promises: dict[int, tuple[bool, Validator | None]] = field(default_factory=dict, compare=False)

    def open(self, reply: WireReply) -> Any:
        """The validated body of a success, or Settled; anything else is raised."""
        if 200 <= reply.status < 300:
            return self._success(reply)
        try:
            return self._failure(reply)
        except AdapterError as error:
            error.retry_after_s = told_to_wait(reply.headers)
            raise

    def _success(self, reply: WireReply) -> Any:
        found, validator = self._promised(reply.status)
        if not found:
            raise ContractBroken(self.department, f"HTTP {reply.status} is not in the contract")
        if validator is None:
            return None
        return self._body(reply, validator)

    def _promised(self, status: int) -> tuple[bool, Validator | None]:
        promise = self._promises.get(status)
        if promise is None:
            named = (str(status), f"{status // 100}XX", "default")
            name = next((name for name in named if name in self.validators), None)
            promise = (False, None) if name is None else (True, self.validators[name])
            self._promises[status] = promise
        return promise

    def _body(self, reply: WireReply, validator: Validator) -> Any:
        if not is_json(reply.headers.get("content-type", "")):
            kind = reply.headers.get("content-type", "").partition(";")[0][:40]
            what = f"the reply is no JSON but {kind or 'of no type'}"
            raise ContractBroken(self.department, what, foreign=True)
        try:
            body = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            form = "well-formed JSON" if _is_utf8(reply.body) else "in UTF-8, as JSON has to be"
            raise ContractBroken(self.department, f"the reply is not {form}") from None
        if not told_once(reply.body, body):
            raise ContractBroken(self.department, "the reply tells a member twice")
        if not validator.is_valid(body):
            check(self.department, validator, body, self.rows)
        return body

    def _failure(self, reply: WireReply) -> Settled:
        """What a failure means; how it breaks the contract, if it does, is the error's cause."""
        codes: list[str | None] = []
        text, status = None, reply.status
        found, validator = self._promised(status)
        against = None if found else self._broken(f"HTTP {status} is not in the contract")
        if validator is not None:
            try:
                codes, text = self._told(self._body(reply, validator))
            except ContractBroken as error:
                against = error
        verdict = self._verdict(status, [*codes, f"http {status}"], text)
        if found and against and isinstance(verdict, _NEEDS_BODY):
            # no message of the department: a page, or somebody else's answer at a wrong address
            what = f"HTTP {status}: {against.message} — or the address is wrong"
            verdict = ContractBroken(self.department, what, foreign=against.foreign)
        if isinstance(verdict, AdapterError):
            raise verdict from against
        return verdict

    def _verdict(
        self, status: int, codes: list[str | None], text: str | None
    ) -> Settled | AdapterError:
        otherwise = _meaning(status)
        known = any(code in self.faults.table for code in codes if code)
        if otherwise is Meaning.UNKNOWN and not known:
            what, fault = f"HTTP {status}", ProblemCode.DEPARTMENT_FAULT
            return OutcomeUnknown(self.department, what, code=fault)
        if 300 <= status < 400:
            return Misconfigured(self.department, f"HTTP {status}: redirects are not followed")
        return self.faults.settle(codes, text, otherwise)

    def _broken(self, rule: str) -> ContractBroken:
        return ContractBroken(self.department, rule)

    def _told(self, body: Any) -> tuple[list[str | None], str | None]:
        codes = [_at(body, self.fault_code) if self.fault_code else None, _at(body, "type")]
        text = _at(body, self.fault_text) if self.fault_text else None
        return codes, text or _at(body, "detail") or _at(body, "title")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _meaning(status: int) -> Meaning:
    if status >= 500:
        return Meaning.UNKNOWN
    if status == 429:
        return Meaning.BUSY
    return Meaning.MISCONFIGURED if status in (401, 403) else Meaning.CONTRACT_BROKEN


def _at(body: Any, path: str) -> str | None:
    for step in path.split("."):
        if not isinstance(body, dict):
            return None
        body = body.get(step)
    return str(body) if isinstance(body, str | int) else None


def told_once(content: bytes, read: Any) -> bool:
    """Whether each object of a JSON document has each member once; orjson, which read it, takes
    the last.

    A text without escapes has as many quotes as its content written anew, unless a name was lost.
    """
    if b"\\" in content:
        return read_once(content)
    try:
        return content.count(b'"') == orjson.dumps(read).count(b'"')
    except orjson.JSONEncodeError:  # nested deeper than orjson writes
        return read_once(content)


def read_once(content: bytes) -> bool:
    """The same, by reading it member by member."""
    try:
        json.loads(content, object_pairs_hook=_members)
    except (ValueError, RecursionError):
        return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member stands twice")


def check(department: str, validator: Validator, body: Any, rows: Sequence[str] = ()) -> None:
    """Nothing when the body satisfies the contract; ContractBroken names the place and rule.

    `rows`: the way to its rows. One that breaks the contract by itself is marked, no more.
    """
    told = complaint(validator, body)
    if told is not None and not against(body, rows, partial(complaint, validator)):
        raise ContractBroken(department, f"the reply breaks the schema {told}")
