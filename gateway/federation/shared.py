"""A second level of memory that several processes share: JSON only, and never in the way.

Only records without personal fields are put there, under keys that are digests. Whatever goes
wrong with it is as if it had nothing.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import orjson
import structlog

from gateway.federation.memory import Key
from schema.domain.department import Register
from schema.domain.reading import Provenance, Reading

log = structlog.get_logger(__name__)

PATIENCE_S = 0.05


class Store(Protocol):
    """Bytes by name, with a time to live."""

    async def get(self, name: str) -> bytes | None: ...

    async def set(self, name: str, value: bytes, ttl: float) -> None: ...


class AiocacheStore:
    """A Store over aiocache: `memory://` or `redis://host:port/db`."""

    def __init__(self, url: str) -> None:
        # Brings the client of Redis and its telemetry, for which one process alone need not pay.
        from aiocache import Cache
        from aiocache.serializers import NullSerializer

        self._cache = (
            Cache(Cache.MEMORY, serializer=NullSerializer())
            if url == "memory://"
            else Cache.from_url(url)
        )
        # aiocache's own default for redis turns bytes into text; ours stay bytes.
        self._cache.serializer = NullSerializer(encoding=None)

    async def get(self, name: str) -> bytes | None:
        value = await self._cache.get(name)
        return value if isinstance(value, bytes) else None

    async def set(self, name: str, value: bytes, ttl: float) -> None:
        await self._cache.set(name, value, ttl=ttl)


class SharedMemory:
    """Readings of registers without personal data, kept for `ttl_s`; never raises, never slow."""

    def __init__(self, store: Store, *, ttl_s: float = 30.0) -> None:
        self._store = store
        self._ttl_s = ttl_s

    async def get(self, key: Key, register: Register) -> Reading | None:
        """What another process learnt; None for nothing, for garbage and for trouble."""
        if not shareable(register):
            return None
        try:
            async with asyncio.timeout(PATIENCE_S):
                stored = await self._store.get(name_of(key))
            return None if stored is None else revive(stored, register)
        # A rim: whatever a cache client raises, a cache that fails is a cache without the value.
        except Exception as error:
            log.warning(
                "shared_memory.failed", department=key.department, kind=type(error).__name__
            )
            return None

    async def put(self, key: Key, register: Register, reading: Reading) -> None:
        """Tell the other processes; failing is no loss."""
        if not shareable(register) or reading.problem is not None:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._store.set(name_of(key), preserve(reading), self._ttl_s)
        # A rim: as above.
        except Exception as error:
            log.warning(
                "shared_memory.failed", department=key.department, kind=type(error).__name__
            )


def shareable(register: Register) -> bool:
    """Whether none of its fields is personal."""
    return all(field.personal is None for field in register.fields)


def name_of(key: Key) -> str:
    """The name under which a value lies; tells nothing about it."""
    return "onething:1:" + hashlib.sha256(orjson.dumps(list(key))).hexdigest()


def preserve(reading: Reading) -> bytes:
    """A reading as JSON; decimals and dates as text."""
    origin = reading.provenance
    frame = origin and {
        "department": origin.department,
        "source": origin.source,
        "as_of": origin.as_of,
        "record_id": origin.record_id,
    }
    return orjson.dumps({"value": reading.value, "provenance": frame}, default=_text)


def revive(stored: bytes, register: Register) -> Reading:
    """The reading with its own types again; raises on anything that is not one."""
    document = orjson.loads(stored)
    frame = document["provenance"]
    return Reading(
        value=_typed(document["value"], register),
        provenance=Provenance(
            department=frame["department"],
            source=frame["source"],
            as_of=datetime.fromisoformat(frame["as_of"]),
            record_id=frame["record_id"],
        ),
    )


def _typed(value: Any, register: Register) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_record(entry, register) for entry in value]
    return _record(value, register)


def _record(value: Mapping[str, Any], register: Register) -> Mapping[str, Any]:
    kinds = {field.name: field.kind for field in register.fields}
    return {name: _REVIVE[kinds[name]](entry) for name, entry in value.items()}


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
