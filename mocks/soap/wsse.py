"""WS-Security UsernameToken: password digest, a nonce used once, a creation time that is fresh."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from mocks.soap.envelope import Envelope, SoapFault, Whose
from mocks.soap.forms import Varies
from mocks.soap.xml import Element

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    "#PasswordDigest"
)
SECURITY = f"{{{WSSE}}}Security"
FRESH_S = 300.0


TOKEN_VARIES = {
    "Nonce": Varies("[0-9A-Za-z+/]{2,128}={0,2}", "AAAA"),
    "Created": Varies("[0-9T:.Z+-]{10,40}", "1970-01-01T00:00:00Z"),
    "Password": Varies("[0-9A-Za-z+/]{27}=", "A" * 27 + "="),
}


def _refused(code: str, text: str) -> SoapFault:
    return SoapFault(Whose.SENDER, text, subcode=(WSSE, code))


Shown = Mapping[str, str | None]
"""What a token says, by the names of its elements; `Type` is how the password is told."""


class UsernameTokens:
    """Lets in requests with a good token; remembers nonces for as long as a token is fresh."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password.encode()
        self._seen: dict[bytes, float] = {}

    def check(self, opened: Envelope, now: float) -> None:
        """Raise the wsse fault for a bad, stale or repeated token; `now` is Unix time."""
        self.admit(shown_by(opened), now)

    def admit(self, shown: Shown, now: float) -> None:
        """As `check`, of a token that was read."""
        nonce, created = _nonce(shown), _text(shown, "Created")
        age = abs(now - _moment(created))
        if age > FRESH_S:
            raise _refused("MessageExpired", "Created 已过期")
        if not self._right(shown, nonce, created):
            raise _refused("FailedAuthentication", "用户名或口令不正确")
        self._forget(now)
        if nonce in self._seen:
            raise _refused("InvalidSecurityToken", "Nonce 重复")
        self._seen[nonce] = now

    def _forget(self, now: float) -> None:
        """Nonces of tokens that are stale by now; they stand in the order they came."""
        while self._seen and now - next(iter(self._seen.values())) > 2 * FRESH_S:
            del self._seen[next(iter(self._seen))]

    def _right(self, shown: Shown, nonce: bytes, created: str) -> bool:
        if shown["Type"] != _DIGEST:
            raise _refused("UnsupportedSecurityToken", "只接受 PasswordDigest")
        # SHA-1 is what the UsernameToken profile says; TLS protects the message.
        digest = hashlib.sha1(nonce + created.encode() + self._password).digest()  # noqa: S324
        expected = base64.b64encode(digest)
        user, told = _text(shown, "Username"), (shown["Password"] or "").strip()
        return user == self._user and hmac.compare_digest(expected, told.encode())


def shown_by(opened: Envelope) -> Shown:
    """What the one token of a request says; raises the wsse fault when there is not one."""
    token = _token(opened)
    password = token.find(f"{{{WSSE}}}Password")
    return {
        "Username": token.findtext(f"{{{WSSE}}}Username"),
        "Type": None if password is None else password.get("Type"),
        "Password": None if password is None else password.text,
        "Nonce": token.findtext(f"{{{WSSE}}}Nonce"),
        "Created": token.findtext(f"{{{WSU}}}Created"),
    }


def _token(opened: Envelope) -> Element:
    blocks = [block for block in opened.headers if block.tag == SECURITY]
    tokens = [t for block in blocks for t in block.iterchildren(f"{{{WSSE}}}UsernameToken")]
    if len(blocks) != 1 or len(tokens) != 1:
        raise _refused("InvalidSecurity", "须有且仅有一个 UsernameToken")
    return tokens[0]


def _text(shown: Shown, name: str) -> str:
    if not (found := shown[name]):
        raise _refused("InvalidSecurity", "UsernameToken 不完整")
    return found.strip()


def _nonce(shown: Shown) -> bytes:
    try:
        return base64.b64decode(_text(shown, "Nonce"), validate=True)
    except binascii.Error:
        raise _refused("InvalidSecurity", "Nonce 不是 Base64") from None


def _moment(created: str) -> float:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        raise _refused("InvalidSecurity", "Created 不是时间") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
