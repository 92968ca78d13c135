"""Bundles: signed so that nothing of them can be changed, and readable after the key is not."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey

from gateway.issuing.bundle import canonical, code_as_printed, code_as_typed, new_code
from gateway.issuing.issuing import Issuing, issuing_keys
from gateway.issuing.keys import IssuingKeys, keys_of
from gateway.issuing.signing import LONGEST, TYPE, BundleRefused, Reason, sign, verify
from gateway.settings import Settings, SettingsInvalid, load_settings
from tests.gateway.bundles import CODE, KEYS, bundle, key

SIGNED = sign(bundle(), KEYS)
HEADER, PAYLOAD, SIGNATURE = SIGNED.split(".")


def refused(text: str, keys: IssuingKeys = KEYS) -> Reason:
    with pytest.raises(BundleRefused) as caught:
        verify(text, keys.check)
    return caught.value.reason


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed_with(header: Mapping[str, Any], payload: bytes | None = None) -> str:
    """Our own key under another header or over another content."""
    content = canonical(bundle()) if payload is None else payload
    return jws.serialize_compact(dict(header), content, KEYS.active, algorithms=["Ed25519"])


def test_what_was_signed_is_read_back_whole() -> None:
    verified = verify(SIGNED, KEYS.check)

    assert verified.bundle == bundle()
    assert (verified.kid, verified.retired) == (KEYS.active.thumbprint(), False)


def test_the_header_names_the_kind_and_the_key_by_its_thumbprint() -> None:
    header = json.loads(base64.urlsafe_b64decode(HEADER + "=="))

    assert header == {"alg": "Ed25519", "kid": KEYS.active.thumbprint(), "typ": TYPE}


@given(at=st.integers(0, len(SIGNED) - 1), put=st.characters(codec="utf-8"))
def test_no_character_can_be_changed(at: int, put: str) -> None:
    if SIGNED[at] != put:
        refused(SIGNED[:at] + put + SIGNED[at + 1 :])


def test_no_bit_can_be_flipped_and_no_character_left_out() -> None:
    for at, character in enumerate(SIGNED):
        refused(SIGNED[:at] + chr(ord(character) ^ 1) + SIGNED[at + 1 :])
        refused(SIGNED[:at] + SIGNED[at + 1 :])


@given(at=st.integers(0, len(SIGNED)), put=st.sampled_from("A!=. \n-_é\x00"))
def test_nothing_can_be_put_in(at: int, put: str) -> None:
    refused(SIGNED[:at] + put + SIGNED[at:])


@given(st.one_of(st.text(), st.text('eyJ.0aA-_{}"', max_size=60)))
def test_any_text_is_refused_and_never_breaks_the_reader(text: str) -> None:
    refused(text)
    refused(f"{HEADER}.{text}.{SIGNATURE}")
    refused(f"{text}.{PAYLOAD}.{SIGNATURE}")


def test_each_part_is_refused_for_its_own_reason() -> None:
    other = encoded(canonical(replace(bundle(), sub="31010420260907-XY")))
    wrong_alg = {"alg": "EdDSA", "kid": KEYS.kid, "typ": TYPE}

    assert refused(f"{HEADER}.{other}.{SIGNATURE}") is Reason.SIGNATURE
    assert refused(f"{HEADER}.{PAYLOAD}.{encoded(bytes(64))}") is Reason.SIGNATURE
    assert refused(f"{HEADER}.{PAYLOAD}.") is Reason.SIGNATURE
    assert refused(f"{encoded(wrong_alg)}.{PAYLOAD}.{SIGNATURE}") is Reason.ALGORITHM
    assert refused(f"{HEADER}.{PAYLOAD}") is Reason.NOT_ONE
    assert refused("A" * (LONGEST + 1)) is Reason.NOT_ONE
    assert refused("[" * 20_000 + "." + PAYLOAD + "." + SIGNATURE) is Reason.NOT_ONE


def test_another_kind_of_token_of_the_same_key_is_no_bundle() -> None:
    header = {"alg": "Ed25519", "kid": KEYS.kid}

    assert refused(signed_with({**header, "typ": "at+jwt"})) is Reason.TYPE
    assert refused(signed_with(header)) is Reason.TYPE


def test_a_header_that_asks_for_more_is_refused() -> None:
    header = {"alg": "Ed25519", "kid": KEYS.kid, "typ": TYPE}
    own = key().as_dict(private=False)

    assert refused(signed_with({**header, "jwk": own})) is Reason.NOT_ONE
    assert refused(f"{encoded({**header, 'kid': 1})}.{PAYLOAD}.{SIGNATURE}") is Reason.NOT_ONE


def test_no_weaker_algorithm_is_taken() -> None:
    none = encoded({"alg": "none", "kid": KEYS.kid, "typ": TYPE})
    public = OctKey.import_key({"kty": "oct", "k": str(KEYS.active.as_dict(private=False)["x"])})
    by_secret = {"alg": "HS256", "kid": KEYS.kid, "typ": TYPE}
    forged = jws.serialize_compact(by_secret, canonical(bundle()), public, algorithms=["HS256"])

    assert refused(f"{none}.{PAYLOAD}.") is Reason.ALGORITHM
    assert refused(forged) is Reason.ALGORITHM


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"jti": 1}', b"\xff", b"[" * 9_000])
def test_a_signed_content_that_is_no_bundle_is_refused(content: bytes) -> None:
    text = signed_with({"alg": "Ed25519", "kid": KEYS.kid, "typ": TYPE}, content)

    assert refused(text) is Reason.CONTENT


def test_a_key_that_was_replaced_still_proves_what_it_signed() -> None:
    after = IssuingKeys(key(), [KEYS.active])

    assert verify(SIGNED, after.check).retired
    assert not verify(sign(bundle(), after), after.check).retired


def test_a_key_that_is_on_no_list_proves_nothing() -> None:
    assert refused(SIGNED, IssuingKeys(key())) is Reason.KEY


def test_another_key_under_our_key_id_proves_nothing() -> None:
    stranger = key()
    header = {"alg": "Ed25519", "kid": KEYS.kid, "typ": TYPE}
    forged = jws.serialize_compact(header, canonical(bundle()), stranger, algorithms=["Ed25519"])

    assert refused(forged) is Reason.SIGNATURE


def test_published_keys_verify_and_tell_no_secret() -> None:
    rotated = IssuingKeys(key(), [KEYS.active])
    jwks = json.loads(json.dumps(rotated.jwks()))

    assert verify(SIGNED, keys_of(jwks)).retired
    assert [sorted(k) for k in jwks["keys"]] == [
        ["alg", "crv", "kid", "kty", "status", "use", "x"]
    ] * 2


def test_published_keys_are_known_by_what_they_are_and_not_by_what_they_say() -> None:
    lying = {**KEYS.jwks()["keys"][0], "kid": "someone-else"}

    assert list(keys_of({"keys": [lying]})) == [KEYS.kid]


@pytest.mark.parametrize("jwks", [None, [], {}, {"keys": 1}, {"keys": [1, {"kty": "OKP"}]}])
def test_what_holds_no_key_is_no_key_set(jwks: Any) -> None:
    with pytest.raises(ValueError, match="no Ed25519 key"):
        keys_of(jwks)


def test_the_same_content_is_the_same_text_and_tells_nothing_beyond_it() -> None:
    assert sign(bundle(), KEYS) == SIGNED
    assert msgspec.json.decode(canonical(bundle())).keys() == {
        "jti", "sub", "iat", "one_thing", "version", "district", "certificates"
    }  # fmt: skip


def test_check_codes_differ_and_are_read_however_they_are_typed() -> None:
    codes = {new_code() for _ in range(1_000)}
    code = codes.pop()

    assert len(codes) == 999
    assert code_as_typed(code) == code
    assert code_as_typed(f" {code_as_printed(code).lower()} ") == code


@pytest.mark.parametrize("typed", ["", "A" * 25, "A" * 27, "A" * 25 + "1", "Ａ" * 26, "A" * 99])
def test_what_cannot_be_a_check_code_is_none(typed: str) -> None:
    assert code_as_typed(typed) is None


def test_the_address_is_a_code_to_scan_that_loads_and_runs_nothing() -> None:
    issuing = Issuing(KEYS, address="https://gov.example/onething/", departments={})
    issued = issuing.issued(SIGNED)

    svg = ElementTree.fromstring(issuing.qr(issued.check_url))  # noqa: S314 - our own

    assert issued.check_url == f"https://gov.example/onething/check/{CODE}"
    assert {element.tag.rpartition("}")[2] for element in svg.iter()} == {"svg", "path"}
    assert svg.attrib.keys() == {"viewBox"}
    assert svg.get("viewBox") == "0 0 41 41"  # version 4, with a quiet zone of four modules


def dev(folder: Path, **more: Any) -> Settings:
    issuing = {f"issuing.{name}": value for name, value in more.items()}
    return load_settings({"profile": "dev", "dev_folder": str(folder), **issuing}, environ={})


def pem(folder: Path, name: str, content: bytes, mode: int = 0o600) -> str:
    path = folder / name
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


def test_dev_makes_a_key_once_for_nobody_else_to_read(tmp_path: Path) -> None:
    first, second = issuing_keys(dev(tmp_path)), issuing_keys(dev(tmp_path))

    assert first.kid == second.kid
    assert (tmp_path / "issuing.pem").stat().st_mode & 0o777 == 0o600


def test_a_named_key_signs_and_retired_ones_are_published(tmp_path: Path) -> None:
    active, old = key(), key()
    keys = issuing_keys(
        dev(
            tmp_path,
            key_file=pem(tmp_path, "a.pem", active.as_pem(private=True)),
            retired_keys=pem(tmp_path, "old.pem", old.as_pem(private=False), 0o644),
        )
    )

    assert keys.kid == active.thumbprint()
    assert keys.check.keys() == {active.thumbprint(), old.thumbprint()}


def test_every_key_that_cannot_be_used_is_named_with_its_remedy(tmp_path: Path) -> None:
    private, curve = key().as_pem(private=True), ECKey.generate_key("P-256").as_pem(private=False)
    x25519 = OKPKey.generate_key("X25519").as_pem(private=False)
    retired = [
        pem(tmp_path, "private.pem", private),
        pem(tmp_path, "p256.pem", curve),
        pem(tmp_path, "x.pem", x25519),
        pem(tmp_path, "nonsense.pem", b"nonsense"),
        str(tmp_path / "gone.pem"),
    ]
    settings = dev(tmp_path, key_file=pem(tmp_path, "open.pem", private, 0o644),
                   retired_keys=",".join(retired))  # fmt: skip

    with pytest.raises(SettingsInvalid) as caught:
        issuing_keys(settings)

    told = [problem.split(" — ") for problem in caught.value.problems]
    no_key = "flag:issuing.retired_keys: not an Ed25519 key in PEM without a password"
    assert [sentence for sentence, _ in told] == [
        "flag:issuing.key_file: others may read the key",
        "flag:issuing.retired_keys: a private key, where only its public half belongs",
        no_key,
        no_key,
        no_key,
        "flag:issuing.retired_keys: not readable: No such file or directory",
    ]
    assert "BEGIN" not in str(caught.value)


def test_a_public_key_cannot_sign(tmp_path: Path) -> None:
    named = pem(tmp_path, "public.pem", key().as_pem(private=False))

    with pytest.raises(SettingsInvalid, match="a public key cannot sign — name the file"):
        issuing_keys(dev(tmp_path, key_file=named))
