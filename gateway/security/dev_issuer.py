"""Tokens for the dev profile, signed with a key made on this machine; nobody else believes them.

The same verifier reads them as reads a real issuer's: there is no way to switch checking off.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex

from joserfc import jwt
from joserfc.jwk import OKPKey

from gateway.security.key_file import KeyFileRefused, make_private_key, private_key
from gateway.settings import Settings
from gateway.settings_addresses import is_loopback
from gateway.settings_safety import DEV_ISSUER_PREFIX

ISSUER = f"{DEV_ISSUER_PREFIX}local"
KID_PREFIX = "dev-"
LIFETIME_S = 3600
_KEY_FILE = "issuer.pem"


class DevIssuerRefused(Exception):
    """Dev tokens are neither made nor believed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Somebody to be in the demo. `claims` are personal data: hidden from repr."""

    sub: str
    roles: tuple[str, ...]
    claims: Mapping[str, str] = field(default_factory=dict, repr=False)
    department: str | None = None
    agent: str | None = None  # who acts for `sub`


def applicant(*, uscc: str, agent_name: str, agent_id_number: str, phone: str) -> Persona:
    """An enterprise, through the staff member who applies for it."""
    claims = {
        "uscc": uscc,
        "agent_name": agent_name,
        "agent_id_number": agent_id_number,
        "phone": phone,
    }
    return Persona(sub=f"demo-{uscc}", roles=("enterprise",), claims=claims)


def clerk() -> Persona:
    """A clerk at the window, who asks departments about parked filings."""
    return Persona(sub="demo-clerk", roles=("clerk",))


def operator() -> Persona:
    """Who runs the gateway."""
    return Persona(sub="demo-operator", roles=("operator",))


def officer(department: str) -> Persona:
    """An officer of one department."""
    return Persona(sub=f"demo-officer-{department}", roles=("officer",), department=department)


def demo_token(settings: Settings, persona: Persona, *, now: int | None = None) -> str:
    """An access token for `persona`, good for an hour of real time."""
    key = dev_key(settings)
    at = int(time.time()) if now is None else now
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": settings.identity.audience,
        "sub": persona.sub,
        "iat": at,
        "exp": at + LIFETIME_S,
        "jti": token_hex(8),
        "roles": list(persona.roles),
        **persona.claims,
    }
    if persona.department is not None:
        claims["department"] = persona.department
    if persona.agent is not None:
        claims["act"] = {"sub": persona.agent}
    header = {"alg": "Ed25519", "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, claims, key, algorithms=["Ed25519"])


def dev_key(settings: Settings) -> OKPKey:
    """This machine's key, made at first use; DevIssuerRefused outside the dev profile."""
    refuse_outside_dev(settings)
    path = settings.dev_folder / _KEY_FILE
    make_private_key(path)
    try:
        key = private_key(path)
    except KeyFileRefused as refused:
        raise DevIssuerRefused(
            f"{path}: {refused.sentence} — delete it, a new one is made"
        ) from refused
    return OKPKey.import_key(
        key.as_dict(private=True), {"kid": KID_PREFIX + key.thumbprint()[:16], "use": "sig"}
    )


def refuse_outside_dev(settings: Settings) -> None:
    """DevIssuerRefused unless dev was asked for, on loopback, with no real issuer named."""
    if not settings.dev:
        raise DevIssuerRefused("dev tokens exist in the dev profile only")
    if settings.identity.issuer is not None:
        raise DevIssuerRefused("a real issuer is named: its tokens are believed, ours are not")
    if not is_loopback(settings.server.host):
        raise DevIssuerRefused("dev tokens exist on loopback only")
