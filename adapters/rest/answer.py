"""REST replies: status, media type and schema checked before anything is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from adapters.errors import AdapterError, ContractBroken, Misconfigured, OutcomeUnknown
from adapters.outcome import Faults, Meaning, Settled, raised
from adapters.pace import told_to_wait
from adapters.rest.operations import is_json
from adapters.wire import WireReply
from schema.domain.problem import ProblemCode

Validator = jsonschema_rs.Draft202012Validator


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers an operation may give: a validator by status, None where no body is promised."""

    department: str
    validators: Mapping[str, Validator | None]
    faults: Faults
    fault_code: str | None
    fault_text: str | None

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
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in self.validators:
                return True, self.validators[name]
        return False, None

    def _body(self, reply: WireReply, validator: Validator) -> Any:
        if not is_json(reply.headers.get("content-type", "")):
            kind = reply.headers.get("content-type", "").partition(";")[0][:40]
            what = f"the reply is no JSON but {kind or 'of no type'}"
            raise ContractBroken(self.department, what, foreign=True)
        try:
            body = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            raise ContractBroken(self.department, "the reply is not well-formed JSON") from None
        if not told_once(reply.body):
            raise ContractBroken(self.department, "the reply tells a member twice")
        check(self.department, validator, body)
        return body

    def _failure(self, reply: WireReply) -> Settled:
        codes: list[str | None] = []
        text: str | None = None
        _, validator = self._promised(reply.status)
        if validator is not None:
            try:
                codes, text = self._told(self._body(reply, validator))
            except ContractBroken:
                # an error page is no message; its status still says something
                codes = []
        status = reply.status
        otherwise = _meaning(status)
        if otherwise is Meaning.UNKNOWN and not self._knows([*codes, f"http {status}"]):
            what, fault = f"HTTP {status}", ProblemCode.DEPARTMENT_FAULT
            raise OutcomeUnknown(self.department, what, code=fault)
        if 300 <= status < 400:
            raise Misconfigured(self.department, f"HTTP {status}: redirects are not followed")
        return raised(self.faults.settle([*codes, f"http {status}"], text, otherwise))

    def _knows(self, codes: list[str | None]) -> bool:
        return any(code in self.faults.table for code in codes if code)

    def _told(self, body: Any) -> tuple[list[str | None], str | None]:
        codes = [_at(body, self.fault_code) if self.fault_code else None, _at(body, "type")]
        text = _at(body, self.fault_text) if self.fault_text else None
        return codes, text or _at(body, "detail") or _at(body, "title")


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


def told_once(content: bytes) -> bool:
    """Whether each object of a JSON document has each member once; orjson takes the last."""
    try:
        json.loads(content, object_pairs_hook=_members)
    except (ValueError, RecursionError):
        return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member stands twice")


def check(department: str, validator: Validator, body: Any) -> None:
    """Nothing when the body satisfies the contract; ContractBroken names the place and rule."""
    if validator.is_valid(body):
        return
    error = next(validator.iter_errors(body))
    place = "/".join(str(step) for step in error.instance_path) or "its root"
    rule = str(error.schema_path[-1]) if error.schema_path else "schema"
    raise ContractBroken(department, f"the reply breaks the schema at {place}: {rule}")
