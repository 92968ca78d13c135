"""WS-Security: the UsernameToken with a digested password (UsernameToken Profile 1.1)."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from adapters.soap.envelope import SOAP11, SOAP12
from adapters.soap.xml import escape

_BASE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_SECEXT = f"{_BASE}-wssecurity-secext-1.0.xsd"
_UTILITY = f"{_BASE}-wssecurity-utility-1.0.xsd"
_DIGEST = f"{_BASE}-username-token-profile-1.0#PasswordDigest"
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
    bare = _envelope(SOAP12 if soap12 else SOAP11)

    def header() -> str:
        security = etree.fromstring(bare)[0][0]
        _fill(security, username, password, nonce(), _told(now()))
        return etree.tostring(security, encoding="unicode")

    return header


def _envelope(space: str) -> str:
    """An envelope whose Security is there, and must be understood; empty yet."""
    return (
        f'<env:Envelope xmlns:env="{space}"><env:Header><wsse:Security xmlns:wsse="{_SECEXT}" '
        f'xmlns:wsu="{_UTILITY}" env:mustUnderstand="1"/></env:Header></env:Envelope>'
    )


def _fill(
    security: etree._Element, username: str, password: str, nonce: bytes, created: str
) -> None:
    token = etree.SubElement(security, f"{{{_SECEXT}}}UsernameToken")

    def add(space: str, name: str, text: str, **attributes: str) -> None:
        etree.SubElement(token, f"{{{space}}}{name}", attributes).text = text

    # the digest of the standard is SHA-1; TLS underneath carries the secrecy
    digest = hashlib.sha1(nonce + created.encode() + password.encode())  # noqa: S324
    add(_SECEXT, "Username", username)
    add(_SECEXT, "Password", b64encode(digest.digest()).decode(), Type=_DIGEST)
    add(_SECEXT, "Nonce", b64encode(nonce).decode(), EncodingType=_BASE64)
    add(_UTILITY, "Created", created)


def _told(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
