"""A signature is checked once; everything else about a token is looked at anew at every use."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.security import tokens
from gateway.security.keys import Key
from gateway.security.tokens import TokenRefused, TokenVerifier
from tests.gateway.test_security_tokens import GOOD, ISSUER, NOW, OTHER, ed25519, token


class Issuer:
    """What the issuer publishes, and what time it is; both change."""

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {"k1": GOOD}
        self.now = NOW

    async def find(self, kid: str) -> Key | None:
        return self.keys.get(kid)

    def held(self, kid: str) -> Key | None:
        return self.keys.get(kid)

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(
            issuer=ISSUER, audience="onething", keys=self, real_now=lambda: self.now
        )


def said(verifier: TokenVerifier, sent: str) -> Mapping[str, Any] | str:
    """The claims, or why it was refused."""
    try:
        return asyncio.run(verifier.verify(sent))
    except TokenRefused as refused:
        return f"refused: {refused}"


def test_a_token_seen_before_is_refused_once_it_has_expired() -> None:
    issuer = Issuer()
    verifier, sent = issuer.verifier(), token()
    assert said(verifier, sent) == said(verifier, sent)

    issuer.now += 600 + tokens.LEEWAY_S + 1

    assert said(verifier, sent) == "refused: ExpiredTokenError"


def test_a_token_seen_before_is_refused_once_the_issuer_has_withdrawn_its_key() -> None:
    issuer = Issuer()
    verifier, sent = issuer.verifier(), token()
    assert not isinstance(said(verifier, sent), str)

    issuer.keys.clear()

    assert said(verifier, sent) == "refused: kid"


def test_a_token_seen_before_is_checked_again_where_another_key_has_taken_its_keys_name() -> None:
    issuer = Issuer()
    verifier, sent = issuer.verifier(), token()
    assert not isinstance(said(verifier, sent), str)

    issuer.keys["k1"] = OTHER

    assert said(verifier, sent) == "refused: BadSignatureError"


def test_what_is_remembered_stays_bounded_and_holds_no_forgery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "MOST_SIGNATURES", 3)
    verifier = Issuer().verifier()

    for number in range(5):
        said(verifier, token(claims={"sub": f"u-{number}"}))
        said(verifier, token(claims={"sub": f"u-{number}"}, key=OTHER))

    assert verifier.signatures == 3


_SENT = (token(), token(claims={"exp": NOW + 5}), token(claims={"nbf": NOW + 50}), token(key=OTHER))
_MOVES = st.lists(
    st.tuples(
        st.sampled_from(_SENT),
        st.integers(-100, 700),
        st.sampled_from((GOOD, OTHER, ed25519(), None)),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(moves=_MOVES)
def test_a_verifier_that_remembers_says_what_one_that_does_not_would(
    moves: list[tuple[str, int, Key | None]],
) -> None:
    issuer = Issuer()
    remembering = issuer.verifier()
    for sent, seconds, key in moves:
        issuer.now, issuer.keys = NOW + seconds, {} if key is None else {"k1": key}
        known = remembering.known(sent)

        assert said(remembering, sent) == said(issuer.verifier(), sent)
        assert known in (None, said(remembering, sent))


def test_a_token_is_known_once_it_was_verified_and_for_as_long_as_it_holds() -> None:
    issuer = Issuer()
    verifier, sent = issuer.verifier(), token()
    before = verifier.known(sent)

    claims = said(verifier, sent)

    assert before is None
    assert verifier.known(sent) is claims
    issuer.now += 600 + tokens.LEEWAY_S
    assert verifier.known(sent) is None
    issuer.now, issuer.keys = NOW, {"k1": OTHER}
    assert verifier.known(sent) is None
