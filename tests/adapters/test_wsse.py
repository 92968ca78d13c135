"""The UsernameToken: made by zeep, and on the wire what every department was shown so far."""

import hashlib
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.soap.envelope import SOAP11, SOAP12
from adapters.soap.wsse import by_zeep, username_token

BASE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
SECEXT = f"{BASE}-wssecurity-secext-1.0.xsd"
UTILITY = f"{BASE}-wssecurity-utility-1.0.xsd"
RANDOM = bytes(range(240, 256))  # no UTF-8


def made(**more: bool) -> str:
    return username_token(
        "沈 & <Co>", "p&密码", nonce=lambda: RANDOM, now=lambda: 1_732_000_000.1239, **more
    )()


def test_the_digest_is_of_the_raw_nonce_the_moment_and_the_password() -> None:
    token = etree.fromstring(made())[0]
    assert [child.text for child in token] == [
        "沈 & <Co>",
        b64encode(
            hashlib.sha1(RANDOM + b"2024-11-19T07:06:40.123Z" + "p&密码".encode()).digest()  # noqa: S324
        ).decode(),
        b64encode(RANDOM).decode(),
        "2024-11-19T07:06:40.123Z",
    ]
    assert [child.tag for child in token] == [
        f"{{{SECEXT}}}Username",
        f"{{{SECEXT}}}Password",
        f"{{{SECEXT}}}Nonce",
        f"{{{UTILITY}}}Created",
    ]
    assert token[1].get("Type") == f"{BASE}-username-token-profile-1.0#PasswordDigest"
    assert token[2].get("EncodingType") == f"{BASE}-soap-message-security-1.0#Base64Binary"


@pytest.mark.parametrize(("soap12", "space"), [(False, SOAP11), (True, SOAP12)])
def test_it_must_be_understood_in_the_envelope_it_stands_in(soap12: bool, space: str) -> None:
    security = etree.fromstring(made(soap12=soap12))
    assert security.tag == f"{{{SECEXT}}}Security"
    assert security.get(f"{{{space}}}mustUnderstand") == "1"


def test_each_header_has_its_own_nonce_and_moment() -> None:
    nonces, moments = iter((b"a" * 16, b"b" * 16)), iter((0.0, 1.5))
    make = username_token("u", "p", nonce=lambda: next(nonces), now=lambda: next(moments))
    told = [[child.text for child in etree.fromstring(make())[0]][2:] for _ in range(2)]
    assert [b64decode(str(nonce)) for nonce, _ in told] == [b"a" * 16, b"b" * 16]
    assert [moment for _, moment in told] == [
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T00:00:01.500Z",
    ]


def test_a_name_xml_cannot_carry_fails_before_any_call() -> None:
    with pytest.raises(ValueError, match="XML cannot carry"):
        username_token("a\x00b", "p", nonce=lambda: RANDOM, now=lambda: 0.0)


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
)


@given(
    username=_WORDS, password=_WORDS, nonce=st.binary(min_size=1, max_size=40), soap12=st.booleans()
)
def test_every_header_is_what_zeep_would_have_made(
    username: str, password: str, nonce: bytes, soap12: bool
) -> None:
    make = username_token(username, password, nonce=lambda: nonce, now=lambda: 1.5, soap12=soap12)

    moment = "1970-01-01T00:00:01.500Z"
    assert make() == by_zeep(username, password, nonce, moment, soap12=soap12)
