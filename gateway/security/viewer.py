"""From a token to the viewer: who asks, and nothing more than the token said."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import httpx
import structlog

from gateway.security import dev_issuer
from gateway.security.keys import FixedKeys, JwksKeys
from gateway.security.tokens import MOST_SIGNATURES, TokenRefused, TokenVerifier
from gateway.settings import Settings
from schema.domain.identifiers import is_uscc
from schema.graph.ports import Viewer

log = structlog.get_logger(__name__)

ANONYMOUS = Viewer(subject="anonymous", roles=frozenset())
ROLES = frozenset({"citizen", "enterprise", "agent", "clerk", "officer", "auditor", "operator"})

_CLAIMS = ("uscc", "agent_name", "agent_id_number", "phone")
_LONGEST_CLAIM = 100
_LONGEST_KEPT = 73
_SUBJECT = re.compile(r"[A-Za-z0-9._@|~-]{1,255}")  # OIDC Core 1.0 §2: at most 255 ASCII characters


class Authenticator:
    """Bearer token in, viewer out: anonymous without a token, None for one that does not hold."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier
        self._known: dict[str, tuple[Mapping[str, Any], Viewer]] = {}

    async def __call__(self, token: str | None) -> Viewer | None:
        """Who asks; None is one answer for every reason."""
        if token is None:
            return ANONYMOUS
        try:
            return self._viewer(token, await self._verifier.verify(token))
        except TokenRefused as refused:
            log.info("token.refused", reason=str(refused))
            return None

    def known(self, token: str | None) -> Viewer | None:
        """Who asks, where that was found before and holds now; None: ask."""
        if token is None:
            return ANONYMOUS
        claims = self._verifier.known(token)
        if claims is None:
            return None
        known = self._known.get(token)
        return known[1] if known is not None and known[0] is claims else None

    def _viewer(self, token: str, claims: Mapping[str, Any]) -> Viewer:
        """What these very claims were read as before, or what they are read as now."""
        known = self._known.get(token)
        if known is not None and known[0] is claims:
            return known[1]
        viewer = viewer_of_claims(claims)
        if len(self._known) >= MOST_SIGNATURES:
            del self._known[next(iter(self._known))]
        self._known[token] = (claims, viewer)
        return viewer


def authenticator(settings: Settings, client: httpx.AsyncClient) -> Authenticator:
    """The authenticator these settings call for: the dev issuer's in dev, else the real one's."""
    identity = settings.identity
    if settings.dev_issuer:
        verifier = TokenVerifier(
            issuer=dev_issuer.ISSUER,
            audience=identity.audience,
            keys=FixedKeys(dev_issuer.dev_key(settings)),
            dev=True,
        )
        return Authenticator(verifier)
    if identity.issuer is None or identity.jwks_url is None:
        raise ValueError("no issuer: settings were not checked")
    keys = JwksKeys(identity.jwks_url, client)
    return Authenticator(
        TokenVerifier(issuer=identity.issuer, audience=identity.audience, keys=keys)
    )


def viewer_of_claims(claims: Mapping[str, Any]) -> Viewer:
    """The viewer a verified token describes; TokenRefused when it describes none.

    An enterprise is its credit code, whoever of its staff is logged in; anybody else is their
    `sub`. With `act` (RFC 8693) the viewer is the actor, acting for the token's subject.
    """
    roles, principal = _roles(claims), _principal(claims)
    actor = claims.get("act")
    if ("agent" in roles) != (actor is not None):
        raise TokenRefused("agent")
    department = claims.get("department")
    if ("officer" in roles) != (isinstance(department, str) and department != ""):
        raise TokenRefused("department")
    return Viewer(
        subject=principal if actor is None else _person(_of(actor)),
        roles=roles,
        claims=_personal(claims),
        acting_for=None if actor is None else principal,
        department=department,
    )


def _roles(claims: Mapping[str, Any]) -> frozenset[str]:
    told = claims.get("roles")
    if not isinstance(told, list) or not all(isinstance(r, str) for r in told):
        raise TokenRefused("roles")
    roles = frozenset(told) & ROLES
    if not roles:
        raise TokenRefused("roles")
    return roles


def _principal(claims: Mapping[str, Any]) -> str:
    uscc = claims.get("uscc")
    if uscc is None:
        if "enterprise" in claims["roles"]:
            raise TokenRefused("uscc")
        return _person(claims["sub"])
    if not isinstance(uscc, str) or not is_uscc(uscc):
        raise TokenRefused("uscc")
    return f"enterprise:{uscc}"


def _person(sub: object) -> str:
    if not isinstance(sub, str) or not _SUBJECT.fullmatch(sub):
        raise TokenRefused("sub")
    # What is owned is kept under this name, in columns of one size.
    kept = sub if len(sub) <= _LONGEST_KEPT else f"sha256:{sha256(sub.encode()).hexdigest()}"
    return f"person:{kept}"


def _of(actor: object) -> object:
    return actor.get("sub") if isinstance(actor, dict) else None


def _personal(claims: Mapping[str, Any]) -> Mapping[str, str]:
    told = {name: claims[name] for name in _CLAIMS if claims.get(name) is not None}
    if any(not isinstance(v, str) or len(v) > _LONGEST_CLAIM for v in told.values()):
        raise TokenRefused("claims")
    return told
