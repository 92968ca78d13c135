"""People's numbers, by how they look."""

import re
from dataclasses import dataclass

from mocks.recording.pseudonym import Pseudonym, phone, resident_id, same_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Text that is somebody's number, and what stands there instead."""

    name: str
    looks: re.Pattern[str]
    instead: Pseudonym = same_shape


PEOPLE = (
    Pattern(
        name="resident_id",
        looks=re.compile(
            r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])"
            r"(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
        ),
        instead=resident_id,
    ),
    Pattern(
        name="phone",
        looks=re.compile(
            r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?![0-9A-Za-z])"
        ),
        instead=phone,
    ),
    Pattern(
        name="landline",
        looks=re.compile(
            r"(?<![0-9A-Za-z-])(?:\+?86-\d{2,3}-|0\d{2,3}-|[(（]0\d{2,3}[)）][ -]?)\d{7,8}"
            r"(?![0-9A-Za-z-])"
        ),
        instead=phone,
    ),
)
