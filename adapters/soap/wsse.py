"""WS-Security: the UsernameToken with a digested password, as zeep makes it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from zeep.wsse.username import UsernameToken

from adapters.soap.envelope import SOAP11, SOAP12
from adapters.soap.xml import escape

_SECEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_MADE: Any = UsernameToken  # zeep has no types


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
    bare = _envelope(SOAP12 if soap12 else SOAP11)

    def header() -> str:
        # the digest of the standard is SHA-1; TLS underneath carries the secrecy
        token = _MADE(
            username,
            password,
            use_digest=True,
            nonce=_Salt(nonce()),
            created=_Created(_told(now())),
        )
        envelope = etree.fromstring(bare)
        token.apply(envelope, {})
        return etree.tostring(envelope[0][0], encoding="unicode")

    return header


def _envelope(space: str) -> str:
    """An envelope whose Security is there, and must be understood; zeep fills it."""
    return (
        f'<env:Envelope xmlns:env="{space}"><env:Header><wsse:Security xmlns:wsse="{_SECEXT}" '
        f'xmlns:wsu="{_UTILITY}" env:mustUnderstand="1"/></env:Header></env:Envelope>'
    )


def _told(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
