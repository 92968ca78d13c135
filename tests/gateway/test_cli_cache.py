"""`onething cache forget`: what it asks of a gateway, and what it says when that refuses."""

from base64 import urlsafe_b64decode
from pathlib import Path

import orjson
import pytest

from tests.gateway.stub import Stub
from tests.gateway.terminal import Terminal

FORGET = ("cache", "forget")
REFUSED = {"errors": [{"message": "no", "extensions": {"code": "X"}}]}
KNOWN = {"data": {"departments": [{"id": "market"}, {"id": "fire"}]}}


@pytest.fixture
def operator(terminal: Terminal, stub: Stub) -> Terminal:
    """A shell with an operator's token in `t.jwt`, and no settings at all."""
    Path("t.jwt").write_text("an.operators.token\n", encoding="ascii")
    return terminal


def at(stub: Stub) -> tuple[str, ...]:
    return ("--url", stub.url, "--token-file", "t.jwt")


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (("--department", "market"), {"department": "market"}),
        (
            ("--department", "market", "--register", "business_licence"),
            {"department": "market", "register": "business_licence"},
        ),
        (("--case", "310104-1"), {"case": "310104-1"}),
    ],
)
def test_what_is_named_is_forgotten(
    operator: Terminal, stub: Stub, words: tuple[str, ...], body: dict[str, str]
) -> None:
    stub.tells(b"", status=204)

    assert operator.run(*FORGET, *words, *at(stub)) == 0
    assert (stub.paths, stub.tokens) == (["/cache/forget"], ["Bearer an.operators.token"])
    assert stub.asked == [body]
    assert operator.out.startswith(f"forgotten: {' '.join(next(iter(body.items())))}")
    assert operator.run(*FORGET, *words, *at(stub), "--json") == 0
    assert orjson.loads(operator.out) == {"forgotten": body}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--register", "business_licence"),
        ("--department", "market", "--case", "310104-1"),
        ("--case", "310104-1", "--register", "business_licence"),
    ],
)
def test_what_names_nothing_or_too_much_is_misused(
    operator: Terminal, stub: Stub, words: tuple[str, ...]
) -> None:
    assert operator.run(*FORGET, *words, *at(stub)) == 2
    assert stub.asked == []
    assert "--department" in operator.err


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "this token is not believed\nnext: get one with the role operator"),
        (403, "this token does not have the role operator\nnext: get one with the role operator"),
        (500, "no\nnext: see the gateway's log"),
    ],
)
def test_a_refusal_says_what_to_do(operator: Terminal, stub: Stub, status: int, said: str) -> None:
    stub.tells(REFUSED, status=status)

    assert operator.run(*FORGET, "--department", "market", *at(stub)) == 1
    assert operator.err.startswith(said)


def test_what_is_no_gateway_is_told(operator: Terminal, stub: Stub) -> None:
    stub.tells(b"<html>", status=404)

    assert operator.run(*FORGET, "--department", "market", *at(stub)) == 1
    assert "/cache/forget: it answers 404, and is no gateway\nnext: start" in operator.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--department", "marked"), "no department 'marked'\nnext: name one of fire, market"),
        (("--department", "market", "--register", "x"), "market has no register 'x'\nnext: see"),
        (("--case", "1"), "there is no case '1'\nnext: take its number from"),
    ],
)
def test_what_there_is_not_is_named(
    operator: Terminal, stub: Stub, words: tuple[str, ...], said: str
) -> None:
    stub.answers = [(400, orjson.dumps(REFUSED)), (200, orjson.dumps(KNOWN))]

    assert operator.run(*FORGET, *words, *at(stub)) == 1
    assert said in operator.err


def test_in_the_dev_profile_the_operators_token_is_made_by_itself(
    operator: Terminal, stub: Stub
) -> None:
    stub.tells(b"", status=204)

    assert operator.run(*FORGET, "--department", "fire", "--profile", "dev", "--url", stub.url) == 0
    payload = str(stub.tokens[0]).split(".")[1]
    assert orjson.loads(urlsafe_b64decode(f"{payload}==="))["roles"] == ["operator"]
