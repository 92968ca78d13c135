"""市场监管: tokens, idempotency keys, problems, signed callbacks."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import httpx
import pytest

from mocks.core.city import DEMO
from mocks.core.credentials import MARKET_CALLBACK_SECRET, MARKET_CLIENT, MARKET_SECRET
from mocks.core.question import Question
from mocks.departments.market import _Manners
from mocks.market.services import KINDS
from mocks.market.tokens import Tokens

APPLY = {
    "enterprise_registration": "applyEnterpriseRegistration",
    "food_permit": "applyFoodBusinessLicence",
    "lift_installation_notice": "applyLiftInstallationNotice",
    "lift_inspection": "applyLiftSupervisedInspection",
    "lift_use_registration": "applyLiftUseRegistration",
}
GRANT = {"grant_type": "client_credentials"}


def token(base: str, **form: str) -> httpx.Response:
    known = {**GRANT, "client_id": MARKET_CLIENT, "client_secret": MARKET_SECRET, **form}
    return httpx.post(f"{base}/oauth/token", data=known, trust_env=False)


@pytest.fixture
def market(world: Any) -> Any:
    caller = world.caller("market")
    caller.headers["Authorization"] = f"Bearer {token(caller.base).json()['access_token']}"
    return caller


@pytest.mark.parametrize("key", ["short", "k" * 129])
def test_a_key_beyond_its_lengths_is_refused(market: Any, key: str) -> None:
    body = market.body("applyFoodBusinessLicence")

    reply = market.call("applyFoodBusinessLicence", body, headers={"Idempotency-Key": key})

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (400, "/Idempotency-Key")


def test_a_token_is_refused_in_the_words_of_its_contract(market: Any) -> None:
    reply = httpx.post(f"{market.base}/oauth/token", trust_env=False)

    assert (reply.status_code, reply.json()) == (400, {"error": "invalid_request"})
    assert reply.headers["content-type"] == "application/json"


def test_a_parameter_that_is_there_and_empty_is_there(market: Any) -> None:
    assert market.call("getLicences", uscc="").json() == {"licences": [], "not_found": []}


def applied(market: Any, reference: str, service: str = "food_permit", **changes: Any) -> Any:
    operation = APPLY[service]
    body = market.body(operation, reference=reference, **changes)
    return market.call(operation, body, headers={"Idempotency-Key": f"key-{reference}"})


def number(reply: httpx.Response) -> dict[str, str]:
    assert reply.status_code == 201
    return {"application_no": reply.json()["application_no"]}


def form(market: Any, **changes: Any) -> dict[str, Any]:
    return {**market.body(APPLY["food_permit"])["form"], **changes}


def shown(market: Any, path: Mapping[str, str]) -> Any:
    return market.call("getApplication", path=path).json()


def test_a_token_is_given_for_credentials_in_the_form_or_in_a_header(market: Any) -> None:
    basic = base64.b64encode(f"{MARKET_CLIENT}:{MARKET_SECRET}".encode()).decode()
    url = f"{market.base}/oauth/token"

    by_header = httpx.post(
        url, data=GRANT, headers={"Authorization": f"Basic {basic}"}, trust_env=False
    )

    assert by_header.json()["expires_in"] == 600
    assert token(market.base).json()["token_type"] == "Bearer"


def test_wrong_credentials_and_wrong_grants_get_no_token(market: Any) -> None:
    wrong = token(market.base, client_secret="guess")
    other = token(market.base, grant_type="password")

    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    assert (other.status_code, other.json()) == (400, {"error": "unsupported_grant_type"})


def test_a_token_dies_with_its_department(world: Any, market: Any) -> None:
    world.ask("POST", "departments/market/stop")
    world.ask("POST", "departments/market/start")

    assert market.call("findApplications", reference="x").status_code == 401


def test_licences_come_in_a_batch_and_the_missing_are_named(market: Any) -> None:
    unknown = "91310104MA1000000X"

    reply = market.call("getLicences", uscc=f"{DEMO['uscc']},{unknown}").json()

    (licence,) = reply["licences"]
    assert reply["not_found"] == [unknown]
    assert licence["registered_capital"] == "500000.00"
    assert licence["legal_representative"]["person_ref"] == DEMO["person_ref"]
    assert market.call("getLicences", uscc=",".join(["x"] * 51)).status_code == 400


def test_the_managers_of_a_company_are_listed(market: Any) -> None:
    reply = market.call("getFoodSafetyManagers", path={"uscc": DEMO["uscc"]}).json()

    assert [m["certificate_no"][:10] for m in reply["managers"]] == ["SPAQ310104"]
    nobody = market.call("getFoodSafetyManagers", path={"uscc": "nobody"})
    assert nobody.json()["code"] == "MR-4040"


def test_the_same_key_and_content_give_the_same_receipt(world: Any, market: Any) -> None:
    first, again = (applied(market, "m:key") for _ in range(2))

    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    filings = [e for e in world.ledger("market") if e.get("reference") == "m:key"]
    assert [e["kind"] for e in filings if e["kind"] == "filing"] == ["filing"]


def test_the_same_key_with_other_content_is_refused(market: Any) -> None:
    applied(market, "m:other")

    reply = applied(market, "m:other", form=form(market, shop_name="别的店"))

    assert (reply.status_code, reply.json()["code"]) == (422, "MR-4221")


def test_a_key_is_kept_across_a_crash_after_the_deed(world: Any, market: Any) -> None:
    world.faults(market=[{"operation": APPLY["food_permit"], "kind": "lost_reply", "first": 1}])

    with pytest.raises(httpx.RemoteProtocolError):
        applied(market, "m:lost")
    again = applied(market, "m:lost")

    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("service", APPLY)
def test_every_service_files_and_grants_in_its_days(world: Any, market: Any, service: str) -> None:
    days = {"enterprise_registration": 1, "lift_installation_notice": 0, "lift_inspection": 7}
    path = number(applied(market, f"m:{service}", service))

    wait = days.get(service, 5)
    world.advance(**({"working_days": wait} if wait else {"seconds": 61}))

    application = shown(market, path)
    assert (application["kind"], application["status"]) == (KINDS[service], "APPROVED")
    assert application["certificate"]["licence_id"].startswith("1.2.156.3005.2.")


def test_a_supervised_inspection_is_on_site_from_the_first_day(world: Any, market: Any) -> None:
    path = number(applied(market, "m:site", "lift_inspection"))

    world.advance(working_days=1)

    assert shown(market, path)["status"] == "ON_SITE"


def test_a_supplement_resumes_and_is_listed(world: Any, market: Any) -> None:
    path = number(applied(market, "m:supp", form=form(market, food_items="补正")))
    body = market.body("supplementApplication", reference="m:supp:s")
    key = {"Idempotency-Key": "key-m:supp:s"}
    early = market.call("supplementApplication", body, path=path, headers=key)
    world.advance(working_days=1)
    assert shown(market, path)["status"] == "AWAITING_SUPPLEMENT"

    taken = [market.call("supplementApplication", body, path=path, headers=key) for _ in "ab"]

    assert (early.status_code, [reply.status_code for reply in taken]) == (409, [202, 202])
    assert shown(market, path)["supplement_references"] == ["m:supp:s"]
    assert shown(market, path)["status"] == "ACCEPTED"


def test_what_may_follow_is_told_and_taken_at_once(world: Any, market: Any) -> None:
    path = number(applied(market, "m:defer", form=form(market, food_items="容缺")))
    world.advance(seconds=61)
    told = shown(market, path)
    body = market.body("supplementApplication", reference="m:defer:s")

    taken = market.call(
        "supplementApplication", body, path=path, headers={"Idempotency-Key": "key-m:defer:s"}
    )

    assert (told["status"], told["note"]) == (
        "CONDITIONALLY_ACCEPTED",
        "可容缺后补:容缺, 10个工作日内补交",
    )
    assert (taken.status_code, shown(market, path)["status"]) == (202, "ACCEPTED")


def test_a_refusal_carries_a_code(world: Any, market: Any) -> None:
    path = number(applied(market, "m:refused", form=form(market, food_items="违规")))

    world.advance(working_days=5)

    application = shown(market, path)
    assert (application["status"], application["rejection_code"]) == ("REJECTED", "NOT_ELIGIBLE")


def test_withdrawing_twice_is_done_once(world: Any, market: Any) -> None:
    path = number(applied(market, "m:back"))
    body, key = market.body("withdrawApplication"), {"Idempotency-Key": "key-m:back:w"}

    replies = [market.call("withdrawApplication", body, path=path, headers=key) for _ in "ab"]

    assert [reply.json()["status"] for reply in replies] == ["WITHDRAWN"] * 2
    receipt = path["application_no"]
    kinds = [e["kind"] for e in world.ledger("market") if e["receipt"] == receipt]
    assert kinds.count("withdrawal") == 1


def test_problems_point_at_what_is_wrong(market: Any) -> None:
    body = market.body(APPLY["food_permit"])
    body["form"]["investment"] = 12.5  # a number where the contract wants a decimal string

    keyless = market.call(APPLY["food_permit"], body)
    wrong = market.call(APPLY["food_permit"], body, headers={"Idempotency-Key": "key-wrong"})

    assert keyless.json()["errors"][0]["pointer"] == "/Idempotency-Key"
    assert [e["pointer"] for e in wrong.json()["errors"]] == ["/form/investment"]


def test_a_signed_callback_tells_every_step_in_order_until_heard(
    world: Any, market: Any, listener: Any
) -> None:
    listener.failing = 2
    path = number(applied(market, "m:told", "enterprise_registration"))
    world.advance(working_days=1)

    def told() -> list[Any]:
        events = {e["event_id"]: e for e in (json.loads(body) for _, body in listener.heard)}
        own = path["application_no"]
        steps = [e["application"] for e in events.values()]
        return [s["status"] for s in steps if s["application_no"] == own]

    world.until(lambda: told() == ["RECEIVED", "ACCEPTED", "APPROVED"], "all three steps are told")
    bodies = [body for _, body in listener.heard]
    assert len(bodies) > len({json.loads(body)["event_id"] for body in bodies})  # told again
    for headers, body in listener.heard:
        stamp = headers["x-market-timestamp"]
        mac = hmac.new(MARKET_CALLBACK_SECRET.encode(), f"{stamp}.".encode() + body, sha256)
        assert headers["x-market-signature"] == f"sha256={mac.hexdigest()}"
        assert abs(int(stamp) - time.time()) < 60
        assert market.contract.schema_faults("StatusEvent", json.loads(body)) == []


def test_what_was_heard_is_not_told_again_after_a_restart(
    world: Any, market: Any, listener: Any
) -> None:
    before = number(applied(market, "m:restart"))

    def ids() -> list[str]:
        return [json.loads(body)["event_id"] for _, body in listener.heard]

    def acknowledged() -> bool:
        entries = world.ledger("market")
        return any(
            e["kind"] == "callback" and e["receipt"] == before["application_no"] for e in entries
        )

    world.until(acknowledged, "the callback is in the ledger")
    told = set(ids())
    listener.heard.clear()
    world.ask("POST", "departments/market/stop")
    world.ask("POST", "departments/market/start")
    market.headers["Authorization"] = f"Bearer {token(market.base).json()['access_token']}"
    applied(market, "m:restart:2")

    world.until(ids, "the next step is told")
    assert told.isdisjoint(ids())


def call_reads(market: Any, path: Mapping[str, str], headers: Mapping[str, str]) -> None:
    market.call("getLicences", uscc=DEMO["uscc"], headers=headers)
    market.call("getFoodSafetyManagers", path={"uscc": DEMO["uscc"]}, headers=headers)
    market.call("findApplications", reference="m:all", headers=headers)
    market.call("getApplication", path=path, headers=headers)


def call_writes(market: Any, path: Mapping[str, str], key: str, **more: str) -> None:
    """Every writing operation with a right body, each under its own key."""
    for operation in (*APPLY.values(), "supplementApplication", "withdrawApplication"):
        headers = {"Idempotency-Key": f"key-{key}-{operation}", **more}
        market.call(operation, market.body(operation), path=path, headers=headers)


def call_wrongly(market: Any, path: Mapping[str, str]) -> None:
    """Requests that break the contract, use a key twice, or ask for what is not there."""
    for operation in (*APPLY.values(), "supplementApplication", "withdrawApplication"):
        headers = {"Idempotency-Key": f"key-all-{operation}"}
        wrong = {**market.body(operation), "reference": ""}
        market.call(operation, wrong, path=path, headers=headers)
    for operation in APPLY.values():
        headers = {"Idempotency-Key": f"key-all-{operation}"}
        other = market.body(operation, reference="another")
        market.call(operation, other, path=path, headers=headers)
    for operation in ("getLicences", "findApplications"):
        market.call(operation)
    market.call("getFoodSafetyManagers", path={"uscc": "nobody"})


def test_every_declared_answer_is_given_and_valid(world: Any, market: Any) -> None:
    asked = number(applied(market, "m:all", form=form(market, food_items="补正")))
    decided = number(applied(market, "m:all:done", "lift_installation_notice"))
    nowhere, wrong = {"application_no": "SJ0"}, {"Authorization": "Bearer wrong"}
    world.advance(working_days=1)

    call_reads(market, asked, {})
    call_reads(market, asked, wrong)
    call_reads(market, nowhere, {})
    call_writes(market, asked, "all")
    call_writes(market, asked, "stranger", **wrong)
    call_writes(market, nowhere, "nowhere")
    call_writes(market, decided, "decided")
    call_wrongly(market, asked)
    world.faults(market=[{"kind": "busy"}])
    call_reads(market, asked, {})
    call_writes(market, asked, "busy")

    tokens = {(op, code) for op, code in market.declared() if op == "issueToken"}
    # supplements and withdrawals are told apart by their reference; their 422 is never needed
    spare = {("supplementApplication", 422), ("withdrawApplication", 422)}
    assert market.declared() - market.seen == tokens | spare


def test_a_token_expires_after_ten_minutes() -> None:
    manners, tokens = _Manners(b"key"), Tokens(b"key")
    old, new = (tokens.issued(until=time.time() + s) for s in (-1, 600))

    def request(value: str) -> Any:
        headers = [(b"authorization", f"Bearer {value}".encode())]
        return Question({"type": "http", "headers": headers})

    assert manners.stranger(request(new), "getLicences") is None
    refused = manners.stranger(request(old), "getLicences")
    assert refused is not None
    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("rule", "issues", "answers"),
    [
        ({"kind": "busy"}, 200, 503),
        ({"kind": "rate_limit"}, 200, 429),
        ({"kind": "unauthorized"}, 200, 401),
        ({"kind": "busy", "operation": "*"}, 503, 503),
        ({"kind": "busy", "operation": "issueToken"}, 503, 200),
        ({"kind": "token_down"}, 503, 200),
    ],
)
def test_a_rule_that_names_no_operation_spares_the_token_endpoint(
    world: Any, market: Any, rule: dict[str, Any], issues: int, answers: int
) -> None:
    world.faults(market=[rule])

    issued = token(market.base)
    asked = market.client.get(
        f"{market.base}/licences", params={"uscc": DEMO["uscc"]}, headers=market.headers
    )

    assert (issued.status_code, asked.status_code) == (issues, answers)
