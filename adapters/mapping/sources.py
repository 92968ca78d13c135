"""What a request may be made from, call by call, and how each piece is fetched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from adapters.findings import did_you_mean
from adapters.mapping.parse import BadExpression, Path
from adapters.rules import Rule
from adapters.shape import Kind

Ask = Mapping[str, Any]
"""One call's sources by their root name."""


class Answer(NamedTuple):
    """One answered field, as a row of `each = "answers"`."""

    key: str
    value: Any


class Output(NamedTuple):
    """A certificate of another item, as a row of `each = "outputs"`."""

    item: str
    number: str
    name: str
    issued_on: Any
    licence_id: str | None
    valid_until: Any


@dataclass(frozen=True, slots=True)
class Root:
    """A source: a value, a record of known attributes, an open mapping, or rows."""

    kind: Kind = Kind.TEXT
    attributes: tuple[str, ...] = ()
    open: bool = False
    rows: tuple[str, ...] | None = None  # attributes of each row; () when a row is a plain value


_CERTIFICATE = ("number", "name", "issued_on", "licence_id", "valid_until")
_TEXT = Root()
_THEIRS = Root(Kind.ANY)  # their own number or cursor: whatever their contract makes of it
_ANSWERS = Root(open=True, rows=Answer._fields)
_MATERIALS = Root(rows=("code", "name", "sha256", "size", "media_type"))
_COMMON: Mapping[str, Root] = {
    "credentials": Root(open=True),
    "const": Root(open=True),
    "service": _TEXT,
    "sent_at": Root(Kind.DATETIME),
    "call_id": _TEXT,
}
_SUPPLEMENT = {
    "reference": _TEXT,
    "receipt": _THEIRS,
    "note": _TEXT,
    "answers": _ANSWERS,
    "materials": _MATERIALS,
}

SOURCES: Mapping[str, Mapping[str, Root]] = {
    "file": {
        "reference": _TEXT,
        "case": _TEXT,
        "item": _TEXT,
        "submitted_at": Root(Kind.DATETIME),
        "answers": _ANSWERS,
        "applicant": Root(
            attributes=("name", "identifier", "agent_name", "agent_id_number", "phone")
        ),
        "outputs": Root(open=True, attributes=_CERTIFICATE, rows=Output._fields),
        "materials": _MATERIALS,
    },
    "find_filing": {"reference": _TEXT},
    "supplement": _SUPPLEMENT,
    "find_supplement": _SUPPLEMENT,
    "withdraw": {"reference": _TEXT, "receipt": _THEIRS, "reason": _TEXT},
    "progress": {"receipt": _THEIRS, "receipts": Root(Kind.ANY, rows=())},
    "certificate": {"receipt": _THEIRS},
    "lookup": {"key": _TEXT, "keys": Root(rows=())},
    "verification": {"claims": Root(open=True)},
    "feed": {"cursor": _THEIRS},
    "callback": {},
    "once": {},  # a call made by hand, whose values are all given
}

Fetch = Callable[[Ask], Any]


def roots(call: str) -> Mapping[str, Root]:
    """The sources of a kind of call."""
    return {**SOURCES[call], **_COMMON}


def source(call: str, path: Path) -> tuple[Fetch, Kind]:
    """How to fetch a source; BadExpression when the call has no such one."""
    known = roots(call)
    name, *rest = path.steps
    root = known.get(name)
    if root is None:
        hint = did_you_mean(name, known)
        raise BadExpression(f"there is no source {name!r} here", Rule.SOURCE_UNKNOWN, hint)
    if not rest:
        return _whole(name, root)
    if root.open:
        return _open(path, name, rest, root)
    if len(rest) != 1 or rest[0] not in root.attributes:
        wrong = ".".join(rest)
        hint = did_you_mean(wrong, root.attributes)
        raise BadExpression(f"{name!r} has no {wrong!r}", Rule.SOURCE_PART, hint)
    return _attribute(name, rest[0]), kind_of(rest[0])


def _whole(name: str, root: Root) -> tuple[Fetch, Kind]:
    if root.rows is not None:
        return rows(name), Kind.ANY
    if root.open or root.attributes:
        sentence = f"{name!r} is not a value"
        raise BadExpression(sentence, Rule.SOURCE_PART, "name one of its parts")
    return (lambda ask: ask.get(name)), root.kind


def _open(path: Path, name: str, rest: list[str], root: Root) -> tuple[Fetch, Kind]:
    key = rest[0]
    if not root.attributes:
        if len(rest) != 1:
            raise BadExpression(f"{path} goes too deep", Rule.SOURCE_PART, f"write {name}.{key}")
        return (lambda ask: ask[name].get(key)), Kind.ANY
    if len(rest) != 2 or rest[1] not in root.attributes:
        hint = f"write {name}.<ITEM>.<one of {', '.join(root.attributes)}>"
        raise BadExpression(f"{path} names no part of an item", Rule.SOURCE_PART, hint)
    get = attrgetter(rest[1])

    def fetch(ask: Ask) -> Any:
        held = ask[name].get(key)
        return None if held is None else get(held)

    return fetch, kind_of(rest[1])


_KINDS = {"size": Kind.INTEGER, "issued_on": Kind.DATE, "valid_until": Kind.DATE}


def kind_of(attribute: str) -> Kind:
    """The kind of an attribute of a record or a row; an answer's is not known here."""
    return Kind.ANY if attribute == "value" else _KINDS.get(attribute, Kind.TEXT)


def _attribute(name: str, attribute: str) -> Fetch:
    get = attrgetter(attribute)
    return lambda ask: get(ask[name])


def rows(name: str) -> Fetch:
    """The rows of a source that can be repeated."""
    if name == "answers":
        return lambda ask: [Answer(k, v) for k, v in ask["answers"].items() if v is not None]
    if name == "outputs":
        return lambda ask: [
            Output(item, c.number, c.name, c.issued_on, c.licence_id, c.valid_until)
            for item, c in ask["outputs"].items()
        ]
    return lambda ask: ask[name]


def row(call: str, name: str) -> tuple[str, ...]:
    """What a row of this source offers; BadExpression when it has no rows."""
    root = roots(call).get(name)
    if root is None or root.rows is None:
        able = [key for key, value in roots(call).items() if value.rows is not None]
        hint = f"each takes {', '.join(able) or 'nothing here'}"
        raise BadExpression(f"{name!r} has no rows", Rule.SOURCE_EACH, hint)
    return root.rows


def listed(call: str, path: Path) -> tuple[str, ...] | None:
    """What each of many values offers, where the path names a whole source of many."""
    root = roots(call).get(path.steps[0]) if len(path.steps) == 1 and not path.relative else None
    return None if root is None else root.rows
