"""A body is read as its Content-Type says, or refused: nothing is guessed."""

import json
from typing import Any

import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN, HOUSING_APP_KEY, MARKET_CLIENT, MARKET_SECRET
from mocks.core.media import FORM, NotTaken, value_of

JSON = frozenset({"application/json"})
OTHERS = ["text/plain", "application/xml", "text/json", "application/json-patch+json", FORM, None]


@pytest.mark.parametrize("kind", OTHERS)
def test_another_media_type_and_none_are_not_taken(kind: str | None) -> None:
    with pytest.raises(NotTaken, match=r"Content-Type .*: send application/json"):
        value_of(b"{}", kind, JSON)


@pytest.mark.parametrize(
    ("kind", "charset"),
    [
        ("application/json", "utf-8"),
        ("Application/JSON ; Charset=UTF-8", "utf-8"),
        ('application/json; charset="gbk"', "gbk"),
        ("application/json;charset=GB2312", "gb2312"),
        ("application/json; profile=x; charset=gb18030", "gb18030"),
        ("application/json; charset=utf-16le", "utf-16-le"),
        ("application/json; odata=verbose", "utf-8"),
    ],
)
def test_a_body_is_read_in_the_charset_that_was_told(kind: str, charset: str) -> None:
    raw = json.dumps({"name": "小满餐饮"}, ensure_ascii=False).encode(charset)

    assert value_of(raw, kind, JSON) == {"name": "小满餐饮"}


@pytest.mark.parametrize(
    "charset", ["iso-8859-1", "ISO8859-1", "latin1", "latin-1", "Latin_1", "l1", "cp819"]
)
def test_latin_1_is_read_by_whichever_of_its_names(charset: str) -> None:
    raw = '{"name": "Café"}'.encode("latin-1")

    assert value_of(raw, f"application/json; charset={charset}", JSON) == {"name": "Café"}


@pytest.mark.parametrize(
    "charset", ["x-none", "rot13", "utf-7", "ebcdic", "idna", "hex", "iso-8859-15", "a\0b"]
)
def test_a_charset_nobody_declared_is_not_taken(charset: str) -> None:
    with pytest.raises(NotTaken, match=f"charset {charset}: send UTF-8"):
        value_of(b"{}", f"application/json; charset={charset}", JSON)


def test_too_long_a_content_type_is_not_taken() -> None:
    with pytest.raises(NotTaken, match="more than 400 characters"):
        value_of(b"{}", 'application/json; a="' + ";" * 64_000, JSON)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=gbk"])
def test_bytes_that_are_not_what_was_said_of_them_are_no_json(kind: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        value_of(b'{"name": "\xff\xff"}', kind, JSON)


def test_a_form_is_read_where_a_form_is_declared() -> None:
    assert value_of(b"a=%E5%B0%8F&b=1", FORM, frozenset({FORM})) == {"a": "小", "b": "1"}
    with pytest.raises(NotTaken):
        value_of(b"{}", "application/json", frozenset({FORM}))


def posted(world: Any, department: str, path: str, body: bytes, **headers: str) -> Any:
    return world.client.post(
        world.ports[department]["url"] + path, content=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip


@pytest.mark.parametrize("kind", [{}, {"Content_Type": "text/plain"}])
def test_departments_with_a_status_answer_415_and_do_nothing(world: Any, kind: Any) -> None:
    fire = world.caller("fire")
    body = json.dumps(fire.body("createDeclaration", creditCode=DEMO["uscc"])).encode()
    key = {"Authorization": f"Bearer {FIRE_TOKEN}"}
    before = world.ask("GET", "state")["departments"]["fire"]["filings"]

    refused = posted(world, "fire", "/declarations", body, **key, **kind)
    stranger = posted(world, "fire", "/declarations", body, **kind)

    assert (refused.status_code, refused.json()["errorCode"]) == (415, 41501)
    assert "send application/json" in refused.json()["errorMsg"]
    assert stranger.status_code == 401  # who is not let in is told nothing else
    assert world.ask("GET", "state")["departments"]["fire"]["filings"] == before


def test_market_says_it_as_a_problem_and_its_token_endpoint_as_oauth_does(world: Any) -> None:
    form = f"grant_type=client_credentials&client_id={MARKET_CLIENT}&client_secret={MARKET_SECRET}"
    refused = posted(world, "market", "/oauth/token", form.encode(), Content_Type="text/plain")
    issued = posted(world, "market", "/oauth/token", form.encode(), Content_Type=FORM).json()
    key = {"Authorization": f"Bearer {issued['access_token']}", "Idempotency_Key": "k" * 20}
    market = world.caller("market")
    body = json.dumps(market.body("applyFoodBusinessLicence")).encode()
    path = market.contract.operations["applyFoodBusinessLicence"].path

    problem = posted(world, "market", path, body, **key, Content_Type="text/plain")

    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_request"})
    assert (problem.status_code, problem.json()["code"]) == (415, "MR-4150")
    assert problem.headers["content-type"] == "application/problem+json"


def test_housing_says_it_inside_200_and_reads_gbk_where_it_is_told(world: Any) -> None:
    path = world.caller("housing").contract.operations["queryPropertyBatch"].path
    body = json.dumps({"certNos": [DEMO["cert_no"]]}, ensure_ascii=False)
    key = {"X_App_Key": HOUSING_APP_KEY}

    plain = posted(world, "housing", path, body.encode(), **key, Content_Type="text/plain")
    kind = "application/json;charset=GBK"
    gbk = posted(world, "housing", path, body.encode("gbk"), **key, Content_Type=kind)

    assert (plain.status_code, plain.json()["custom"]["code"]) == (200, "1002")
    assert [one["CQZH"] for one in gbk.json()["data"]["list"]] == [DEMO["cert_no"]]
