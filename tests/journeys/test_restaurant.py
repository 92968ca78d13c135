"""A restaurant from application to certificates, over real processes and real protocols."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from gateway.demo.ledgers import compare
from gateway.edge.checking import KEYS
from gateway.issuing.keys import keys_of
from gateway.issuing.signing import verify
from schema.domain.calendar import local_day

if TYPE_CHECKING:
    from tests.journeys.conftest import World

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

_JUMPS = 30


async def test_restaurant_opens_after_twelve_working_days_and_the_books_agree(
    world: "World",
) -> None:
    application = await world.apply()

    case = await world.caught_up(application.case)
    for _ in range(_JUMPS):
        if case["state"] == "DONE":
            break
        await world.jump()
        case = await world.caught_up(application.case)

    submitted, done = (
        local_day(datetime.fromisoformat(case[key])) for key in ("submittedAt", "doneAt")
    )
    assert case["state"] == "DONE"
    assert {step["state"] for step in case["steps"]} == {"GRANTED"}
    assert world.calendar.working_days_between(submitted, done) == 12
    assert len(case["certificates"]) == len(case["steps"]) == 5
    await the_bundle_is_checked_without_logging_in(case)
    assert [line.verdict for line in compare(case, await world.ledgers()) if not line.agrees] == []


async def the_bundle_is_checked_without_logging_in(case: Mapping[str, Any]) -> None:
    address = case["bundle"]["checkUrl"]
    async with httpx.AsyncClient(trust_env=False) as anybody:
        checked = (await anybody.get(address)).json()
        page = await anybody.get(address, headers={"accept": "text/html"})
        keys = await anybody.get(httpx.URL(address).join(KEYS))

    bundle = verify(checked["signed"], keys_of(keys.json())).bundle
    assert (checked["verdict"], bundle.sub) == ("valid", case["id"])
    assert [c.number for c in bundle.certificates] == [c["number"] for c in case["certificates"]]
    assert "签名有效" in page.text


async def test_query_answers_without_a_department_that_was_killed(world: "World") -> None:
    other = world.city["second"]  # asked for nowhere else: nothing of it is remembered
    uscc, address = other["uscc"], other["address"]
    await world.kill("construction")
    try:
        found = await world.ask("registers", uscc=uscc, address=address)
    finally:
        await world.revive("construction")

    premises = found["propertyByAddress"]["value"]
    assert found["businessLicence"]["value"]["enterpriseName"] == other["enterprise_name"]
    assert premises["building"]["value"] is None
    assert premises["building"]["problem"]["code"] == "DEPARTMENT_UNREACHABLE"
    assert premises["parcel"]["value"]["landUse"]
