"""A lift for an old building: ten items of four departments, a notice, an event, a crossing."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gateway.demo.answers import Typed
from gateway.demo.applicant import Applicant
from gateway.demo.applying import apply
from gateway.demo.ledgers import compare
from schema.domain.calendar import local_day

if TYPE_CHECKING:
    from tests.journeys.conftest import World

REPORT = """
mutation($input: ReportEventInput!) {
  reportEvent(input: $input) { __typename ... on CaseAccepted { case { id } } }
}
"""
GRANTED_IN_ORDER = ["L1", "L5", "L2", "L3", "L4", "L6", "L7", "L8"]


async def lift(world: "World") -> Typed:
    day = local_day(await world.mocks_admin.now())
    return Typed(
        one_thing="install_lift",
        first={"buildingAddress": world.city["address"]},
        form={
            "applicantKind": "业主委员会",
            "applicantName": "天平路188弄业主委员会",
            "households": 24,
            "hasLift": False,
            "voteDate": str(day - timedelta(days=30)),
            "buildingAreaTotal": "1800.5",
            "buildingAreaParticipating": "1700",
            "buildingAreaAgreed": "1600",
            "buildingOwners": 24,
            "buildingOwnersParticipating": 22,
            "buildingOwnersAgreed": 20,
            "noticePlace": "小区公告栏",
            "noticeText": "加装电梯方案公示",
            "designerName": "上海某建筑设计有限公司",
            "addedArea": "28.6",
            "shaftHeight": "21.5",
            "cost": "860000",
            "fundingSource": "业主自筹与政府补贴",
            "committed": True,
            "contractorName": "上海某建设有限公司",
            "plannedStart": str(day + timedelta(days=60)),
            "liftModel": "GeN2-MR",
            "manufacturer": "某电梯有限公司",
            "liftStops": 6,
            "ratedLoad": 630,
            "installerName": "某电梯安装有限公司",
            "installerLicenceNo": "TS3331001-2027",
            "maintenanceCompany": "某电梯维保有限公司",
        },
    )


async def walk(world: "World", case_id: str, until: str) -> dict[str, Any]:
    """Jump from one due moment to the next until the step `until` is granted."""
    for _ in range(60):
        case = await world.caught_up(case_id)
        steps = {step["item"]: step for step in case["steps"]}
        if case["state"] == "DONE" or steps.get(until, {}).get("state") == "GRANTED":
            return case
        await world.jump()
    raise AssertionError(f"{until} was never granted")


async def test_lift_waits_for_the_works_and_then_ends_with_ten_certificates(
    world: "World",
) -> None:
    applicant = Applicant(world.gateway, world.token())
    try:
        application = await apply(applicant, await lift(world), "lift-1")
    finally:
        await applicant.close()

    before = await walk(world, application.case, "L7")
    waiting = {s["item"]: s for s in before["steps"] if s["state"] == "WAITING"}
    assert set(waiting) == {"L8", "L9", "L10"}

    reported = await world.graphql(
        REPORT,
        {
            "input": {
                "case": application.case,
                "event": "CONSTRUCTION_FINISHED",
                "clientRequestId": "lift-1-works",
            }
        },
    )
    assert reported["reportEvent"]["__typename"] == "CaseAccepted"
    after = await walk(world, application.case, "DONE")

    assert after["state"] == "DONE"
    assert {step["state"] for step in after["steps"]} == {"GRANTED"}
    lines = compare(after, await world.ledgers())
    assert [line.verdict for line in lines if line.verdict] == []
    assert len(lines) == 10
