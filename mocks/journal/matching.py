"""What a request should have been like, and where one differs from it.

Matched are the request line, headers, parameters, reference, status, fault, and any part of the
body, by leaves: `{"form": {"uscc": "9131…"}}` holds for a JSON body that says so whatever else it
says, `{"SubmitCase": {"CaseRef": "…"}}` for a SOAP body whatever its prefixes. "*" is any value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from mocks.journal.entry import Entry, leaves_of_value
from mocks.journal.record import Outcome

ANY = "*"
_LINE = ("department", "operation", "method", "path", "reference", "key", "fault", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where a request is not as it should be; `got` None: it is not there."""

    where: str
    expected: str
    got: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """A request that is looked for: what is not named may be anything."""

    line: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)  # text by path
    text: str = ""
    since: datetime | None = None  # real time

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """From JSON. ValueError for a `since` that is no moment with an offset."""
        since = datetime.fromisoformat(told["since"]) if told.get("since") else None
        if since is not None and since.tzinfo is None:
            raise ValueError("since: has no offset — write 2026-09-21T09:00:00+08:00")
        return cls(
            line={name: str(told[name]) for name in _LINE if told.get(name) is not None},
            headers={name.lower(): value for name, value in told.get("headers", {}).items()},
            query=dict(told.get("query", {})),
            body=dict(leaves_of_value(told.get("body", {}))),
            text=told.get("text") or "",
            since=since,
        )

    def in_question(self, entry: Entry) -> bool:
        """Whether the entry is of the time and the department that are looked at."""
        recent = self.since is None or entry.real_at >= self.since
        return recent and self.line.get("department", entry.department) == entry.department

    def matches(self, entry: Entry) -> bool:
        """Whether nothing differs."""
        if not self.in_question(entry):
            return False
        unsure = {}
        for path, expected in self.body.items():
            if (says := entry.says(path, expected)) is None:
                unsure[path] = expected
            elif not says:
                return False
        return next(self._differences(entry, unsure), None) is None

    def differences(self, entry: Entry) -> Iterator[Difference]:
        """Every place where the entry differs, cheapest first."""
        return self._differences(entry, self.body)

    def _differences(self, entry: Entry, body: Mapping[str, str]) -> Iterator[Difference]:
        for name, expected in self.line.items():
            if not agrees(name, expected, got := _line(entry, name)):
                yield Difference(where=name, expected=expected, got=got)
        for name, expected in self.headers.items():
            yield from _compared(f"header {name}", expected, entry.headers.get(name))
        for name, expected in self.query.items():
            yield from _compared(f"query {name}", expected, entry.query.get(name))
        for path, expected in body.items():
            yield from _compared(f"body {path}", expected, entry.leaves.get(path))
        if self.text and not _holds_text(entry, self.text):
            yield Difference(where="text", expected=self.text, got=None)

    @property
    def size(self) -> int:
        """How many things are asked for."""
        named = (self.line, self.headers, self.query, self.body)
        return sum(map(len, named)) + bool(self.text)


def agrees(name: str, expected: str, got: str | None) -> bool:
    """Whether a word of the request line is as expected; of several faults one is enough."""
    if name == "fault" and got and expected in got.split("+"):
        return True
    return got is not None and expected in (ANY, got)


def outcome_line(outcome: Outcome) -> Mapping[str, str | None]:
    """What a request line says of what came of it."""
    return {
        "operation": outcome.operation or None,
        "fault": outcome.fault or None,
        "status": str(outcome.status) if outcome.status else None,
    }


def _compared(where: str, expected: str, got: str | None) -> Iterator[Difference]:
    if got is None or expected not in (ANY, got):
        yield Difference(where=where, expected=expected, got=got)


def _line(entry: Entry, name: str) -> str | None:
    told: Mapping[str, str | None] = {
        "department": entry.department,
        "method": entry.received.method,
        "path": entry.path,
        **outcome_line(entry.outcome),
    }
    if name in told:
        return told[name]
    return entry.reference if name == "reference" else entry.key


def _holds_text(entry: Entry, text: str) -> bool:
    lines = (entry.path, entry.body, *entry.query.values(), *entry.headers.values())
    return any(text in line for line in lines)
