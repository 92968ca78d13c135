"""Compiled reply lines to the values of the port: receipts, progress, certificates, keyed rows."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from adapters.compile import Call, Fields
from adapters.contract import Unread
from adapters.errors import AdapterError, ContractBroken
from adapters.mapping.compile import Compute, Scope
from adapters.mapping.convert import MappingError, within_reason
from adapters.mapping.sources import Ask
from adapters.outcome import Settled, raised
from adapters.rows import FailedRow, breaks
from schema.domain.filing import Certificate, ItemStatus, Progress, Receipt

T = TypeVar("T")

_PAGE = ("cursor", "more")
WHOLE_PAGE: Final = 5  # rows, and nothing understood of any: it is not their own trouble


def fields(department: str, call: Call, scope: Scope) -> dict[str, Any]:
    """All reply lines of one row; a row that says it failed is raised as what it says."""
    try:
        verdict = call.fields.each_outcome.judge(scope)
        if verdict is not None:
            raised(verdict)
        found = call.fields.read(scope)
        _all_within_reason(found, f"{call.spec.key}.reply")
        return found
    except MappingError as error:
        raise ContractBroken(department, str(error), unread=True) from None


def receipt(department: str, call: Call, scope: Scope) -> Receipt:
    """A receipt, whole."""
    found = fields(department, call, scope)
    if not found["number"] or found["received_at"] is None:
        raise ContractBroken(department, f"{call.spec.key}.reply: no number or no time")
    _ours(department, call, scope, found, ("reference",))
    return Receipt(number=found["number"], received_at=found["received_at"])


def done(department: str, call: Call, scope: Scope) -> None:
    """Nothing when the answer is about what was asked, as far as it says."""
    _ours(department, call, scope, fields(department, call, scope), ("receipt", "reference"))


def _ours(
    department: str, call: Call, scope: Scope, found: Mapping[str, Any], names: Sequence[str]
) -> None:
    try:
        for name in names:
            of_the_asked(found.get(name), scope.ask[name], f"{call.spec.key}.reply")
    except MappingError as error:
        raise ContractBroken(department, str(error)) from None


def of_the_asked(said: object, asked: object, place: str) -> None:
    """Nothing when an answer says nothing of what it is about, or what was asked."""
    if said is not None and asked is not None and str(said) != str(asked):
        raise MappingError(f"{place}: the answer is about something else than was asked")


def progress(lines: Fields, scope: Scope, asked: str | None) -> Progress:
    """Where a filing stands; MappingError when the row does not say it."""
    found = {name: line(scope) for name, line in lines.lines.items() if name not in _PAGE}
    of_the_asked(found.get("receipt"), asked, "a progress row")
    _all_within_reason(found, "a progress row")
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


def told(lines: Fields, scopes: Sequence[Scope]) -> tuple[tuple[Progress, ...], list[Unread]]:
    """Where the filings of these rows stand, and the rows that do not say it.

    MappingError where there are many and none says it: it is the page that is not understood, and
    who left it behind would have to ask about every filing in it.
    """
    understood, unread = [], []
    for scope in scopes:
        try:
            against = breaks(scope.row)
            if against is not None:
                raise MappingError(against)
            understood.append(progress(lines, scope, None))
        except MappingError as error:
            unread.append(Unread(receipt=_number(lines, scope), why=str(error)))
    if not understood and len(unread) >= WHOLE_PAGE:
        raise MappingError(unread[0].why)
    return tuple(understood), unread


def message(department: str, lines: Fields, scopes: Sequence[Scope]) -> Sequence[Progress]:
    """What all rows of a message say; ContractBroken with what is understood, if not all do."""
    understood, unread = told(lines, scopes)
    if unread:
        broken = ContractBroken(department, unread[0].why, unread=True)
        broken.understood = understood
        broken.numbers = [row.receipt for row in unread]
        raise broken
    return list(understood)


def _number(lines: Fields, scope: Scope) -> str | None:
    """The receipt of a row of which nothing else may be of use."""
    with suppress(MappingError):
        found = lines.lines["receipt"](scope)
        if isinstance(found, str):
            within_reason(found, "a receipt")
            return found or None
    return None


def certificate(lines: Mapping[str, Compute], scope: Scope) -> Certificate | None:
    """What was issued, None without a number."""
    found = {name: compute(scope) for name, compute in lines.items()}
    of_the_asked(found.pop("receipt", None), scope.ask.get("receipt"), "a certificate")
    _all_within_reason(found, "a certificate")
    if found["number"] is None:
        return None
    if found["name"] is None or found["issued_on"] is None:
        raise MappingError("a certificate has no name or no date of issue")
    return Certificate(**found)


def _all_within_reason(found: Mapping[str, Any], place: str) -> None:
    for name, value in found.items():
        if isinstance(value, str):
            within_reason(value, f"{place}: {name}")


def page(lines: Fields, scope: Scope) -> tuple[str, bool]:
    """Cursor of a feed's next page, and whether there is more already."""
    found = {name: lines.lines[name](scope) for name in _PAGE if name in lines.lines}
    if found["cursor"] is None:
        raise MappingError("the feed gives no cursor")
    _all_within_reason(found, "a page of the feed")
    return found["cursor"], bool(found.get("more", False))


class Keyed:
    """How the rows of one call's answers are sorted under the keys that were asked; made once."""

    def __init__(self, department: str, call: Call) -> None:
        self._department, self._scopes = department, call.fields.scopes
        told_apart = call.spec.batch > 1 or call.spec.match is not None
        self.match = call.fields.match if told_apart else None
        self._judge = call.fields.each_outcome.judge
        self._lists = call.spec.many  # then nobody notices that a key has a row less

    def read(
        self, keys: Sequence[str], ask: Ask, root: Any, value: Callable[[Scope, str], T | None]
    ) -> dict[str, list[T] | AdapterError]:
        """Every key with its values, or its own error. The only key's error is raised."""
        found: dict[str, list[T] | AdapterError] = {key: [] for key in keys}
        rows = [] if isinstance(root, Settled) else self._scopes(ask, root)
        keyed = [(self._key(scope, keys[0]), scope) for scope in rows]
        foreign = sum(bool(key) and key not in found for key, _ in keyed)
        if foreign and (self._lists or foreign == len(keyed)):
            raise ContractBroken(self._department, "a row is about something not asked for")
        for key, scope in keyed:
            held = found.get(key)
            if isinstance(held, list):
                one = self._one(scope, key, value)
                if isinstance(one, AdapterError):
                    found[key] = one
                elif one is not None:
                    held.append(one)
        only = found[keys[0]] if len(keys) == 1 else None
        if isinstance(only, AdapterError):
            raise only
        return found

    def _one(
        self, scope: Scope, key: str, value: Callable[[Scope, str], T | None]
    ) -> T | AdapterError | None:
        """What one row gives; None where it says that there is nothing."""
        row = scope.row
        try:
            verdict = row.verdict if isinstance(row, FailedRow) else self._judge(scope)
            if verdict is None:
                return value(scope, key)
        except MappingError as error:
            return ContractBroken(self._department, str(error), unread=True)
        return None if isinstance(verdict, Settled) else verdict

    def _key(self, scope: Scope, first: str) -> str:
        if isinstance(scope.row, FailedRow):
            return scope.row.key
        if self.match is None:
            return first
        try:
            said = self.match(scope)
            return "" if said is None else str(said)  # a row of nothing is nobody's
        except MappingError as error:
            raise ContractBroken(self._department, str(error), unread=True) from None
