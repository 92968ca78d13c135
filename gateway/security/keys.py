"""The keys an issuer signs with: ours in dev, fetched and kept in production."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

log = structlog.get_logger(__name__)

Key = OKPKey | ECKey

_FRESH_S = 600.0
_USABLE_S = 86_400.0  # an issuer that is down for longer than a day is believed no more
_THROTTLE_S = 30.0
_WITHIN_S = 3.0
_LARGEST = 65_536
_HEADERS = {"accept": "application/json", "accept-encoding": "identity"}


class Keys(Protocol):
    """Where verification keys come from."""

    async def find(self, kid: str) -> Key | None:
        """The public key with this id; None when the issuer has no such key."""
        ...

    def held(self, kid: str) -> Key | None:
        """The key `find` would give at once; None where it would ask the issuer first."""
        ...


class FixedKeys:
    """Keys known from the start."""

    def __init__(self, *keys: Key) -> None:
        self._keys = {str(key.kid): _public(key) for key in keys}

    async def find(self, kid: str) -> Key | None:
        """The key with this id."""
        return self._keys.get(kid)

    def held(self, kid: str) -> Key | None:
        """The key with this id."""
        return self._keys.get(kid)


class JwksKeys:
    """An issuer's published keys, kept for ten minutes, and for a day while it does not answer.

    Whatever tokens come, the issuer is asked at most once in thirty seconds, and once at a time.
    """

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._client = client
        self._monotonic = monotonic
        self._keys: Mapping[str, Key] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """The key with this id, asking the issuer when it is unknown or due."""
        # Whoever comes while the first answer is on its way waits for it.
        if self._due(kid) or (kid not in self._keys and self._asking.locked()):
            async with self._asking:
                if self._due(kid):
                    await self._ask()
        return self._keys.get(kid) if self._usable() else None

    def held(self, kid: str) -> Key | None:
        """The key with this id, unless it is unknown or due."""
        return self._keys.get(kid) if not self._due(kid) and self._usable() else None

    def _due(self, kid: str) -> bool:
        now = self._monotonic()
        if self._asked_at is not None and now - self._asked_at < _THROTTLE_S:
            return False
        stale = self._fetched_at is None or now - self._fetched_at >= _FRESH_S
        return stale or kid not in self._keys

    def _usable(self) -> bool:
        return self._fetched_at is not None and self._monotonic() - self._fetched_at < _USABLE_S

    async def _ask(self) -> None:
        self._asked_at = self._monotonic()
        try:
            async with asyncio.timeout(_WITHIN_S):
                keys = await self._fetch()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as e:
            log.warning("issuer.keys_unavailable", reason=type(e).__name__)
            return
        self._keys, self._fetched_at = keys, self._monotonic()

    async def _fetch(self) -> Mapping[str, Key]:
        async with self._client.stream(
            "GET", self._url, headers=_HEADERS, follow_redirects=False
        ) as answer:
            answer.raise_for_status()
            body = b""
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST:
                    raise ValueError("more keys than any issuer has")
        keys = usable_keys(httpx.Response(200, content=body).json())
        if not keys:
            raise ValueError("no usable key")
        return keys


def usable_keys(jwks: Any) -> dict[str, Key]:
    """The Ed25519 and P-256 signing keys of a JWKS by id; everything else in it is passed over."""
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    found = [_usable_key(entry) for entry in entries] if isinstance(entries, list) else []
    return {str(key.kid): key for key in found if key is not None}


def _usable_key(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("use", "sig") != "sig":
        return None
    try:
        if (entry.get("kty"), entry.get("crv")) == ("OKP", "Ed25519"):
            return _public(OKPKey.import_key(entry))
        if (entry.get("kty"), entry.get("crv")) == ("EC", "P-256"):
            return _public(ECKey.import_key(entry))
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return None


def _public(key: Key) -> Key:
    kind = OKPKey if isinstance(key, OKPKey) else ECKey
    public = {k: v for k, v in key.as_dict(private=False).items() if k not in {"key_ops", "alg"}}
    return kind.import_key(public)
