"""Domain values to the bytes the store keeps, and back. JSON only."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gateway.cases.tables import KEY_SIZE
from schema.domain.case import Case, Event, EventKind

_case = msgspec.json.Decoder(Case)
_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode
_canonical = msgspec.json.Encoder(order="deterministic").encode


def case_bytes(case: Case) -> bytes:
    """The reduced case as JSON."""
    return _encode(case)


def case_from(body: bytes) -> Case:
    """The case these bytes hold; msgspec.ValidationError when they hold none."""
    return _case.decode(body)


def data_bytes(data: Any) -> bytes:
    """JSON; decimals and dates become strings."""
    return _encode(data)


def data_from(body: bytes) -> Any:
    """JSON-native values."""
    return _any.decode(body)


def native(data: Any) -> Any:
    """The value as it will be read back: what is promised now is what is seen later."""
    return data_from(data_bytes(data))


def digest(data: Any) -> str:
    """One digest for one content, whatever the order of its keys."""
    return hashlib.sha256(_canonical(data)).hexdigest()


def event_row(event: Event) -> dict[str, Any]:
    """An event as its row. A key too long for its column ends in its own digest."""
    return {
        "key": _bounded(event.key),
        "case_id": event.case,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "item": event.item,
        "data": data_bytes(event.data),
    }


def _bounded(key: str) -> str:
    if len(key) <= KEY_SIZE:
        return key
    whole = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: KEY_SIZE - len(whole) - 1]}:{whole}"


def event_from(row: Mapping[str, Any]) -> Event:
    """The event of a row."""
    return Event(
        key=row["key"],
        case=row["case_id"],
        kind=EventKind(row["kind"]),
        at=datetime.fromisoformat(row["at"]),
        actor=row["actor"],
        item=row["item"],
        data=data_from(row["data"]),
    )
