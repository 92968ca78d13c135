"""What an operation may be for: a guess with its reason. Nothing is ever filed by a guess."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from adapters.drafting.places import Place, recorded, values
from adapters.drafting.view import OperationView
from adapters.drafting.vocabulary import CHANGES, ENCLOSED, FILED, NAMED, READS
from adapters.drafting.wording import tokens
from adapters.shape import Kind

_ENCLOSED = frozenset(word for word in ENCLOSED if not word.isascii())


class Purpose(StrEnum):
    """What operations of departments are for."""

    FILE = "file"
    PROGRESS = "progress"
    FIND_FILING = "find_filing"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    CERTIFICATE = "certificate"
    LOOKUP = "lookup"
    LIST = "list"
    FEED = "feed"
    VERIFICATION = "verification"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A guessed purpose, and why."""

    purpose: Purpose
    reason: str


def reads(operation: OperationView) -> str:
    """Why it may be believed that it changes nothing; empty when nothing says so."""
    if operation.reads:
        return f"{_method(operation)} changes nothing"
    if changing(operation):
        return ""
    word = next((word for word in _words(operation) if word in READS), None)
    word = word or _said(operation.about, READS)
    return f"{word!r} says that it reads" if word else ""


def changing(operation: OperationView) -> Purpose | None:
    """The purpose by which an operation changes something, going by the first verb in its name."""
    if operation.reads:
        return None
    for word in _words(operation):
        if word in READS:
            return None
        for purpose, known in CHANGES.items():
            if word in known:
                return Purpose(purpose)
    for purpose, known in CHANGES.items():
        if _said(operation.name, {word for word in known if not word.isascii()}):
            return Purpose(purpose)
    nameless = operation.name == operation.address
    changes = ("PUT", "PATCH", "DELETE", *(("POST",) if nameless else ()))
    return Purpose.FILE if _method(operation) in changes else None


def _method(operation: OperationView) -> str:
    """The HTTP method of a REST operation."""
    method, blank, _ = operation.address.partition(" ")
    return method if blank else ""


def _words(operation: OperationView) -> list[str]:
    """The words of its name, without the method and the numbers of versions."""
    words = [word.rstrip("0123456789") for word in tokens(operation.name)]
    nameless = operation.name == operation.address
    return [word for word in words[1 if nameless else 0 :] if word]


def guess(operation: OperationView, key: Place | None) -> Guess:
    """The most likely purpose, by name, words and shape; `key`: the one value it asks by."""
    if operation.trouble:
        return Guess(purpose=Purpose.UNKNOWN, reason=operation.trouble)
    changes = changing(operation)
    if changes:
        return Guess(purpose=changes, reason=f"its name says {changes.replace('_', ' ')}")
    taken = _taken(operation)
    if taken:
        return Guess(purpose=Purpose.FILE, reason=taken)
    for purpose, known in NAMED.items():
        word = _named(operation, known)
        if word and _fits(Purpose(purpose), operation, key):
            return Guess(purpose=Purpose(purpose), reason=f"{word!r} in its name or text")
    return _by_shape(operation, key)


def _taken(operation: OperationView) -> str:
    """Why its messages are those of a filing: what it is sent, and a receipt; empty when not."""
    if operation.reads or any(word in READS for word in _words(operation)):
        return ""
    places = values(operation.reply)
    numbered = any(place.identifies for place in places)
    timed = any(place.shape.kind is Kind.DATETIME for place in places)
    if not (numbered and timed):
        return ""
    asked = operation.asked(through_lists=True)
    if any(tokens(place.name) == ["idempotency", "key"] for place in asked):
        return "sent under an Idempotency-Key, a number and a time out"
    lists = dict.fromkeys(place.repeated[-1] for place in asked if place.repeated)
    enclosed = next((name for name in lists if _enclosed(name)), None)
    return f"sent with a list of {enclosed}, a number and a time out" if enclosed else ""


def _enclosed(name: str) -> bool:
    return bool(set(tokens(name)) & ENCLOSED) or any(word in name for word in _ENCLOSED)


def _fits(purpose: Purpose, operation: OperationView, key: Place | None) -> bool:
    """Whether the messages could serve a purpose that a word suggests."""
    if purpose is Purpose.VERIFICATION:
        return any(place.shape.kind is Kind.BOOLEAN for place in values(operation.reply))
    if purpose is Purpose.CERTIFICATE:
        return key is not None and bool(set(tokens(key.name)) & FILED)
    if purpose is Purpose.FEED:
        found = recorded(operation.reply, None)
        return found is not None and found.rows
    return key is not None


def _by_shape(operation: OperationView, key: Place | None) -> Guess:
    found = recorded(operation.reply, key.name if key else None)
    if found is None:
        return Guess(purpose=Purpose.UNKNOWN, reason=_no_record(operation))
    if key is not None and {"ref", "reference"} & set(tokens(key.name)):
        return Guess(purpose=Purpose.FIND_FILING, reason=f"asked by a reference ({key.name})")
    if key is not None and set(tokens(key.name)) & FILED and _has_status(operation):
        return Guess(
            purpose=Purpose.PROGRESS,
            reason=f"asked by a filing's number ({key.name}), a status out",
        )
    rows = "records" if found.rows else "a record"
    if key is not None:
        return Guess(purpose=Purpose.LOOKUP, reason=f"one key in ({key.name}), {rows} out")
    asked = [p.name for p in operation.asked() if not p.optional and not p.technical]
    several = f"asked by several values ({', '.join(asked[:4])})" if asked else "no key in"
    if found.rows:
        return Guess(purpose=Purpose.LIST, reason=f"{several}, records out")
    return Guess(purpose=Purpose.UNKNOWN, reason=f"{several}, a record out")


def _has_status(operation: OperationView) -> bool:
    words = {word for p in values(operation.reply, through_lists=True) for word in tokens(p.name)}
    return any(word.endswith(("status", "state", "stav", "zt")) for word in words)


def _no_record(operation: OperationView) -> str:
    inside = values(operation.reply)
    if len(inside) == 1 and inside[0].shape.kind is Kind.TEXT:
        return f"its reply is one text ({inside[0].name}): perhaps a document inside, see `inner`"
    return "the reply holds no record"


def _named(operation: OperationView, known: Set[str]) -> str | None:
    word = next((word for word in _words(operation) if word in known), None)
    chinese = {word for word in known if not word.isascii()}
    return word or _said(f"{operation.name} {operation.about}", chinese)


def _said(text: str, known: Set[str]) -> str | None:
    """A known word in a sentence; Chinese words stand without blanks around them."""
    words = set(tokens(text))
    return next((w for w in sorted(known) if (w in words if w.isascii() else w in text)), None)
