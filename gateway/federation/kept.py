"""A reading as JSON, and back with its own types: the form it has outside of the process."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from schema.domain.department import Register
from schema.domain.reading import Provenance, Reading


def preserve(reading: Reading, tokens: Sequence[str] = ()) -> bytes:
    """A reading as JSON, with what it is valid under; decimals and dates as text."""
    origin = reading.provenance
    frame = origin and {
        "department": origin.department,
        "source": origin.source,
        "as_of": origin.as_of,
        "record_id": origin.record_id,
    }
    made = {"value": reading.value, "provenance": frame, "tokens": list(tokens)}
    return orjson.dumps(made, default=_text)


def revive(stored: bytes, tokens: Sequence[str], register: Register) -> Reading | None:
    """The reading with its own types again; None when its tokens are not these any more.

    Raises on anything that is no reading.
    """
    document = orjson.loads(stored)
    if document["tokens"] != list(tokens):
        return None
    return Reading(
        value=_typed(document["value"], register),
        provenance=_origin(document["provenance"], register),
    )


def _origin(frame: Mapping[str, Any], register: Register) -> Provenance:
    if (frame["department"], frame["source"]) != (register.department, register.id):
        raise ValueError("of another register")
    as_of = datetime.fromisoformat(frame["as_of"])
    if as_of.tzinfo is None:
        raise ValueError("a moment of no zone")
    return Provenance(
        department=register.department,
        source=register.id,
        as_of=as_of,
        record_id=_REVIVE["text"](frame["record_id"]),
    )


def _typed(value: Any, register: Register) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_record(entry, register) for entry in value]
    return _record(value, register)


def _record(value: Mapping[str, Any], register: Register) -> Mapping[str, Any]:
    kinds = {field.name: field.kind for field in register.fields}
    record = {name: _REVIVE[kinds[name]](entry) for name, entry in value.items()}
    if any(field.required and record.get(field.name) is None for field in register.fields):
        raise ValueError("a record of other fields")  # put there by another version, perhaps
    return record


def _exactly(kind: type) -> Any:
    def check(value: Any) -> Any:
        if value is not None and type(value) is not kind:
            raise TypeError(kind.__name__)
        return value

    return check


def _parsed(parse: Any) -> Any:
    return lambda value: None if value is None else parse(value)


_REVIVE: Mapping[str, Any] = {
    "text": _exactly(str),
    "integer": _exactly(int),
    "boolean": _exactly(bool),
    "decimal": _parsed(Decimal),
    "date": _parsed(date.fromisoformat),
    "datetime": _parsed(datetime.fromisoformat),
}


def _text(value: object) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(type(value).__name__)
