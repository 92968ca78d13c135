"""Tokens: the dev issuer's are believed; forged and odd ones all get the same answer."""

import asyncio
import base64
import hmac
import json
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from gateway.security import dev_issuer
from gateway.security.dev_issuer import DevIssuerRefused, demo_token, dev_key
from gateway.security.keys import FixedKeys, JwksKeys
from gateway.security.tokens import TokenRefused, TokenVerifier
from gateway.security.viewer import ANONYMOUS, Authenticator, authenticator, viewer_of_claims
from gateway.settings import Settings, load_settings
from schema.domain.identifiers import uscc_check
from schema.graph.ports import Viewer

NOW = 1_800_000_000
OWNER_COLUMN = 80  # characters for who owns a case: gateway/cases/tables.py
USCC = "91310104MA1FR0001" + uscc_check("91310104MA1FR0001")
APPLICANT = dev_issuer.applicant(
    uscc=USCC, agent_name="陆知远", agent_id_number="310104199001011234", phone="13800000000"
)
ISSUER = "https://id.example"


@pytest.fixture
def dev(tmp_path: Path) -> Settings:
    return load_settings({"profile": "dev", "dev_folder": str(tmp_path)}, environ={})


def ed25519(kid: str = "k1") -> OKPKey:
    return OKPKey.import_key(OKPKey.generate_key("Ed25519").as_dict(private=True), {"kid": kid})


def p256(kid: str = "k2") -> ECKey:
    return ECKey.import_key(ECKey.generate_key("P-256").as_dict(private=True), {"kid": kid})


GOOD, OTHER, EC = ed25519(), ed25519("k1"), p256()
HEADER = {"alg": "Ed25519", "kid": "k1", "typ": "at+jwt"}
CLAIMS = {
    "iss": ISSUER,
    "aud": "onething",
    "sub": "u-1",
    "roles": ["citizen"],
    "iat": NOW,
    "exp": NOW + 600,
}


def verifier() -> TokenVerifier:
    return TokenVerifier(
        issuer=ISSUER, audience="onething", keys=FixedKeys(GOOD, EC), real_now=lambda: NOW
    )


def token(
    header: dict[str, Any] | None = None, claims: dict[str, Any] | None = None, key: Any = GOOD
) -> str:
    head, body = {**HEADER, **(header or {})}, {**CLAIMS, **(claims or {})}
    head = {k: v for k, v in head.items() if v is not None}
    body = {k: v for k, v in body.items() if v is not None}
    return raw(head, json.dumps(body).encode(), key)


def raw(header: dict[str, Any], payload: bytes, key: Any) -> str:
    signed = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{signed}.{b64(signature(signed.encode(), header.get('alg'), key))}"


