"""A bearer token to its claims, or nothing: who is refused learns no reason."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, extract_compact

from gateway.security.keys import Key, Keys
from gateway.settings_safety import DEV_ISSUER_PREFIX

log = structlog.get_logger(__name__)

ALGORITHMS = ("EdDSA", "Ed25519", "ES256")
LONGEST_TOKEN = 8_192
LEEWAY_S = 30
MOST_SIGNATURES = 2_000  # that are remembered to hold
_LONGEST_LIFE_S = 86_400
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})  # never a key or where to find one


class TokenRefused(Exception):
    """Not to be believed; the argument is for the log only."""


class _Registry(JWSRegistry):
    max_header_length = 2_048
    max_payload_length = LONGEST_TOKEN

    def get_alg(self, name: str) -> Any:
        # The library warns about EdDSA's old name, which every issuer still uses.
        if name not in ALGORITHMS:
            raise TokenRefused("alg")
        return self.algorithms[name]


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a token says, the key its signature was found to hold with, and when it may be believed.

    `since` and `until` are what its times come to; at any time between them all checks of it pass.
    """

    kid: str
    key: Key
    claims: Mapping[str, Any]
    since: float
    until: float


class TokenVerifier:
    """Believes access tokens of one issuer for one audience, signed with EdDSA or ES256.

    A signature, issuer and audience are checked once for each token and key, and that they hold is
    remembered by the token's text. Times, and whether the issuer still has the key, are looked at
    anew at every use.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        keys: Keys,
        dev: bool = False,
        real_now: Callable[[], float] = time.time,
    ) -> None:
        if issuer.startswith(DEV_ISSUER_PREFIX) and not dev:
            raise ValueError("the dev issuer is believed in the dev profile only")
        self._keys = keys
        self._real_now = real_now
        self._registry = _Registry(strict_check_header=False)
        self._signed: OrderedDict[str, _Signed] = OrderedDict()
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(real_now()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    @property
    def signatures(self) -> int:
        """How many are remembered to hold; never more than MOST_SIGNATURES."""
        return len(self._signed)

    async def verify(self, token: str) -> Mapping[str, Any]:
        """The claims; TokenRefused for everything else, whatever it is."""
        known = self.known(token)
        if known is not None:
            return known
        try:
            return await self._checked(token)
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as e:
            # Whatever a forger can make a parser raise is a refusal, not a bug.
            raise TokenRefused(type(e).__name__) from e

    def known(self, token: str) -> Mapping[str, Any] | None:
        """The claims of a token that was verified before and holds now; None: `verify` it."""
        signed = self._signed.get(token)
        if (
            signed is None
            or not signed.since <= self._real_now() < signed.until
            or self._keys.held(signed.kid) is not signed.key
        ):
            return None
        self._signed.move_to_end(token)
        return signed.claims

    async def _checked(self, token: str) -> Mapping[str, Any]:
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise TokenRefused("size")
        kid = _header(token)["kid"]
        key = await self._keys.find(kid)
        if key is None:
            raise TokenRefused("kid")
        read = jwt.decode(token, key, algorithms=list(ALGORITHMS), registry=self._registry)
        self._claims.validate(dict(read.claims))
        self._bound(read.claims)
        self._remember(token, _Signed(kid, key, read.claims, *_believable(read.claims)))
        return read.claims

    def _remember(self, token: str, signed: _Signed) -> None:
        self._signed[token] = signed
        self._signed.move_to_end(token)
        if len(self._signed) > MOST_SIGNATURES:
            self._signed.popitem(last=False)

    def _bound(self, claims: Mapping[str, Any]) -> None:
        """Times are whole numbers, and no token lives longer than a day from now."""
        times = [claims[name] for name in ("exp", "nbf", "iat") if name in claims]
        if any(type(t) is not int for t in times):
            raise TokenRefused("times")
        if claims["exp"] > self._real_now() + _LONGEST_LIFE_S:
            raise TokenRefused("life")


def _believable(claims: Mapping[str, Any]) -> tuple[float, float]:
    """From when on, and until when, these times of a valid token leave it valid."""
    begins = [claims[name] - LEEWAY_S for name in ("nbf", "iat") if name in claims]
    return max([claims["exp"] - _LONGEST_LIFE_S, *begins]), claims["exp"] + LEEWAY_S


def _header(token: str) -> Mapping[str, Any]:
    header: Mapping[str, Any] = extract_compact(token.encode()).headers()
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise TokenRefused("typ")
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused("alg")
    if not isinstance(header.get("kid"), str) or not header.keys() <= _HEADERS:
        raise TokenRefused("header")
    return header
