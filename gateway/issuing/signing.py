"""Bundles as compact JWS (RFC 7515) signed with Ed25519 (RFC 9864): made once, read strictly."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from gateway.issuing.bundle import Bundle, bundle_from, canonical
from gateway.issuing.keys import ALGORITHM, CheckKeys, IssuingKeys

TYPE = "onething-bundle+jwt"  # a token of any other kind is never taken for a bundle
LONGEST = 64_000
_HEADER = frozenset({"alg", "kid", "typ"})


class Reason(StrEnum):
    """Why a text is no bundle of ours."""

    NOT_ONE = "it is not a signed bundle"
    TYPE = "it is signed, but not as a bundle"
    ALGORITHM = "it is not signed with Ed25519"
    KEY = "it names a key that is not among those known"
    SIGNATURE = "the signature does not hold: it was altered, or somebody else signed it"
    CONTENT = "the signature holds, but the content is none we know how to read"


class BundleRefused(Exception):
    """Not to be believed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A bundle whose signature holds."""

    bundle: Bundle
    kid: str
    retired: bool  # the key that signed it signs no more


def sign(bundle: Bundle, keys: IssuingKeys) -> str:
    """The signed bundle. The same bundle and key give the same text, whenever it is asked for."""
    header = {"alg": ALGORITHM, "kid": keys.kid, "typ": TYPE}
    return jws.serialize_compact(header, canonical(bundle), keys.active, algorithms=[ALGORITHM])


def verify(signed: str, keys: CheckKeys) -> Verified:
    """The bundle of this text; BundleRefused unless one of these keys signed exactly this text."""
    token = _token(signed)
    header = _header(token)
    known = keys.get(header["kid"])
    if known is None:
        raise BundleRefused(Reason.KEY)
    try:
        holds = jws.validate_compact(token, known.key, algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError):
        holds = False
    # Decoders pass over what is no base64 at all; only one spelling of a signature is taken.
    if not holds or not _spelled_once(token):
        raise BundleRefused(Reason.SIGNATURE)
    try:
        bundle = bundle_from(token.payload)
    except (ValueError, RecursionError) as error:
        raise BundleRefused(Reason.CONTENT) from error
    return Verified(bundle=bundle, kid=header["kid"], retired=known.retired)


def content_of(signed: str) -> Bundle:
    """What a bundle kept by us says, without checking it again; BundleRefused when nothing."""
    try:
        return bundle_from(_token(signed).payload)
    except ValueError as error:
        raise BundleRefused(Reason.CONTENT) from error


def _token(signed: str) -> jws.CompactSignature:
    if len(signed) > LONGEST or not signed.isascii():
        raise BundleRefused(Reason.NOT_ONE)
    try:
        return jws.extract_compact(signed.encode())
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        # Whatever a forger can make a parser raise is a refusal, not a bug.
        raise BundleRefused(Reason.NOT_ONE) from error


def _header(token: jws.CompactSignature) -> dict[str, Any]:
    header = token.headers()
    if header.get("typ") != TYPE:
        raise BundleRefused(Reason.TYPE)
    if header.get("alg") != ALGORITHM:
        raise BundleRefused(Reason.ALGORITHM)
    if header.keys() != _HEADER or not isinstance(header["kid"], str):
        raise BundleRefused(Reason.NOT_ONE)
    return header


def _spelled_once(token: jws.CompactSignature) -> bool:
    told = token.segments["signature"]
    return told == urlsafe_b64encode(urlsafe_b64decode(told + b"==")).rstrip(b"=")