def signature(message: bytes, alg: Any, key: Any) -> bytes:
    """Sign whatever is asked for, so that the verifier sees what a real library would not make."""
    if key is None:
        return b""
    known = alg if isinstance(alg, str) and alg in JWSRegistry.algorithms else "Ed25519"
    return JWSRegistry.algorithms[known].sign(message, key)


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def hs256_with_the_public_key() -> str:
    signed = ".".join(
        b64(json.dumps(part).encode()) for part in ({**HEADER, "alg": "HS256"}, CLAIMS)
    )
    code = hmac.digest(GOOD.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{b64(code)}"


def tampered() -> str:
    head, _, tail = token().split(".")
    return f"{head}.{b64(json.dumps({**CLAIMS, 'roles': ['clerk']}).encode())}.{tail}"


FORGED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "not a token": lambda: "hello",
    "two parts": lambda: token().rpartition(".")[0],
    "four parts": lambda: token() + ".x",
    "not ascii": lambda: token() + "é",
    "no signature": lambda: token().rpartition(".")[0] + ".",
    "alg none": lambda: token({"alg": "none"}, key=None),
    "alg None": lambda: token({"alg": "None"}, key=None),
    "alg missing": lambda: token({"alg": None}),
    "alg a list": lambda: token({"alg": ["Ed25519"]}),
    "hs256 with the public key": hs256_with_the_public_key,
    "rs256": lambda: token({"alg": "RS256"}, key=RSAKey.generate_key(2048)),
    "es256 header on an ed25519 key": lambda: token({"alg": "ES256", "kid": "k1"}, key=EC),
    "ed25519 header on an ec key": lambda: token({"kid": "k2"}),
    "another key": lambda: token(key=OTHER),
    "tampered payload": tampered,
    "unknown kid": lambda: token({"kid": "nobody"}),
    "no kid": lambda: token({"kid": None}),
    "kid a number": lambda: token({"kid": 1}),
    "kid a path": lambda: token({"kid": "../../etc/passwd"}),
    "id token": lambda: token({"typ": "JWT"}),
    "no typ": lambda: token({"typ": None}),
    "own key in the header": lambda: token({"jwk": OTHER.as_dict(private=False)}, key=OTHER),
    "key address in the header": lambda: token({"jku": "https://evil.example/jwks"}),
    "certificate address": lambda: token({"x5u": "https://evil.example/x"}),
    "crit": lambda: token({"crit": ["exp"]}),
    "b64 false": lambda: token({"b64": False, "crit": ["b64"]}),
    "expired": lambda: token(claims={"exp": NOW - 31}),
    "no exp": lambda: token(claims={"exp": None}),
    "exp a text": lambda: token(claims={"exp": str(NOW + 600)}),
    "exp a fraction": lambda: token(claims={"exp": NOW + 600.5}),
    "exp true": lambda: token(claims={"exp": True}),
    "exp endless": lambda: token(claims={"exp": 10**400}),
    "exp in ten years": lambda: token(claims={"exp": NOW + 10 * 365 * 86_400}),
    "exp not a number": lambda: raw(
        HEADER, json.dumps({**CLAIMS, "exp": float("nan")}).encode(), GOOD
    ),
    "not yet": lambda: token(claims={"nbf": NOW + 600}),
    "issued tomorrow": lambda: token(claims={"iat": NOW + 86_400}),
    "another issuer": lambda: token(claims={"iss": "https://evil.example"}),
    "dev issuer": lambda: token(claims={"iss": dev_issuer.ISSUER}),
    "no issuer": lambda: token(claims={"iss": None}),
    "another audience": lambda: token(claims={"aud": "elsewhere"}),
    "no audience": lambda: token(claims={"aud": None}),
    "empty audience": lambda: token(claims={"aud": []}),
    "no subject": lambda: token(claims={"sub": None}),
    "subject a list": lambda: token(claims={"sub": ["u-1"]}),
    "subject with spaces": lambda: token(claims={"sub": "a b"}),
    "no roles": lambda: token(claims={"roles": None}),
    "roles a text": lambda: token(claims={"roles": "clerk"}),
    "unknown roles only": lambda: token(claims={"roles": ["root"]}),
    "enterprise without a code": lambda: token(claims={"roles": ["enterprise"]}),
    "wrong credit code": lambda: token(
        claims={"roles": ["enterprise"], "uscc": "91310104MA1FR00010"}
    ),
    "officer of nothing": lambda: token(claims={"roles": ["officer"]}),
    "agent for nobody": lambda: token(claims={"roles": ["agent"]}),
    "actor without the role": lambda: token(claims={"act": {"sub": "a-1"}}),
    "actor a text": lambda: token(claims={"roles": ["agent"], "act": "a-1"}),
    "endless claim": lambda: token(claims={"agent_name": "x" * 101}),
    "payload not json": lambda: raw(HEADER, b"hello", GOOD),
    "payload a list": lambda: raw(HEADER, b"[]", GOOD),
    "payload deep": lambda: raw(HEADER, b"[" * 2_000, GOOD),
    "payload not utf-8": lambda: raw(HEADER, b"\xff\xfe", GOOD),
    "huge": lambda: token(claims={"pad": "x" * 9_000}),
    "huge header": lambda: token({"x5t": "x" * 4_000}),
}


@pytest.mark.parametrize("forge", list(FORGED.values()), ids=list(FORGED.keys()))
async def test_forged_and_odd_tokens_all_get_the_same_answer(forge: Callable[[], str]) -> None:
    assert await Authenticator(verifier())(forge()) is None


@pytest.mark.parametrize(
    "header", [{"alg": "Ed25519"}, {"alg": "EdDSA"}, {"typ": "application/at+jwt"}]
)
async def test_a_good_token_is_believed(header: dict[str, str]) -> None:
    viewer = await Authenticator(verifier())(token(header))
    assert viewer == Viewer(subject="person:u-1", roles=frozenset({"citizen"}))


