"""What the construction department knows of projects and their permits, in its own words.

Both are asked in batches: by their own numbers, or by parcel and by project. What is not known is
not mentioned, and a number named twice is answered once.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from mocks.core.kit import Kit
from mocks.core.records import Permit, Project
from mocks.departments.construction_words import day, moment
from mocks.soap.server import Reply

T = TypeVar("T")

OPERATIONS = ("queryProjects", "queryPermits")
KEYS = ("XMBH", "ZDDM", "XKBH")
STAGE = {"已报建": "1", "已审图": "2", "已许可": "3", "在建": "4", "竣工": "5", "终止": "9"}
KIND = {
    "项目报建备案": "01",
    "施工图审查合格": "02",
    "建筑工程施工许可": "03",
    "竣工验收备案": "04",
}


def projects(kit: Kit, asked: Mapping[str, Any]) -> Reply:
    """The projects with these numbers, or on these parcels."""
    if "ZDDM" in asked:
        found = _each(kit.city.projects, asked["ZDDM"])
    else:
        found = _each(_or_none(kit.city.project), asked["XMBH"])
    return {"XMLIST": {"XM": [_project(one, moment(kit.clock.now())) for one in found]}}


def permits(kit: Kit, asked: Mapping[str, Any]) -> Reply:
    """The permits with these numbers, or of these projects."""
    if "XMBH" in asked:
        found = _each(kit.city.permits, asked["XMBH"])
    else:
        found = _each(_or_none(kit.city.permit), asked["XKBH"])
    return {"XKLIST": {"XK": [_permit(one, moment(kit.clock.now())) for one in found]}}


def _each(find: Callable[[str], Iterable[T]], keys: Iterable[str]) -> list[T]:
    return [one for key in dict.fromkeys(keys) for one in find(key)]


def _or_none(find: Callable[[str], T | None]) -> Callable[[str], Iterable[T]]:
    def found(key: str) -> Iterable[T]:
        one = find(key)
        return () if one is None else (one,)

    return found


def _project(project: Project, at: str | None) -> Mapping[str, Any]:
    return {
        "XMBH": project.project_no,
        "XMMC": project.name,
        "ZDDM": project.parcel_no,
        "JZWBM": project.building_no,
        "JSJD": STAGE[project.stage],
        "JZMJ": project.area,
        "BJRQ": day(project.registered_on),
        "KGRQ": day(project.started_on),
        "JGRQ": day(project.completed_on),
        "GXSJ": at,
    }


def _permit(permit: Permit, at: str | None) -> Mapping[str, Any]:
    return {
        "XKBH": permit.permit_no,
        "XKLX": KIND[permit.kind],
        "XMBH": permit.project_no,
        "FZRQ": day(permit.issued_on),
        "YXQZ": day(permit.valid_until),
        "GXSJ": at,
    }
