"""How a REST department is shown who we are: a fixed header, or an OAuth2 token while it lives."""

import asyncio
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final, Protocol
from urllib.parse import urlencode

import orjson

from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
)
from adapters.manifest.model import Manifest
from adapters.wire import Endpoint, Wire, WireReply, WireRequest

_EARLY_S = 30.0  # a token is renewed this long before it ends
_LONGEST_S = 86_400.0  # a token is held, however long it says it lives
APART_S: Final = 10.0  # what is refused now would be refused again: least time between such fetches


class Auth(Protocol):
    """Headers that say who we are."""

    def at_hand(self) -> Mapping[str, str] | None:
        """The headers of the next request, where nothing has to be asked for first."""
        ...

    async def headers(self, deadline: float) -> Mapping[str, str]:
        """The headers of the next request."""
        ...

    def rejected(self, headers: Mapping[str, str], *, anew: bool = False) -> bool:
        """Told of a 401 to a request with these, `anew` where it was sent with others before;
        whether other ones may do better.
        """
        ...


class FixedHeader:
    """The same header always, or none."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def at_hand(self) -> Mapping[str, str]:
        """The header."""
        return self._headers

    async def headers(self, deadline: float) -> Mapping[str, str]:
        """The header."""
        return self._headers

    def rejected(self, headers: Mapping[str, str], *, anew: bool = False) -> bool:
        """Nothing fresher to offer."""
        return False


class ClientCredentials:
    """OAuth2 client credentials: one token, one fetch at a time, renewed early."""

    def __init__(
        self,
        manifest: Manifest,
        endpoint: Endpoint,
        wire: Wire,
        monotonic: Callable[[], float],
    ) -> None:
        names, options = manifest.auth.names, manifest.auth.options
        known = endpoint.credentials
        form = {"grant_type": "client_credentials"}
        form |= {role: known.get(name, "") for role, name in names.items()}
        if options["scope"]:
            form["scope"] = options["scope"]
        self._request = WireRequest(
            method="POST",
            path=options["token_path"],
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            body=urlencode(form).encode(),
        )
        self._department, self._wire, self._monotonic = manifest.id, wire, monotonic
        self._lock = asyncio.Lock()
        self._headers: Mapping[str, str] | None = None
        self._renew_at = 0.0
        self._kept_until = 0.0  # though refused
        self._barred_until = 0.0  # we were given none not long ago

    def at_hand(self) -> Mapping[str, str] | None:
        """The Authorization header with a token that still lives, where there is one."""
        return self._headers if self._monotonic() < self._renew_at else None

    async def headers(self, deadline: float) -> Mapping[str, str]:
        """The Authorization header with a token that still lives."""
        held = self.at_hand()
        if held is not None:
            return held
        try:
            async with asyncio.timeout_at(deadline), self._lock:
                return self.at_hand() or await self._fetch(deadline)
        except TimeoutError:
            raise NotDelivered(self._department, "no token within the deadline") from None

    def rejected(self, headers: Mapping[str, str], *, anew: bool = False) -> bool:
        """Forget the token, if it is still this one: the next may be accepted.

        Where it came in place of a refused one, the next would be refused too: it is kept for a
        while, for other operations may take it.
        """
        if headers is not self._headers:
            return True  # it has been replaced since
        now = self._monotonic()
        if anew:
            self._kept_until = now + APART_S
        if now < self._kept_until:
            return False
        self._headers = None
        return True

    async def _fetch(self, deadline: float) -> Mapping[str, str]:
        if self._monotonic() < self._barred_until:
            raise Misconfigured(self._department, "no token: we were given none a moment ago")
        try:
            reply = await self._wire.send(self._request, deadline=deadline)
        except (OutcomeUnknown, ContractBroken) as error:
            raise NotDelivered(self._department, f"no token: {error.message}") from None
        token, lifetime = self._token(reply)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._renew_at = self._monotonic() + max(lifetime - _EARLY_S, lifetime / 2)
        return self._headers

    def _token(self, reply: WireReply) -> tuple[str, float]:
        if reply.status in (400, 401, 403):
            self._barred_until = self._monotonic() + APART_S
            raise Misconfigured(self._department, f"no token: HTTP {reply.status}")
        try:
            if reply.status != 200:
                raise ValueError
            body = orjson.loads(reply.body)
            token, lifetime = body["access_token"], float(body.get("expires_in", 60))
            if not isinstance(token, str) or not token.isprintable():
                raise ValueError
            if not (isfinite(lifetime) and lifetime > 0):  # never renewed, or for every call
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._untold(reply.status) from None
        return token, min(lifetime, _LONGEST_S)

    def _untold(self, status: int) -> AdapterError:
        return NotDelivered(self._department, f"no token: HTTP {status} without one")


async def accepted(
    department: str,
    auth: Auth,
    wire: Wire,
    made: Callable[[Mapping[str, str]], WireRequest],
    deadline: float,
) -> WireReply:
    """The reply to what is made with the headers that say who we are.

    Where they are refused a read is sent a second time with fresh ones; a write is NotDelivered.
    """
    known = auth.at_hand()
    if known is None:
        known = await auth.headers(deadline)
    request = made(known)
    reply = await wire.send(request, deadline=deadline)
    if reply.status != 401 or not auth.rejected(known):
        return reply
    if not request.asks:
        raise NotDelivered(department, "the token was not accepted")
    known = await auth.headers(deadline)
    reply = await wire.send(made(known), deadline=deadline)
    if reply.status == 401:
        auth.rejected(known, anew=True)
    return reply


def auth_of(
    manifest: Manifest, endpoint: Endpoint, wire: Wire, monotonic: Callable[[], float]
) -> Auth:
    """The way this department wants to know us."""
    spec = manifest.auth
    if spec.kind == "oauth2":
        return ClientCredentials(manifest, endpoint, wire, monotonic)
    if spec.kind == "header":
        value = endpoint.credentials.get(spec.names["value"], "")
        return FixedHeader({spec.options["name"]: spec.options["prefix"] + value})
    return FixedHeader({})