async def test_an_es256_token_for_several_audiences_is_believed() -> None:
    made = token({"alg": "ES256", "kid": "k2"}, {"aud": ["a", "onething"]}, key=EC)
    assert await Authenticator(verifier())(made) is not None


async def test_a_clock_half_a_minute_off_is_borne() -> None:
    assert await Authenticator(verifier())(token(claims={"exp": NOW - 29})) is not None


async def test_without_a_token_the_viewer_is_anonymous() -> None:
    assert await Authenticator(verifier())(None) == ANONYMOUS
    assert ANONYMOUS.roles == frozenset()


@pytest.mark.parametrize("length", [1, 73, 74, 255])
def test_a_subject_of_any_length_is_kept_under_a_name_that_fits(length: int) -> None:
    claims = {"roles": ["citizen"]}
    mine = viewer_of_claims({**claims, "sub": "a" * length}).subject
    others = viewer_of_claims({**claims, "sub": "a" * (length - 1) + "b"}).subject

    assert len(mine) <= OWNER_COLUMN
    assert mine.startswith("person:")
    assert mine != others


def test_an_agent_acts_for_a_principal_and_stays_themselves() -> None:
    viewer = viewer_of_claims(
        {"sub": "x", "uscc": USCC, "roles": ["agent", "root"], "act": {"sub": "a-7"}}
    )
    assert viewer.subject == "person:a-7"
    assert viewer.acting_for == f"enterprise:{USCC}"
    assert viewer.roles == frozenset({"agent"})


async def test_a_demo_token_makes_the_applicant(dev: Settings) -> None:
    async with httpx.AsyncClient() as client:
        viewer = await authenticator(dev, client)(demo_token(dev, APPLICANT))
    assert viewer == Viewer(
        subject=f"enterprise:{USCC}",
        roles=frozenset({"enterprise"}),
        claims={
            "uscc": USCC,
            "agent_name": "陆知远",
            "agent_id_number": "310104199001011234",
            "phone": "13800000000",
        },
    )


async def test_demo_tokens_make_a_clerk_and_an_officer(dev: Settings) -> None:
    async with httpx.AsyncClient() as client:
        believe = authenticator(dev, client)
        clerk = await believe(demo_token(dev, dev_issuer.clerk()))
        officer = await believe(demo_token(dev, dev_issuer.officer("fire")))
        old = await believe(demo_token(dev, dev_issuer.clerk(), now=NOW - 10**8))
    assert clerk is not None
    assert clerk.roles == {"clerk"}
    assert officer is not None
    assert (officer.roles, officer.department) == (frozenset({"officer"}), "fire")
    assert old is None


