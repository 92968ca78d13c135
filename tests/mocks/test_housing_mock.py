"""房屋管理: HTTP 200 whatever happens; success is inside."""

from typing import Any

import httpx
import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import HOUSING_APP_KEY


@pytest.fixture
def housing(world: Any) -> Any:
    caller = world.caller("housing")
    caller.headers["X-App-Key"] = HOUSING_APP_KEY
    return caller


def code(reply: httpx.Response) -> str:
    assert reply.status_code == 200
    return str(reply.json()["custom"]["code"])


def filed(housing: Any, reference: str, **changes: Any) -> str:
    reply = housing.call("submitMatter", housing.body("submitMatter", YWLSH=reference, **changes))
    assert code(reply) == "0"
    return str(reply.json()["data"]["SLBH"])


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/matters", "GET, POST"), ("/matters/FG1", "GET"), ("/matters/batchStatus", "POST")],
)
def test_another_method_is_told_all_the_path_has(housing: Any, path: str, allowed: str) -> None:
    reply = httpx.request("OPTIONS", housing.base + path, trust_env=False)

    assert (reply.status_code, reply.headers["allow"]) == (405, allowed)


def test_a_batch_names_the_titles_it_does_not_know(housing: Any) -> None:
    unknown = "沪(2014)徐字不动产权第9999999号"

    data = housing.call("queryPropertyBatch", {"certNos": [DEMO["cert_no"], unknown]}).json()[
        "data"
    ]

    assert data["WCX"] == [unknown]
    assert [(t["CQZH"], t["YT"], t["JZMJ"]) for t in data["list"]] == [
        (DEMO["cert_no"], "20", 186.5)
    ]


def test_a_title_is_found_by_its_address(housing: Any) -> None:
    data = housing.call("searchProperty", address=DEMO["address"]).json()["data"]

    assert [title["LZBH"] for title in data["list"]] == [DEMO["building_no"]]
    assert code(housing.call("searchProperty", address="月球路1号1层")) == "2001"


@pytest.mark.parametrize(
    ("operation", "body", "said"),
    [
        ("queryPropertyBatch", {}, "1001"),
        ("queryPropertyBatch", {"certNos": ["x"] * 21}, "1005"),
        ("queryPropertyBatch", {"certNos": "x"}, "1002"),
        ("submitMatter", {"SXBM": "FG-JZDT-01"}, "1001"),
    ],
)
def test_a_bad_request_is_told_inside_a_200(
    housing: Any, operation: str, body: Any, said: str
) -> None:
    assert code(housing.call(operation, body)) == said


def test_a_filing_without_the_form_of_its_item_is_refused(housing: Any) -> None:
    body = housing.body("submitMatter", SXBM="FG-JZDT-10")
    del body["LHYS"]

    assert code(housing.call("submitMatter", body)) == "1001"


def test_an_unknown_application_is_a_stranger(world: Any) -> None:
    reply = world.caller("housing").call("searchProperty", address=DEMO["address"])

    assert (code(reply), reply.json()["status"]["code"]) == ("1003", "401")


def test_a_filing_walks_to_its_certificate(world: Any, housing: Any) -> None:
    number = filed(housing, "h:walk")
    assert housing.call("getMatter", path={"slbh": number}).json()["data"]["BJZT"] == "01"

    world.advance(seconds=61)
    assert housing.call("getMatter", path={"slbh": number}).json()["data"]["BJZT"] == "02"
    world.advance(working_days=5)

    reply = housing.call("queryMatterBatch", {"SLBH": [number, "FG0"]}).json()["data"]
    (matter,) = reply["list"]
    assert (matter["BJZT"], matter["ZTSJ"][8:]) == ("05", "100000")
    assert matter["ZZXX"]["ZZBS"].startswith("1.2.156.3005.2.")
    assert reply["WCX"] == ["FG0"]


def test_a_repeat_is_a_second_filing_and_both_are_found(housing: Any) -> None:
    numbers = [filed(housing, "h:twice") for _ in range(2)]

    found = housing.call("findMatter", bizRef="h:twice").json()["data"]["list"]

    assert [receipt["SLBH"] for receipt in found] == numbers
    assert housing.call("findMatter", bizRef="h:nobody").json()["data"]["list"] == []


def test_a_lagging_look_up_does_not_show_what_just_came(world: Any, housing: Any) -> None:
    world.faults(housing=[{"operation": "findMatter", "kind": "lag", "delay_s": 60}])

    filed(housing, "h:lag")

    assert housing.call("findMatter", bizRef="h:lag").json()["data"]["list"] == []


