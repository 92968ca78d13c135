"""What may be though it is not as it was asked: changes nobody can tell, kinds that cannot strike.

Each is exact, and each must be needed: an excuse without a use would hide what comes to stand there
one day.
"""

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
    def verdict(self) -> str: ...
    @property
    def fields(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Undetectable:
    """A change of a value that its contract allows: where, and why nobody can tell."""

    kind: str
    at: Sequence[str]  # department.verb.field
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """Kinds that cannot strike these questions, and why; each kind at each of the places."""

    kinds: Sequence[str]
    at: Sequence[str]  # department.verb
    reason: str


def _read(name: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = tomllib.loads((_HERE / name).read_text("utf-8"))["change"]
    return told


UNDETECTABLE = tuple(Undetectable(**one) for one in _read("undetectable.toml"))
UNMET = tuple(Unmet(**one) for one in _read("unmet.toml"))
Excuses = Mapping[tuple[str, str], Mapping[str, str]]


def _by_cell(listed: Iterable[Undetectable]) -> Excuses:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for one in listed:
        for place in one.at:
            department, verb, field = place.split(".", 2)
            found.setdefault((one.kind, f"{department}.{verb}"), {})[field] = one.reason
    return found


_EXCUSED = _by_cell(UNDETECTABLE)
_UNMET = {(kind, at): one.reason for one in UNMET for kind in one.kinds for at in one.at}


def excused(kind: str, at: str) -> Mapping[str, str]:
    """The fields whose change cannot be detected there, and why; every other one must be true."""
    return _EXCUSED.get((kind, at), {})


def cannot_strike(kind: str, at: str) -> str:
    """Why this kind cannot strike there; "" when it must."""
    return _UNMET.get((kind, at), "")


def listed() -> Iterator[tuple[str, str, str, str]]:
    """Kind, department, verb and what is excused of everything that is: a field, or "not met"."""
    for (kind, at), fields in _EXCUSED.items():
        yield from ((kind, *at.split("."), field) for field in fields)  # type: ignore[misc]
    for kind, at in _UNMET:
        yield (kind, *at.split("."), "not met")  # type: ignore[misc]


def unneeded(cells: Iterable[Seen], asked: Asked) -> list[tuple[str, str, str, str]]:
    """What is excused, was asked and needs no excuse."""
    used = {
        (cell.kind, cell.department, cell.verb, what)
        for cell in cells
        for what in _needed(cell)
    }  # fmt: skip
    return [place for place in listed() if asked(*place[:3]) and place not in used]


def _needed(cell: Seen) -> Iterable[str]:
    if cell.verdict == "undetectable by contract":
        return cell.fields
    return ("not met",) if cell.verdict == "not met" else ()
