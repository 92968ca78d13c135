"""Every kind of fault there is, read once from table.toml: what code, documents and tests go by."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from mocks.faults import keys
from mocks.faults.keys import Reader

FILE = Path(__file__).with_name("table.toml")


class Stage(StrEnum):
    """Where a fault strikes."""

    CONNECTION = "connection"
    BEFORE = "before"  # the deed; nothing is done
    AFTER = "after"  # the deed
    TRANSPORT = "transport"  # of the true reply
    CONTENT = "content"  # of the true reply
    TELLING = "telling"  # a change told by callback
    CREDENTIALS = "credentials"
    TIME = "time"


class Deed(StrEnum):
    """What became of what was asked."""

    NOTHING = "nothing"
    DONE = "done"
    LATER = "later"
    TWICE = "twice"


class Suits(StrEnum):
    """Which departments a kind makes sense at."""

    SOAP = "soap"
    REST = "rest"
    BOTH = "both"


class Point(StrEnum):
    """When a kind is drawn."""

    ACCEPT = "accept"  # a connection came; nothing of it was read
    HEADERS = "headers"  # the head of a request was read
    CALL = "call"
    LOOK_UP = "look_up"
    CHANGE = "change"  # there is a change to tell
    TELLING = "telling"  # each attempt to tell it


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault. `parameters`: what a rule may say of it, with the defaults.

    `readers` takes each of them in; `drawn`: something of it hangs on a seed; `tokens`: it strikes
    operations that issue tokens, and no others.
    """

    name: str
    group: str
    stage: Stage
    deed: Deed
    suits: Suits
    at: frozenset[Point]
    zh: str
    en: str
    does: str
    parameters: Mapping[str, Any]
    readers: Mapping[str, Reader]
    drawn: bool
    tokens: bool

    @property
    def strikes_tokens(self) -> bool:
        """Whether it strikes where tokens are issued, also by a rule that names no operation."""
        return self.tokens or self.stage is Stage.CONNECTION

    def suits_protocol(self, protocol: str) -> bool:
        """Whether a department that speaks `protocol`, "soap" or "rest", can have it."""
        return self.suits in (Suits.BOTH, protocol)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Kinds that stand together in the documents."""

    name: str
    zh: str
    en: str


def _read(file: Path) -> tuple[dict[str, Group], dict[str, Kind]]:
    told = tomllib.loads(file.read_text("utf-8"))
    groups = {
        name: Group(name=name, zh=group["zh"], en=group["en"])
        for name, group in told["groups"].items()
    }
    return groups, {
        name: _kind(name, {**told["groups"][one["group"]], **one}, told["parameters"])
        for name, one in told["kinds"].items()
    }


def _kind(name: str, one: Mapping[str, Any], bounds: Mapping[str, Mapping[str, Any]]) -> Kind:
    parameters, most = one.get("parameters", {}), one.get("most", {})
    return Kind(
        name=name,
        group=one["group"],
        stage=Stage(one["stage"]),
        deed=Deed(one["deed"]),
        suits=Suits(one["suits"]),
        at=frozenset(Point(point) for point in one["at"]),
        zh=one["zh"],
        en=one["en"],
        does=one["does"],
        parameters=parameters,
        readers={
            told: _reader(**{**bounds[told], **({"most": most[told]} if told in most else {})})
            for told in parameters
        },
        drawn=one.get("drawn", False),
        tokens=one.get("tokens", False),
    )


def _reader(
    *, least: float = 0, most: float = 0, seconds: bool = False, address: bool = False
) -> Reader:
    if address:
        return keys.ADDRESS
    if seconds:
        return keys.number(least, most, "a number of seconds")
    return keys.whole(int(least), int(most))


GROUPS, KINDS = _read(FILE)


def drawn_at(*points: Point) -> frozenset[str]:
    """The names of the kinds drawn at one of these points."""
    return frozenset(name for name, kind in KINDS.items() if not kind.at.isdisjoint(points))


def of_stage(*stages: Stage) -> frozenset[str]:
    """The names of the kinds that strike calls at one of these stages."""
    return frozenset(n for n in drawn_at(Point.CALL) if KINDS[n].stage in stages)


TOKEN_KINDS = frozenset(name for name, kind in KINDS.items() if kind.tokens)


def require(point: Point, *done: Iterable[str]) -> None:
    """Raise LookupError unless exactly the kinds drawn at this point are done, each once."""
    names = [name for some in done for name in some]
    wrong = drawn_at(point) ^ set(names) | {name for name in names if names.count(name) > 1}
    if wrong:
        raise LookupError(f"{FILE.name} and code differ at {point}: {', '.join(sorted(wrong))}")
