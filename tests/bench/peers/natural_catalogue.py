"""The catalogue of the natural Python gateway: Strawberry types over what stands in a file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import strawberry


@strawberry.type
class Text:
    zh: str
    en: str


@strawberry.type
class Edge:
    kind: str
    item: strawberry.ID


@strawberry.type
class Item:
    id: strawberry.ID
    name: Text
    department_name: Text
    statutory_days: int
    promised_days: int
    edges: list[Edge]


@strawberry.type
class Material:
    code: str
    name: Text
    fate: str
    reason: Text


@strawberry.type
class Plan:
    waves: list[list[strawberry.ID]]
    critical_path: list[strawberry.ID]
    promised_days: int
    statutory_serial_days: int


@strawberry.type
class OneThing:
    name: Text
    summary: Text
    items: list[Item]
    materials: list[Material]
    plan: Plan


def _item(told: Mapping[str, Any]) -> Item:
    return Item(
        id=told["id"],
        name=Text(**told["name"]),
        department_name=Text(**told["departmentName"]),
        statutory_days=told["statutoryDays"],
        promised_days=told["promisedDays"],
        edges=[Edge(**edge) for edge in told["edges"]],
    )


def _material(told: Mapping[str, Any]) -> Material:
    name, reason = Text(**told["name"]), Text(**told["reason"])
    return Material(code=told["code"], name=name, fate=told["fate"], reason=reason)


def _one_thing(told: Mapping[str, Any]) -> OneThing:
    plan = told["plan"]
    return OneThing(
        name=Text(**told["name"]),
        summary=Text(**told["summary"]),
        items=[_item(item) for item in told["items"]],
        materials=[_material(material) for material in told["materials"]],
        plan=Plan(
            waves=plan["waves"],
            critical_path=plan["criticalPath"],
            promised_days=plan["promisedDays"],
            statutory_serial_days=plan["statutorySerialDays"],
        ),
    )


@cache
def catalogue(file: Path) -> Mapping[str, OneThing]:
    """Every one thing by its id, read once."""
    told = orjson.loads(file.read_bytes())
    return {name: _one_thing(one_thing) for name, one_thing in told.items()}
