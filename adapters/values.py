"""Compiled reply lines to the values of the port: records, receipts, progress, keyed rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from adapters.compile import Call, Fields
from adapters.errors import AdapterError, ContractBroken
from adapters.mapping.compile import Compute, Scope
from adapters.mapping.convert import MappingError
from adapters.mapping.sources import Ask
from adapters.outcome import Settled, raised
from adapters.rows import FailedRow
from schema.domain.department import Register
from schema.domain.filing import Certificate, ItemStatus, Progress, Receipt
from schema.domain.reading import Record

T = TypeVar("T")

_PAGE = ("cursor", "more")


def record(register: Register, call: Call, scope: Scope, lookup: str, key: str) -> Record | None:
    """A register's record; a required field without a value is a MappingError.

    So is another's record, where the register's own key was asked for. None: the answer as a whole
    holds none, not even its key.
    """
    found = call.fields.read(scope)
    if call.fields.rows is None and found.get(register.key) is None:
        return None
    if lookup == register.key:
        _of_the_asked(found.get(lookup), key, f"{call.spec.key}.reply.{lookup}")
    for field in register.fields:
        if found.setdefault(field.name, None) is None and field.required:
            raise MappingError(f"{call.spec.key}.reply.{field.name} has no value")
    return found


def fields(department: str, call: Call, scope: Scope) -> dict[str, Any]:
    """All reply lines of one row; a row that says it failed is raised as what it says."""
    try:
        verdict = call.fields.each_outcome.judge(scope)
        if verdict is not None:
            raised(verdict)
        return call.fields.read(scope)
    except MappingError as error:
        raise ContractBroken(department, str(error), unread=True) from None


def receipt(department: str, call: Call, scope: Scope) -> Receipt:
    """A receipt, whole."""
    found = fields(department, call, scope)
    if not found["number"] or found["received_at"] is None:
        raise ContractBroken(department, f"{call.spec.key}.reply: no number or no time")
    try:
        _of_the_asked(found.get("reference"), scope.ask["reference"], f"{call.spec.key}.reply")
    except MappingError as error:
        raise ContractBroken(department, str(error)) from None
    return Receipt(number=found["number"], received_at=found["received_at"])


def _of_the_asked(said: object, asked: object, place: str) -> None:
    """Nothing when an answer says nothing of what it is about, or what was asked."""
    if said is not None and asked is not None and str(said) != str(asked):
        raise MappingError(f"{place}: the answer is about something else than was asked")


def progress(lines: Fields, scope: Scope, asked: str | None) -> Progress:
    """Where a filing stands; MappingError when the row does not say it."""
    found = {name: line(scope) for name, line in lines.lines.items() if name not in _PAGE}
    _of_the_asked(found.get("receipt"), asked, "a progress row")
    number = asked or found.get("receipt")
    if number is None or found["status"] is None or found["at"] is None:
        raise MappingError("a progress row has no receipt, no status or no time")
    return Progress(
        receipt=number,
        status=ItemStatus(found["status"]),
        at=found["at"],
        reference=found.get("reference"),
        note=found.get("note"),
        certificate=certificate(lines.certificate, scope) if lines.certificate else None,
        refusal_code=found.get("refusal_code"),
    )


def certificate(lines: Mapping[str, Compute], scope: Scope) -> Certificate | None:
    """What was issued, None without a number."""
    found = {name: compute(scope) for name, compute in lines.items()}
    _of_the_asked(found.pop("receipt", None), scope.ask.get("receipt"), "a certificate")
    if found["number"] is None:
        return None
    if found["name"] is None or found["issued_on"] is None:
        raise MappingError("a certificate has no name or no date of issue")
    return Certificate(**found)


def page(lines: Fields, scope: Scope) -> tuple[str, bool]:
    """Cursor of a feed's next page, and whether there is more already."""
    found = {name: lines.lines[name](scope) for name in _PAGE if name in lines.lines}
    if found["cursor"] is None:
        raise MappingError("the feed gives no cursor")
    return found["cursor"], bool(found.get("more", False))


class Keyed:
    """The rows of one answer, sorted under the keys that were asked."""

    def __init__(self, department: str, call: Call, keys: Sequence[str]) -> None:
        self._department, self._call, self._keys = department, call, keys

    def read(
        self, ask: Ask, root: Any, value: Callable[[Scope, str], T | None]
    ) -> dict[str, list[T] | AdapterError]:
        """Every key with its values, or its own error. The only key's error is raised."""
        found: dict[str, list[T] | AdapterError] = {key: [] for key in self._keys}
        rows = [] if isinstance(root, Settled) else self._call.fields.scopes(ask, root)
        keyed = [(self._key(scope), scope) for scope in rows]
        if keyed and all(key and key not in found for key, _ in keyed):
            raise ContractBroken(self._department, "every row is about something not asked for")
        for key, scope in keyed:
            if key in found:
                found[key] = self._with(found[key], scope, key, value)
        only = found[self._keys[0]] if len(self._keys) == 1 else None
        if isinstance(only, AdapterError):
            raise only
        return found

    def _with(
        self,
        held: list[T] | AdapterError,
        scope: Scope,
        key: str,
        value: Callable[[Scope, str], T | None],
    ) -> list[T] | AdapterError:
        if isinstance(held, AdapterError):
            return held
        row, judge = scope.row, self._call.fields.each_outcome.judge
        try:
            verdict = row.verdict if isinstance(row, FailedRow) else judge(scope)
            if isinstance(verdict, Settled):
                return held
            if verdict is not None:
                return verdict
            one = value(scope, key)
            return held if one is None else [*held, one]
        except MappingError as error:
            return ContractBroken(self._department, str(error), unread=True)

    def _key(self, scope: Scope) -> str:
        match = self._call.fields.match
        if isinstance(scope.row, FailedRow):
            return scope.row.key
        told_apart = self._call.spec.batch > 1 or self._call.spec.match is not None
        if match is None or not told_apart:
            return self._keys[0]
        try:
            said = match(scope)
            return "" if said is None else str(said)  # a row of nothing is nobody's
        except MappingError as error:
            raise ContractBroken(self._department, str(error), unread=True) from None
