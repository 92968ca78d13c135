"""WS-Security UsernameToken: password digest, a nonce used once, a creation time that is fresh."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime

from mocks.soap.envelope import Envelope, SoapFault, Whose
from mocks.soap.xml import Element

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    "#PasswordDigest"
)
SECURITY = f"{{{WSSE}}}Security"
FRESH_S = 300.0


def _refused(code: str, text: str) -> SoapFault:
    return SoapFault(Whose.SENDER, text, subcode=(WSSE, code))


class UsernameTokens:
    """Lets in requests with a good token; remembers nonces for as long as a token is fresh."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._seen: dict[bytes, float] = {}

    def check(self, opened: Envelope, now: float) -> None:
        """Raise the wsse fault for a bad, stale or repeated token; `now` is Unix time."""
        token = _token(opened)
        nonce, created = _nonce(token), _text(token, f"{{{WSU}}}Created")
        age = abs(now - _moment(created))
        if age > FRESH_S:
            raise _refused("MessageExpired", "Created 已过期")
        if not self._right(token, nonce, created):
            raise _refused("FailedAuthentication", "用户名或口令不正确")
        self._forget(now)
        if nonce in self._seen:
            raise _refused("InvalidSecurityToken", "Nonce 重复")
        self._seen[nonce] = now

    def _forget(self, now: float) -> None:
        """Nonces of tokens that are stale by now; they stand in the order they came."""
        while self._seen and now - next(iter(self._seen.values())) > 2 * FRESH_S:
            del self._seen[next(iter(self._seen))]

    def _right(self, token: Element, nonce: bytes, created: str) -> bool:
        password = token.find(f"{{{WSSE}}}Password")
        if password is None or password.get("Type") != _DIGEST:
            raise _refused("UnsupportedSecurityToken", "只接受 PasswordDigest")
        # SHA-1 is what the UsernameToken profile says; TLS protects the message.
        digest = hashlib.sha1(nonce + created.encode() + self._password.encode()).digest()  # noqa: S324
        expected = base64.b64encode(digest).decode()
        user = _text(token, f"{{{WSSE}}}Username")
        return user == self._user and hmac.compare_digest(expected, (password.text or "").strip())


def _token(opened: Envelope) -> Element:
    blocks = [block for block in opened.headers if block.tag == SECURITY]
    tokens = [t for block in blocks for t in block.iterchildren(f"{{{WSSE}}}UsernameToken")]
    if len(blocks) != 1 or len(tokens) != 1:
        raise _refused("InvalidSecurity", "须有且仅有一个 UsernameToken")
    return tokens[0]


def _text(token: Element, tag: str) -> str:
    found: str | None = token.findtext(tag)
    if not found:
        raise _refused("InvalidSecurity", "UsernameToken 不完整")
    return found.strip()


def _nonce(token: Element) -> bytes:
    try:
        return base64.b64decode(_text(token, f"{{{WSSE}}}Nonce"), validate=True)
    except binascii.Error:
        raise _refused("InvalidSecurity", "Nonce 不是 Base64") from None


def _moment(created: str) -> float:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        raise _refused("InvalidSecurity", "Created 不是时间") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