def test_the_dev_key_is_made_once_and_for_the_owner_alone(dev: Settings) -> None:
    first, second = dev_key(dev), dev_key(dev)
    path = dev.dev_folder / "issuer.pem"
    assert first.kid == second.kid
    assert str(first.kid).startswith("dev-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(dev.dev_folder.iterdir()) == [path]


def test_a_dev_key_others_may_read_is_not_used(dev: Settings) -> None:
    dev_key(dev)
    (dev.dev_folder / "issuer.pem").chmod(0o644)
    with pytest.raises(DevIssuerRefused, match="others may read the key — delete it"):
        demo_token(dev, APPLICANT)


def test_dev_tokens_are_refused_in_production_in_code(dev: Settings) -> None:
    production = replace(dev, profile="production")
    exposed = replace(dev, server=replace(dev.server, host="0.0.0.0"))  # noqa: S104
    named = replace(dev, identity=replace(dev.identity, issuer=ISSUER))
    for settings in (production, exposed, named):
        with pytest.raises(DevIssuerRefused):
            demo_token(settings, APPLICANT)
    with pytest.raises(ValueError, match="dev profile only"):
        TokenVerifier(issuer=dev_issuer.ISSUER, audience="onething", keys=FixedKeys(GOOD))


def test_a_persona_does_not_print_its_person() -> None:
    assert "陆知远" not in repr(APPLICANT)
    assert "陆知远" not in repr(replace(APPLICANT, sub="x"))


class Issuer:
    """Publishes keys on loopback; can be told to fail or to serve something else."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.body: bytes | None = None
        self.asked = 0
        self.down = False
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = (
            self.body
            or json.dumps(
                {
                    "keys": [
                        k if isinstance(k, dict) else k.as_dict(private=False) for k in self.keys
                    ]
                }
            ).encode()
        )
        status = b"503 Down" if self.down else b"200 OK"
        writer.write(
            b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
            % (status, len(body), body)
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def published(*keys: Any) -> AsyncIterator[tuple[Issuer, JwksKeys, list[float]]]:
    issuer, time = Issuer(), [0.0]
    issuer.keys = list(keys)
    server = await asyncio.start_server(issuer.answer, "127.0.0.1", 0)
    issuer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
    async with server, httpx.AsyncClient(trust_env=False) as client:
        yield issuer, JwksKeys(issuer.url, client, monotonic=lambda: time[0]), time


async def test_published_keys_are_fetched_once_and_kept() -> None:
    async with published(GOOD, EC) as (issuer, keys, _):
        assert await keys.find("k1") is not None
        assert await keys.find("k2") is not None
    assert issuer.asked == 1


async def test_a_burst_at_the_start_waits_for_one_fetch() -> None:
    async with published(GOOD) as (issuer, keys, _):
        found = await asyncio.gather(*(keys.find("k1") for _ in range(20)))
        assert None not in found
        assert issuer.asked == 1


async def test_unknown_key_ids_ask_at_most_once_in_thirty_seconds() -> None:
    async with published(GOOD) as (issuer, keys, time):
        await asyncio.gather(*(keys.find(f"nobody-{i}") for i in range(20)))
        assert issuer.asked == 1
        time[0] = 31.0
        await asyncio.gather(*(keys.find(f"nobody-{i}") for i in range(20)))
        assert issuer.asked == 2


async def test_a_rotated_key_is_found_after_the_throttle() -> None:
    async with published(GOOD) as (issuer, keys, time):
        assert await keys.find("new") is None
        issuer.keys = [ed25519("new")]
        time[0] = 31.0
        assert await keys.find("new") is not None
        assert await keys.find("k1") is None


async def test_a_key_is_held_until_the_issuer_has_to_be_asked_for_it() -> None:
    async with published(GOOD) as (issuer, keys, time):
        before = keys.held("k1")
        found = await keys.find("k1")
        assert before is None
        assert keys.held("k1") is found
        assert keys.held("nobody") is None
        issuer.down, time[0] = True, 601.0
        assert keys.held("k1") is None  # due
        assert await keys.find("k1") is keys.held("k1") is found
        time[0] = 86_401.0
        assert keys.held("k1") is None
        assert issuer.asked == 2


async def test_a_viewer_is_known_as_the_one_a_token_was_read_as() -> None:
    authenticate = Authenticator(verifier())
    before = authenticate.known(token())
    viewer = await authenticate(token())

    assert before is None
    assert authenticate.known(token()) is viewer
    assert authenticate.known(None) is ANONYMOUS
    assert authenticate.known(token(claims={"sub": "another"})) is None


async def test_an_address_of_keys_that_is_none_makes_tokens_unknown_and_no_error() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        keys = JwksKeys("https://id.example:abc/jwks", client)

        assert await keys.find("k1") is None


async def test_while_the_issuer_is_down_known_keys_hold_for_a_day() -> None:
    async with published(GOOD) as (issuer, keys, time):
        assert await keys.find("k1") is not None
        issuer.down = True
        time[0] = 3_600.0
        assert await keys.find("k1") is not None
        time[0] = 86_401.0
        assert await keys.find("k1") is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [1, {"kid": "k1"}]}', b"x" * 70_000]
)
async def test_what_is_not_a_key_set_gives_no_keys(body: bytes) -> None:
    async with published() as (issuer, keys, _):
        issuer.body = body or b"\x00"
        assert await keys.find("k1") is None


async def test_keys_of_other_kinds_are_passed_over() -> None:
    rsa = RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "rsa"}
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "oct"}
    encryption = p256("enc").as_dict(private=False) | {"use": "enc"}
    async with published(rsa, secret, encryption, GOOD) as (_, keys, _):
        assert [await keys.find(k) for k in ("rsa", "oct", "enc")] == [None, None, None]
        assert await keys.find("k1") is not None


async def test_a_refusal_names_its_reason_to_the_log_only() -> None:
    with pytest.raises(TokenRefused, match="typ"):
        await verifier().verify(token({"typ": "JWT"}))
