"""What applicants type and bring: each one thing's answers, and its documents, uploaded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.demo.answers import Typed, restaurant
from gateway.demo.documents import pdf
from schema.catalogue import load
from tests.chaos.characters import LIFT, RESTAURANT, SCOPE
from tests.chaos.insistent import Insistent
from tests.chaos.operations import MATERIALS, SAVE, START
from tests.chaos.plan import Plan

_LIFT = {
    "applicantKind": "业主委员会",
    "applicantName": "天平路188弄业主委员会",
    "households": 24,
    "hasLift": False,
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
    "liftModel": "GeN2-MR",
    "manufacturer": "某电梯有限公司",
    "liftStops": 6,
    "ratedLoad": 630,
    "installerName": "某电梯安装有限公司",
    "installerLicenceNo": "TS3331001-2027",
    "maintenanceCompany": "某电梯维保有限公司",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What every application of one thing is made of."""

    typed: Typed
    materials: Sequence[Mapping[str, str]]
    pledges: Sequence[str]


async def prepare(
    client: Insistent, people: Mapping[str, Any], opening: date, plan: Plan
) -> Mapping[str, Papers]:
    """By one thing. Every document is uploaded once; applications name it by its digest."""
    shop = restaurant(people, opening)
    wanted = {RESTAURANT: shop}
    wanted |= {SCOPE: _scope(shop)} if plan.shares.scope else {}
    wanted |= {LIFT: _lift(people, opening)} if plan.shares.lift else {}
    found: dict[str, Papers] = {}
    for name, typed in wanted.items():
        answers = {**typed.first, **typed.form}
        told = await client.read(MATERIALS, {"id": name, "answers": answers})
        codes = [material["code"] for material in told["oneThing"]["materials"]]
        digests = [await client.upload(pdf([name, code, "A specimen."])) for code in codes]
        materials = [
            {"code": code, "sha256": digest} for code, digest in zip(codes, digests, strict=True)
        ]
        pledges = await _pledges(client, typed, materials, plan.name)
        found[name] = Papers(typed=typed, materials=materials, pledges=pledges)
    return found


async def _pledges(
    client: Insistent, typed: Typed, materials: Sequence[Mapping[str, str]], run: str
) -> Sequence[str]:
    """What is to be pledged with these materials: a draft that is never submitted tells."""
    request = f"{run}-papers-{typed.one_thing}"
    first = {
        "oneThing": typed.one_thing,
        "answers": dict(typed.first),
        "clientRequestId": f"{request}-start",
    }
    opened = await client.change("startApplication", START, first)
    body = {
        "draft": opened["draft"]["id"],
        "answers": dict(typed.form),
        "materials": list(materials),
        "clientRequestId": f"{request}-save",
    }
    saved = await client.change("saveDraft", SAVE, body)
    return [str(pledge["code"]) for pledge in saved["draft"]["pledges"]]


def _scope(shop: Typed) -> Typed:
    one_thing = load().find(SCOPE)
    assert one_thing is not None
    keys = {field.key for field in one_thing.fields}
    form = {key: value for key, value in shop.form.items() if key in keys}
    return Typed(
        one_thing=SCOPE, first=shop.first, form={**form, "businessScope": "餐饮服务；食品销售"}
    )


def _lift(people: Mapping[str, Any], opening: date) -> Typed:
    dates = {"voteDate": opening - timedelta(days=30), "plannedStart": opening + timedelta(days=60)}
    form = {**_LIFT, **{key: str(day) for key, day in dates.items()}}
    return Typed(one_thing=LIFT, first={"buildingAddress": people["address"]}, form=form)
