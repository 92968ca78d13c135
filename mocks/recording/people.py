"""People's numbers, by how they look."""

import re
from dataclasses import dataclass

from mocks.recording.pseudonym import Pseudonym, email, fitting, landline, phone, resident_id

_ROUND_IT = 32  # characters that may decide whether a number is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Text that is somebody's number, and what stands there instead.

    Without `instead`, another text of the same shape that the pattern finds again: what is replayed
    is known by it. Where there is no other, `{name}` stands there.
    """

    name: str
    looks: re.Pattern[str]
    instead: Pseudonym | None = None

    def stands_in(self, key: bytes, found: re.Match[str]) -> str:
        """What stands where it was found."""
        if self.instead:
            return self.instead(key, found[0])
        made = fitting(key, found[0], lambda other: self._fits(found, other))
        return made if made != found[0] else f"{{{self.name}}}"

    def _fits(self, found: re.Match[str], other: str) -> bool:
        text, start, end = found.string, *found.span()
        before = text[max(0, start - _ROUND_IT) : start]
        round_it = before + other + text[end : end + _ROUND_IT]
        again = self.looks.match(round_it, len(before))
        return again is not None and again[0] == other


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
        instead=landline,
    ),
    Pattern(
        name="email",
        looks=re.compile(
            r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}+"
            r"@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){1,8}"
        ),
        instead=email,
    ),
)