def test_a_supplement_is_taken_once_asked_for(world: Any, housing: Any) -> None:
    body = housing.body("supplementMatter", BZLSH="h:supp:s1")
    form = {**housing.body("submitMatter")["SSJH"], "ZJLY": "补正"}
    number = filed(housing, "h:supp", SSJH=form)
    path = {"slbh": number}
    assert code(housing.call("supplementMatter", body, path=path)) == "2003"

    world.advance(working_days=1)
    assert housing.call("getMatter", path=path).json()["data"]["BJZT"] == "03"
    twice = [housing.call("supplementMatter", body, path=path).json()["data"] for _ in range(2)]

    assert [(matter["BJZT"], matter["BZLSH"]) for matter in twice] == [("02", ["h:supp:s1"])] * 2


def test_a_refusal_names_its_reason(world: Any, housing: Any) -> None:
    form = {**housing.body("submitMatter")["SSJH"], "ZJLY": "违规"}
    number = filed(housing, "h:refused", SSJH=form)

    world.advance(working_days=5)

    matter = housing.call("getMatter", path={"slbh": number}).json()["data"]
    assert (matter["BJZT"], matter["BYXKYY"], "违规" in matter["BLYJ"]) == ("06", "R01", True)


def test_withdrawing_twice_says_so(housing: Any) -> None:
    path = {"slbh": filed(housing, "h:back")}
    body = housing.body("cancelMatter")

    codes = [code(housing.call("cancelMatter", body, path=path)) for _ in range(2)]

    assert codes == ["0", "2004"]
    assert code(housing.call("cancelMatter", body, path={"slbh": "FG0"})) == "2002"


def test_a_busy_day_does_nothing_and_says_so(world: Any, housing: Any) -> None:
    world.faults(housing=[{"operation": "submitMatter", "kind": "busy", "first": 1}])

    assert (
        code(housing.call("submitMatter", housing.body("submitMatter", YWLSH="h:busy"))) == "9001"
    )
    assert housing.call("findMatter", bizRef="h:busy").json()["data"]["list"] == []


def test_a_lost_reply_was_filed_all_the_same(world: Any, housing: Any) -> None:
    world.faults(housing=[{"operation": "submitMatter", "kind": "lost_reply", "first": 1}])

    with pytest.raises(httpx.RemoteProtocolError):
        housing.call("submitMatter", housing.body("submitMatter", YWLSH="h:lost"))

    assert len(housing.call("findMatter", bizRef="h:lost").json()["data"]["list"]) == 1


def test_a_hanging_day_takes_nothing_in(world: Any, housing: Any) -> None:
    world.faults(housing=[{"operation": "submitMatter", "kind": "hang", "first": 1}])

    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{housing.base}/matters", json={}, trust_env=False, timeout=0.3)
    assert code(housing.call("searchProperty", address=DEMO["address"])) == "0"


@pytest.mark.parametrize(
    ("day", "status"), [({"kind": "status", "status": 502}, 502), ({"kind": "html"}, 200)]
)
def test_a_proxy_in_front_may_speak_for_it(
    world: Any, housing: Any, day: dict[str, Any], status: int
) -> None:
    world.faults(housing=[{**day, "first": 1}])

    reply = httpx.get(f"{housing.base}/property/search?address=x", trust_env=False)

    assert reply.status_code == status
    assert "json" not in reply.headers.get("content-type", "")


def test_every_operation_answers_within_its_contract(world: Any, housing: Any) -> None:
    path = {"slbh": filed(housing, "h:all")}
    arguments: dict[str, dict[str, Any]] = {
        "queryPropertyBatch": {"body": {"certNos": [DEMO["cert_no"]]}},
        "searchProperty": {"address": DEMO["address"]},
        "submitMatter": {"body": housing.body("submitMatter")},
        "findMatter": {"bizRef": "h:all"},
        "queryMatterBatch": {"body": {"SLBH": [path["slbh"]]}},
        "getMatter": {"path": path},
        "supplementMatter": {"path": path, "body": housing.body("supplementMatter")},
        "cancelMatter": {"path": path, "body": housing.body("cancelMatter")},
    }
    for operation, given in arguments.items():
        housing.call(operation, **given)
        assert code(housing.call(operation, headers={"X-App-Key": "wrong"}, **given)) == "1003"
    world.faults(housing=[{"kind": "busy"}])
    for operation, given in arguments.items():
        assert code(housing.call(operation, **given)) == "9001"

    assert housing.seen == housing.declared()
