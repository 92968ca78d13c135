"""The keys bundles are signed with and checked against: one that signs, those that once did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
_RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class CheckKey:
    """A public key, and whether it still signs."""

    key: OKPKey
    retired: bool = False


CheckKeys = Mapping[str, CheckKey]  # by key id


class IssuingKeys:
    """One private key and the retired public ones. A key's id is its RFC 7638 thumbprint."""

    def __init__(self, active: OKPKey, retired: Sequence[OKPKey] = ()) -> None:
        self.active = active
        self.kid = active.thumbprint()
        former = {key.thumbprint(): CheckKey(_public(key), retired=True) for key in retired}
        # A key that signs is not retired, whatever list it was forgotten on.
        self.check: CheckKeys = {**former, self.kid: CheckKey(_public(active))}

    def jwks(self) -> dict[str, Any]:
        """Every public key as a JWKS, so that others can check without us; no private part."""
        return {"keys": [_published(kid, check) for kid, check in self.check.items()]}


def keys_of(jwks: Any) -> CheckKeys:
    """The usable keys of a published JWKS; ValueError when it has none."""
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    found = dict(filter(None, map(_read, entries))) if isinstance(entries, list) else {}
    if not found:
        raise ValueError("no Ed25519 key in it")
    return found


def _read(entry: Any) -> tuple[str, CheckKey] | None:
    if not isinstance(entry, dict) or (entry.get("kty"), entry.get("crv")) != ("OKP", ALGORITHM):
        return None
    try:
        key = _public(OKPKey.import_key({k: entry[k] for k in ("kty", "crv", "x")}))
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return key.thumbprint(), CheckKey(key, retired=entry.get("status") == _RETIRED)


def _published(kid: str, check: CheckKey) -> dict[str, Any]:
    return {
        "kty": "OKP",
        "crv": ALGORITHM,
        "x": check.key.as_dict(private=False)["x"],
        "kid": kid,
        "use": "sig",
        "alg": ALGORITHM,
        "status": _RETIRED if check.retired else "active",
    }


def _public(key: OKPKey) -> OKPKey:
    told = key.as_dict(private=False)
    return OKPKey.import_key({name: told[name] for name in ("kty", "crv", "x")})
