"""WS-Security: the UsernameToken with a digested password, as zeep makes it.

What stands around the values is made once; the nonce, the moment, and the digest of both with the
password are all that differs from call to call. Tests hold every header against zeep's own; zeep
itself, seven megabytes with what it brings, is not imported for it.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from xml.sax import saxutils

from adapters.soap.envelope import SOAP11, SOAP12
from adapters.soap.xml import escape

_BASE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_SECEXT = f"{_BASE}-wssecurity-secext-1.0.xsd"
_UTILITY = f"{_BASE}-wssecurity-utility-1.0.xsd"
_DIGESTED = f"{_BASE}-username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_BASE}-soap-message-security-1.0#Base64Binary"


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
    start = (
        f'<wsse:Security xmlns:wsse="{_SECEXT}" xmlns:wsu="{_UTILITY}"'
        f' xmlns:env="{SOAP12 if soap12 else SOAP11}" env:mustUnderstand="1"><wsse:UsernameToken>'
        f"<wsse:Username>{_as_zeep_writes(username)}</wsse:Username>"
        f'<wsse:Password Type="{_DIGESTED}">'
    )
    middle = f'</wsse:Password><wsse:Nonce EncodingType="{_BASE64}">'
    last = "</wsse:Nonce><wsu:Created>"
    end = "</wsu:Created></wsse:UsernameToken></wsse:Security>"

    def header() -> str:
        salt, moment = nonce(), _told(now())
        digest, shown = _digest(salt, moment, secret), b64encode(salt).decode()
        return f"{start}{digest}{middle}{shown}{last}{moment}{end}"

    return header


def _as_zeep_writes(text: str) -> str:
    return saxutils.escape(text, {"\r": "&#13;"})


def _digest(nonce: bytes, moment: str, secret: bytes) -> str:
    # the digest of the standard is SHA-1; TLS underneath carries the secrecy
    return b64encode(hashlib.sha1(nonce + moment.encode() + secret).digest()).decode()  # noqa: S324


def _told(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"
