"""WS-Security: the UsernameToken with a digested password, as zeep makes it.

zeep makes one header at start; from then on its text is filled in: the nonce, the moment, and the
digest of both with the password are all that differs from call to call.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from adapters.soap.bare import bare
from adapters.soap.envelope import SOAP11, SOAP12
from adapters.soap.xml import escape

# The one module that makes the header; with the client in front of it come its transports.
with bare("zeep", "zeep.wsdl", "zeep.wsse"):
    from zeep.wsse.username import UsernameToken

_SECEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_MADE: Any = UsernameToken  # zeep has no types
# where a header of zeep's is cut; what a person is called cannot look like them
_NONCE, _MOMENT = bytes(range(33)), "9999-12-31T23:59:59.999Z"


class _Salt(bytes):
    """A nonce of bytes; zeep asks every nonce for its UTF-8, which random bytes are not."""

    def encode(self, _: str) -> bytes:
        """The bytes themselves."""
        return bytes(self)


class _Created(str):
    """A moment told to the millisecond; zeep asks a datetime, and would cut it to the second."""

    __slots__ = ()

    def replace(self, **_: Any) -> "_Created":  # type: ignore[override]  # as datetime has it
        """The same moment."""
        return self

    def isoformat(self) -> str:
        """The moment as it is written."""
        return str(self)


def username_token(
    username: str,
    password: str,
    *,
    nonce: Callable[[], bytes],
    now: Callable[[], float],
    soap12: bool = False,
) -> Callable[[], str]:
    """Makes the Security header; each call has its own nonce and creation time."""
    escape(username)  # a name XML cannot carry fails here, not at the first call
    secret = password.encode()
    whole = by_zeep(username, password, _NONCE, _MOMENT, soap12=soap12)
    start, rest = _cut(whole, f">{_digest(_NONCE, _MOMENT, secret)}<")
    middle, rest = _cut(rest, f">{b64encode(_NONCE).decode()}<")
    last, end = _cut(rest, f">{_MOMENT}<")

    def header() -> str:
        salt, moment = nonce(), _told(now())
        digest, shown = _digest(salt, moment, secret), b64encode(salt).decode()
        return f"{start}{digest}{middle}{shown}{last}{moment}{end}"

    return header


def by_zeep(username: str, password: str, nonce: bytes, moment: str, *, soap12: bool) -> str:
    """The whole header, made by zeep."""
    token = _MADE(username, password, use_digest=True, nonce=_Salt(nonce), created=_Created(moment))
    envelope = etree.fromstring(_envelope(SOAP12 if soap12 else SOAP11))
    token.apply(envelope, {})
    return etree.tostring(envelope[0][0], encoding="unicode")


def _cut(text: str, value: str) -> tuple[str, str]:
    """What stands before and behind the text of the one element that has it."""
    before, found, behind = text.partition(value)
    if not found or value in behind:
        raise ValueError("a header of zeep's that is not as it should be")
    return f"{before}>", f"<{behind}"


def _digest(nonce: bytes, moment: str, secret: bytes) -> str:
    # the digest of the standard is SHA-1; TLS underneath carries the secrecy
    return b64encode(hashlib.sha1(nonce + moment.encode() + secret).digest()).decode()  # noqa: S324


def _envelope(space: str) -> str:
    """An envelope whose Security is there, and must be understood; zeep fills it."""
    return (
        f'<env:Envelope xmlns:env="{space}"><env:Header><wsse:Security xmlns:wsse="{_SECEXT}" '
        f'xmlns:wsu="{_UTILITY}" env:mustUnderstand="1"/></env:Header></env:Envelope>'
    )


def _told(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"
