"""What the construction department knows of a building, in its own words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mocks.core.city import City
from mocks.core.kit import Kit
from mocks.departments.construction_words import day, moment
from mocks.soap.laid_out import SLOT, LaidOut
from mocks.soap.server import Reply

RATING = {"一级": "1", "二级": "2", "三级": "3", "四级": "4"}
_FIELDS = ("JZWBM", "XFYSBH", "NHDJ", "JZGD", "CS", "JGRQ", "GXSJ")
Told = Callable[[Mapping[str, Any], datetime], bytes]
"""Writes the reply to what was asked, at a moment of the city."""


def found(kit: Kit, number: str) -> Reply:
    """The building with this number, or nothing."""
    if (house := kit.city.building(number)) is None:
        return {}
    return {
        "JZW": {
            "JZWBM": house.building_no,
            "XFYSBH": house.fire_acceptance_no,
            "NHDJ": RATING[house.fire_resistance_rating],
            "JZGD": house.height,
            "CS": house.floors,
            "JGRQ": day(house.completed_on),
            "GXSJ": moment(kit.clock.now()),
        }
    }


def told(city: City, laid_out: Callable[[Reply], LaidOut]) -> Told:
    """The same written whole; `laid_out` lays such a reply out, its serial and moment first."""
    fields = dict.fromkeys(_FIELDS, SLOT)
    accepted = laid_out({"JZW": fields})
    other = laid_out({"JZW": {name: SLOT for name in _FIELDS if name != "XFYSBH"}})
    unknown = laid_out({})

    def write(asked: Mapping[str, Any], at: datetime) -> bytes:
        serial, number = asked["HEAD"]["JYLSH"], asked["BODY"]["JZWBM"]
        now, house = at.isoformat(" ", "seconds")[:19], city.building(number)
        if house is None:
            return unknown.filled(serial, now)
        rest = (
            RATING[house.fire_resistance_rating], f"{house.height:f}", str(house.floors),
            house.completed_on.isoformat().replace("-", ""), now,
        )  # fmt: skip
        if house.fire_acceptance_no is None:
            return other.filled(serial, now, number, *rest)
        return accepted.filled(serial, now, number, house.fire_acceptance_no, *rest)

    return write
