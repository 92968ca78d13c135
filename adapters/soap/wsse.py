"""WS-Security UsernameToken with a digested password."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha1

from adapters.soap.xml import escape

_BASE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_SECEXT, _UTILITY = f"{_BASE}-wssecurity-secext-1.0.xsd", f"{_BASE}-wssecurity-utility-1.0.xsd"
_PROFILE = f"{_BASE}-username-token-profile-1.0#PasswordDigest"
_BINARY = f"{_BASE}-soap-message-security-1.0#Base64Binary"


def username_token(
    username: str, password: str, *, nonce: Callable[[], bytes], now: Callable[[], float]
) -> Callable[[], str]:
    """Makes the Security header; each call has its own nonce and creation time."""
    secret, name = password.encode(), escape(username)

    def header() -> str:
        salt = nonce()
        moment = datetime.fromtimestamp(now(), UTC)
        created = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
        # the digest of the standard is SHA-1; TLS underneath carries the secrecy
        digest = b64encode(sha1(salt + created.encode() + secret).digest()).decode()  # noqa: S324
        return (
            f'<wsse:Security xmlns:wsse="{_SECEXT}" xmlns:wsu="{_UTILITY}" env:mustUnderstand="1">'
            f"<wsse:UsernameToken><wsse:Username>{name}</wsse:Username>"
            f'<wsse:Password Type="{_PROFILE}">{digest}</wsse:Password>'
            f'<wsse:Nonce EncodingType="{_BINARY}">{b64encode(salt).decode()}</wsse:Nonce>'
            f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
        )

    return header
