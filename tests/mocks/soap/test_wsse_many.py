"""Tokens by the hundred thousand: each is looked at in the same time, and repeats are found."""

import base64
import hashlib
import time
from datetime import UTC, datetime

import pytest
from lxml import etree

from mocks.soap.envelope import Envelope, SoapFault
from mocks.soap.wsse import SECURITY, WSSE, WSU, UsernameTokens

DIGEST = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    "#PasswordDigest"
)


def shown(nonce: bytes, at: float) -> Envelope:
    created = datetime.fromtimestamp(at, UTC).isoformat()
    digest = hashlib.sha1(nonce + created.encode() + b"secret").digest()  # noqa: S324 - as the profile says
    security = etree.Element(SECURITY)
    token = etree.SubElement(security, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = "me"
    password = etree.SubElement(token, f"{{{WSSE}}}Password", Type=DIGEST)
    password.text = base64.b64encode(digest).decode()
    etree.SubElement(token, f"{{{WSSE}}}Nonce").text = base64.b64encode(nonce).decode()
    etree.SubElement(token, f"{{{WSU}}}Created").text = created
    return Envelope(body=security, headers=(security,))


def test_a_nonce_is_known_while_its_token_is_fresh_and_forgotten_then() -> None:
    tokens = UsernameTokens("me", "secret")
    tokens.check(shown(b"one", 1000), 1000)
    with pytest.raises(SoapFault, match="Nonce"):
        tokens.check(shown(b"one", 1000), 1200)

    tokens.check(shown(b"two", 1700), 1700)

    assert len(tokens._seen) == 1


def test_a_digest_that_is_no_base64_is_a_wrong_one() -> None:
    asked = shown(b"one", 1000)
    asked.body[0][1].text = "口令"

    with pytest.raises(SoapFault, match="口令不正确"):
        UsernameTokens("me", "secret").check(asked, 1000)


def test_a_hundred_thousand_tokens_do_not_make_the_next_one_slow() -> None:
    tokens = UsernameTokens("me", "secret")
    tokens._seen = {n.to_bytes(4): 1000.0 for n in range(100_000)}
    asked = [shown(b"%d" % n, 1000) for n in range(200)]

    began = time.process_time()
    for one in asked:
        tokens.check(one, 1000)

    assert time.process_time() - began < 0.2  # looked through each time it were a second and more
