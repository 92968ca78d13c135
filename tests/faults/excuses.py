"""What may be though it is not as it was asked: changes nobody can tell, kinds that cannot strike.

Each is exact, and each must be needed: an excuse without a use would hide what comes to stand there
one day.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

_HERE = Path(__file__).parent
Asked = Callable[[str, str, str], bool]
"""Whether a kind was asked at a department and verb."""


class Seen(Protocol):
    """A cell, as far as excuses look at it."""

    @property
    def kind(self) -> str: ...
    @property
    def department(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def fields(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Undetectable:
    """A change of a value that its contract allows: where, and why nobody can tell."""

    kind: str
    at: Sequence[str]  # department.verb.field, or department.verb[look-up].field
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """Kinds that cannot strike these questions, and why; each kind at each of the places."""

    kinds: Sequence[str]
    at: Sequence[str]  # department.verb, or department.verb[look-up]
    reason: str


def _read(name: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = tomllib.loads((_HERE / name).read_text("utf-8"))["change"]
    return told


UNDETECTABLE = tuple(Undetectable(**one) for one in _read("undetectable.toml"))
UNMET = tuple(Unmet(**one) for one in _read("unmet.toml"))
Excuses = Mapping[tuple[str, str], Mapping[str, str]]
_PLACE = re.compile(r"(\w+)\.(\w+)((?:\[[\w.]+\])?)\.(.+)")
NOT_MET = "not met"


def _by_cell(listed: Iterable[Undetectable]) -> Excuses:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for one in listed:
        for place in one.at:
            department, verb, look_up, field = parts(place)
            at = f"{department}.{verb}{look_up}"
            found.setdefault((one.kind, at), {})[field] = one.reason
    return found


def parts(place: str) -> tuple[str, str, str, str]:
    """Department, verb, look-up in brackets ("" for all of the verb's) and field."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{place} is no department.verb.field, nor department.verb[look-up].field")
    return found[1], found[2], found[3], found[4]


_EXCUSED = _by_cell(UNDETECTABLE)
_UNMET = {(kind, at): one.reason for one in UNMET for kind in one.kinds for at in one.at}


def excused(kind: str, at: str, about: str = "") -> Mapping[str, str]:
    """The fields whose change cannot be detected there, and why; every other one must be true."""
    return {**_EXCUSED.get((kind, at), {}), **_EXCUSED.get((kind, f"{at}[{about}]"), {})}


def cannot_strike(kind: str, at: str, about: str = "") -> str:
    """Why this kind cannot strike there; "" when it must."""
    return _UNMET.get((kind, at)) or _UNMET.get((kind, f"{at}[{about}]"), "")


def listed() -> Iterator[tuple[str, str, str, str]]:
    """Kind, department, verb and what is excused of everything that is: a field, or "not met".

    A look-up stands before it where one is named: `[project.parcel_no].building_no`.
    """
    every = [(kind, f"{at}.{field}") for (kind, at), fields in _EXCUSED.items() for field in fields]
    every += [(kind, f"{at}.{NOT_MET}") for kind, at in _UNMET]
    for kind, place in every:
        department, verb, look_up, what = parts(place)
        yield kind, department, verb, f"{look_up}.{what}" if look_up else what


def unneeded(cells: Iterable[Seen], asked: Asked) -> list[tuple[str, str, str, str]]:
    """What is excused, was asked and needs no excuse."""
    used = {
        (cell.kind, cell.department, cell.verb, what)
        for cell in cells
        for what in _needed(cell)
    }  # fmt: skip
    return [place for place in listed() if asked(*place[:3]) and place not in used]


def _needed(cell: Seen) -> Iterable[str]:
    """What stands in the lists for it, of the verb or of what it was about."""
    undetectable = cell.verdict == "undetectable by contract"
    needed = cell.fields if undetectable else (NOT_MET,) if cell.verdict == NOT_MET else ()
    about = cell.about.partition(",")[0]  # a past may be told behind it
    yield from needed
    yield from (f"[{about}].{what}" for what in needed)
