"""One request as a department noted it: an outcome that is filled in later, then what came.

The outcome stands first and has a fixed size, so that a request is in the journal before it is
answered: a department that is killed in mid-call leaves it behind, open.
"""

import struct
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

_OUTCOME = struct.Struct("<Hf80s80s")  # names over 80 bytes are cut
_DURATION = struct.Struct("<2xf")
_BEGINNING = struct.Struct("<Hf")
_REAL_AT = struct.Struct(">d")  # as MessagePack writes a float: after an array's head and its own
_REAL_AT_AT = _OUTCOME.size + 2
_OPEN_S = -1.0
OUTCOME_SIZE = _OUTCOME.size


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a request. `status` 0: nothing was answered; `duration_s` None: it goes on."""

    status: int = 0
    duration_s: float | None = None
    operation: str = ""  # "": the department did not find out what was asked
    fault: str = ""

    def packed(self) -> bytes:
        """The fixed bytes; names over 80 bytes are cut."""
        duration = _OPEN_S if self.duration_s is None else self.duration_s
        operation, fault = self.operation.encode(), self.fault.encode()
        return _OUTCOME.pack(self.status, duration, operation, fault)  # which cuts them


class Received(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What came: header names are lower case, `body` is at most the cap of `size` bytes."""

    real_at: float  # Unix seconds; first, where `real_at_of` looks for it
    virtual_at: datetime
    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    size: int


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Received)


_OPEN = Outcome().packed()


def noted(*received: Any) -> bytes:
    """As `packed` writes a request of these, which are the fields of `Received` in their order."""
    return _OPEN + _ENCODER.encode(received)


def written(part: Any) -> msgspec.Raw:
    """One of these fields as `noted` writes it, to be given to it instead."""
    return msgspec.Raw(_ENCODER.encode(part))


def came_of_it(status: int, duration_s: float, operation: str, fault: str) -> bytes:
    """As an `Outcome` of these is packed."""
    return _OUTCOME.pack(status, duration_s, operation.encode(), fault.encode())


Record = Callable[[float, float, datetime, bytes, bytes], bytes]
"""Duration, real and virtual moment, query, whole body: as `packed` writes that, being over."""


def recorder(
    status: int, operation: str, fault: str, method: str, path: str, headers: Any
) -> Record:
    """Writes records of what differs in nothing else; `headers` may be `written` already."""
    named = came_of_it(status, 0.0, operation, fault)[_BEGINNING.size :]
    begin, encode = _BEGINNING.pack, _ENCODER.encode

    def record(duration_s: float, real: float, at: datetime, query: bytes, body: bytes) -> bytes:
        came = encode((real, at, method, path, query, headers, body, len(body)))
        return begin(status, duration_s) + named + came

    return record


def packed(received: Received, outcome: Outcome | None = None) -> bytes:
    """A record's payload; without an outcome it is open."""
    return (outcome.packed() if outcome else _OPEN) + _ENCODER.encode(received)


def unpacked(payload: bytes) -> tuple[Outcome, Received]:
    """A record's payload read again."""
    return outcome_of(payload), _DECODER.decode(payload[OUTCOME_SIZE:])


def outcome_of(payload: bytes) -> Outcome:
    """What came of it; nothing else is read."""
    status, duration, operation, fault = _OUTCOME.unpack_from(payload)
    return Outcome(
        status=status,
        duration_s=None if duration < 0 else duration,
        operation=_text(operation),
        fault=_text(fault),
    )


def is_open(payload: bytes) -> bool:
    """Whether nothing came of it yet; the first `OUTCOME_SIZE` bytes are enough."""
    duration: float = _DURATION.unpack_from(payload)[0]
    return duration < 0


def real_at_of(payload: bytes) -> float:
    """When it came; nothing else is read."""
    real_at: float = _REAL_AT.unpack_from(payload, _REAL_AT_AT)[0]
    return real_at


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode(errors="replace")
