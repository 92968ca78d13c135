"""A second level of memory that several processes share: JSON only, and never in the way.

Only records without personal fields are put there, under keys that are digests. Whatever goes
wrong with it is as if it had nothing; what fails again and again is left alone for a while.

A tag (a department, a register, a number, a viewer) has a token there. What is put bears the tokens
that were read before the department was asked; forgetting a tag changes its token, and whatever
bears another is no longer found, in whichever process it was put.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import orjson
import structlog

from gateway.federation.breaker import Breaker
from gateway.federation.kept import preserve, revive
from gateway.federation.memory import Key, Tag, tags_of
from schema.domain.department import Register
from schema.domain.reading import Reading

log = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE_S: Final = 0.05
MOST_BYTES: Final = 64_000  # of one reading there
_TOKENS_KEPT: Final = 10  # lives of a reading: a token outlives whatever bears the one before it

Tokens = Mapping[Key, Sequence[str]]
"""What a reading of each key is valid under."""


class Store(Protocol):
    """Bytes by name, with a time to live in seconds."""

    async def get(self, names: Sequence[str]) -> Sequence[bytes | None]:
        """What lies under these names, in their order."""
        ...

    async def set(self, values: Mapping[str, bytes], ttl: float) -> None:
        """Put these."""
        ...


class AiocacheStore:
    """A Store over aiocache: `memory://`, `redis://host:port/db`, or `rediss://…` over TLS."""

    def __init__(self, url: str) -> None:
        # Brings the client of Redis and its telemetry, for which one process alone need not pay.
        from aiocache import Cache
        from aiocache.serializers import NullSerializer

        # aiocache's own default for redis turns bytes into text; ours stay bytes.
        bytes_as_they_are = NullSerializer(encoding=None)
        self._cache = (
            Cache(Cache.MEMORY, serializer=bytes_as_they_are)
            if url == "memory://"
            else Cache(
                Cache.REDIS, serializer=bytes_as_they_are, connection_pool_class=_pool_at(url)
            )
        )

    async def get(self, names: Sequence[str]) -> Sequence[bytes | None]:
        values = await self._cache.multi_get(list(names))
        return [value if isinstance(value, bytes) else None for value in values]

    async def set(self, values: Mapping[str, bytes], ttl: float) -> None:
        await self._cache.multi_set(list(values.items()), ttl=float(ttl))

    async def aclose(self) -> None:
        """Give its connections back."""
        client = getattr(self._cache, "client", None)  # aiocache's own close() is not redis-py's
        if client is not None:
            await client.aclose()


def _pool_at(url: str) -> Callable[..., Any]:
    """Connections to this address, as Redis' own client reads it: aiocache's own way knows neither
    TLS nor a user, and leaves `%40` in a password as it stands.
    """
    from redis.asyncio import ConnectionPool

    return lambda **_: ConnectionPool.from_url(url, decode_responses=False)


class SharedMemory:
    """Readings of registers without personal data, kept for `ttl_s`; never raises, never slow.

    That there is no such record is kept for `absent_s` only.
    """

    def __init__(
        self,
        store: Store,
        *,
        ttl_s: float = 30.0,
        absent_s: float = 1.0,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._store = store
        self._patience_s = patience_s
        self._ttl_s = ttl_s
        self._absent_s = absent_s
        self._breaker = Breaker(threshold=3)

    async def get(
        self, keys: Sequence[Key], register: Register
    ) -> tuple[Mapping[Key, Reading], Tokens | None]:
        """What other processes learnt, and what the rest is to be put with (None: not at all).

        Nothing for garbage and for trouble.
        """
        if not shareable(register):
            return {}, None
        tags = list(dict.fromkeys(tag for key in keys for tag in tags_of(key)))
        names = [*map(name_of_tag, tags), *map(name_of, keys)]
        stored = await self._tried(partial(self._looked_up, names))
        if stored is None:
            return {}, None
        told = [(token or b"").decode("ascii", "replace") for token in stored[: len(tags)]]
        by_tag = dict(zip(tags, told, strict=True))
        tokens = {key: [by_tag[tag] for tag in tags_of(key)] for key in keys}
        found = {
            key: reading
            for key, value in zip(keys, stored[len(tags) :], strict=True)
            if value is not None and (reading := _revived(value, tokens[key], key, register))
        }
        return found, tokens

    async def put(self, readings: Mapping[Key, Reading], tokens: Tokens) -> None:
        """Tell the other processes; failing is no loss."""
        kept: dict[str, bytes] = {}
        absent: dict[str, bytes] = {}
        for key, reading in readings.items():
            stored = _preserved(key, reading, tokens) if reading.problem is None else None
            if stored is not None:
                (kept if reading.value else absent)[name_of(key)] = stored
        for values, ttl in ((kept, self._ttl_s), (absent, self._absent_s)):
            if values:
                await self._tried(partial(self._told, values, ttl))

    async def forget(self, tag: Tag) -> bool:
        """Nothing put before this is found any more; False where the store did not take it."""
        token = {name_of_tag(tag): secrets.token_hex(8).encode()}
        return bool(await self._tried(partial(self._told, token, self._ttl_s * _TOKENS_KEPT)))

    async def _looked_up(self, names: Sequence[str]) -> Sequence[bytes | None]:
        stored = await self._store.get(names)
        if len(stored) != len(names):
            raise ValueError("not as many values as names")
        if not all(value is None or isinstance(value, bytes) for value in stored):
            raise TypeError("a value that is no bytes")
        return stored

    async def _told(self, values: Mapping[str, bytes], ttl: float) -> bool:
        await self._store.set(values, ttl)
        return True

    async def _tried(self, do: Callable[[], Awaitable[T]]) -> T | None:
        """What came of it; None when nothing did, in time."""
        loop = asyncio.get_running_loop()
        era = self._breaker.admit(loop.time())
        if era is None:
            return None
        try:
            async with asyncio.timeout(self._patience_s):
                done = await do()
        # A rim: whatever a cache client raises, a cache that fails is a cache without the value.
        except Exception as error:
            self._breaker.failed(era, loop.time())
            log.warning("shared_memory.failed", kind=type(error).__name__)
            return None
        except BaseException:
            self._breaker.abandoned(era)
            raise
        self._breaker.answered(era)
        return done


def _preserved(key: Key, reading: Reading, tokens: Tokens) -> bytes | None:
    try:
        stored = preserve(reading, tokens[key])
    # A rim: what is no JSON, a whole number of more than 64 bits for example, stays here.
    except Exception as error:
        log.warning("shared_memory.garbage", register=key.source, kind=type(error).__name__)
        return None
    return stored if len(stored) <= MOST_BYTES else None


def _revived(stored: bytes, tokens: Sequence[str], key: Key, register: Register) -> Reading | None:
    if len(stored) > MOST_BYTES:
        return None
    many = any(lookup.many for lookup in register.lookups if lookup.name == key.way)
    try:
        reading = revive(stored, tokens, register)
        if reading is not None and isinstance(reading.value, list) is not many:
            raise TypeError("a list" if many else "one record")
        return reading
    # A rim: as above; whatever lies there, it is not ours.
    except Exception as error:
        log.warning("shared_memory.garbage", register=register.id, kind=type(error).__name__)
        return None


def shareable(register: Register) -> bool:
    """Whether none of its fields is personal."""
    return all(field.personal is None for field in register.fields)


def name_of(key: Key) -> str:
    """The name under which a value lies; tells nothing about it."""
    return "onething:3:" + hashlib.sha256(orjson.dumps(list(key))).hexdigest()


def name_of_tag(tag: Tag) -> str:
    """The name under which a tag's token lies."""
    return "onething:3:tag:" + hashlib.sha256(orjson.dumps(list(tag))).hexdigest()
