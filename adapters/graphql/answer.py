"""GraphQL answers: data checked against what was selected, errors judged by their codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from adapters.errors import AdapterError, ContractBroken, Misconfigured, Refused
from adapters.mapping.sources import Ask
from adapters.outcome import Faults, Meaning, Settled, raised
from adapters.pace import told_to_wait
from adapters.rest.answer import check, told_once
from adapters.rest.complaint import Validator
from adapters.rest.document import is_json
from adapters.rows import FailedRow
from adapters.wire import WireReply

CODE, TEXT = "extensions.code", "message"  # of an error, where the manifest says no other place

Errors = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one operation may answer."""

    department: str
    validator: Validator
    faults: Faults
    fault_code: str
    fault_text: str
    each: tuple[str, ...]  # where the rows are; () where none of them can fail alone

    def open(self, reply: WireReply, ask: Ask) -> Any:
        """The checked data of a success, or Settled; anything else is raised.

        Where rows failed one by one and it is certain for which keys, the data hold FailedRows.
        """
        if not 200 <= reply.status < 300:
            try:
                return self._refused(reply)
            except AdapterError as error:
                error.retry_after_s = told_to_wait(reply.headers)
                raise
        body = self._body(reply)
        errors, data = self._errors(body), body.get("data")
        if data is not None or not errors:
            check(self.department, self.validator, data)
        if not errors:
            return data
        if data is not None and self._failed_rows(data, errors, ask):
            return data
        # Errors of the request as a whole have no path: nothing was carried out.
        begun = data is not None or any(error.get("path") for error in errors)
        otherwise = Meaning.UNKNOWN if begun else Meaning.CONTRACT_BROKEN
        return raised(self._verdict(errors, otherwise))

    def _body(self, reply: WireReply) -> Mapping[str, Any]:
        kind = reply.headers.get("content-type", "")
        if not is_json(kind):
            shown = kind.partition(";")[0][:40] or "of no type"
            raise ContractBroken(self.department, f"the reply is no JSON but {shown}", foreign=True)
        try:
            body = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            raise ContractBroken(self.department, "the reply is not well-formed JSON") from None
        if not told_once(reply.body, body):
            raise ContractBroken(self.department, "the reply tells a member twice")
        if not isinstance(body, dict) or not ({"data", "errors"} & body.keys()):
            raise ContractBroken(self.department, "the reply has neither data nor errors")
        return body

    def _errors(self, body: Mapping[str, Any]) -> Errors:
        errors = body.get("errors", [])
        if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
            raise ContractBroken(self.department, "the reply's errors are no list of errors")
        if not errors and "data" not in body:
            raise ContractBroken(self.department, "the reply has neither data nor errors")
        return errors

    def _refused(self, reply: WireReply) -> Settled:
        errors: Errors = []
        against, status = None, reply.status
        try:
            errors = self._errors(self._body(reply))
        except ContractBroken as error:
            against = error  # an error page is no message; its status still says something
        if 300 <= status < 400:
            what = f"HTTP {status}: redirects are not followed"
            raise Misconfigured(self.department, what) from against
        verdict = self._verdict(errors, _meaning(status), f"http {status}")
        if against and isinstance(verdict, Settled | Refused | ContractBroken):
            what = f"HTTP {status}: {against.message} — or the address is wrong"
            verdict = ContractBroken(self.department, what, foreign=against.foreign)
        if isinstance(verdict, AdapterError):
            raise verdict from against
        return verdict

    def _verdict(
        self, errors: Errors, otherwise: Meaning, status: str | None = None
    ) -> Settled | AdapterError:
        """What the first error with a known code means, else the first, else the status."""
        coded = [(_at(error, self.fault_code), error) for error in errors]
        known = [pair for pair in coded if pair[0] in self.faults.table]
        code, error = next(iter(known or coded), (None, {}))
        return self.faults.settle([code, status], _at(error, self.fault_text), otherwise)

    def _failed_rows(self, data: Any, errors: Errors, ask: Ask) -> bool:
        """Put a FailedRow where an error stands; False when that cannot be told for each."""
        keys = ask.get("keys") or ask.get("receipts")
        holder = _holder(data, self.each[:-1])
        rows = holder.get(self.each[-1]) if self.each and holder is not None else None
        if not keys or holder is None or not isinstance(rows, list):
            return False
        places = [_place(error, self.each) for error in errors]
        if any(place is None or place >= len(rows) for place in places):
            return False
        failed: dict[int, FailedRow] = {}
        for place, error in zip(places, errors, strict=True):
            key = None if place is None else _key(rows, place, keys, set(places))
            if place is None or key is None:
                return False
            verdict = self._verdict([error], Meaning.UNKNOWN)
            failed.setdefault(place, FailedRow(rows[place] or {}, key, verdict))
        holder[self.each[-1]] = [failed.get(at, row) for at, row in enumerate(rows)]
        return True


def _meaning(status: int) -> Meaning:
    if status >= 500:
        return Meaning.UNKNOWN
    if status == 429:
        return Meaning.BUSY
    return Meaning.MISCONFIGURED if status in (401, 403) else Meaning.CONTRACT_BROKEN


def _at(error: Mapping[str, Any], path: str) -> str | None:
    here: Any = error
    for step in path.split("."):
        if not isinstance(here, Mapping):
            return None
        here = here.get(step)
    return str(here) if isinstance(here, str | int) else None


def _holder(data: Any, steps: tuple[str, ...]) -> dict[str, Any] | None:
    for step in steps:
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else None


def _place(error: Mapping[str, Any], each: tuple[str, ...]) -> int | None:
    """The row an error is about, by its path."""
    path = error.get("path")
    if not isinstance(path, list) or len(path) <= len(each):
        return None
    at = path[len(each)]
    return at if tuple(path[: len(each)]) == each and isinstance(at, int) and at >= 0 else None


def _key(rows: list[Any], place: int, keys: Sequence[str], failed: set[int | None]) -> str | None:
    """The key a failed row answers; None when neither the row nor its place says so for sure."""
    own = [key for key in keys if _holds(rows[place], key)]
    if len(own) == 1:
        return own[0]
    if len(rows) != len(keys):
        return None
    there = [at for at, row in enumerate(rows) if isinstance(row, dict) and at not in failed]
    in_order = all(_holds(rows[at], keys[at]) for at in there)
    return keys[place] if in_order and (there or len(failed) == len(rows)) else None


def _holds(row: Any, key: str) -> bool:
    return isinstance(row, dict) and key in row.values()
