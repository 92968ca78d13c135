"""What became of one question on a bad day, and whether that may be."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from adapters.contract import Changes
from adapters.errors import AdapterError, Misconfigured, NotDelivered, Refused
from schema.domain.filing import Receipt
from tests.faults.questions import WRITES, Question, holds_error, receipt_told

FILE = Path(__file__).with_name("undetectable.toml")
SLACK_S = 0.1
MOST_BYTES = 16 * 2**20
_NOTHING_DONE = NotDelivered | Refused | Misconfigured  # the filing protocol goes by these


class Verdict(StrEnum):
    """Whether an outcome may be."""

    TYPED = "typed error"
    TRUE = "true value"
    UNDETECTABLE = "undetectable by contract"
    UNMET = "not met"  # the kind does not strike this question
    WRONG = "WRONG VALUE"
    RAW = "RAW EXCEPTION"
    LIE = "LIE ABOUT THE DEED"
    LATE = "LATE"
    LARGE = "TOO MUCH MEMORY"
    TOLD = "PERSONAL DATA TOLD"


GOOD = frozenset({Verdict.TYPED, Verdict.TRUE, Verdict.UNDETECTABLE, Verdict.UNMET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One question asked on one kind of bad day. `outcome`: the error's name, or "value"."""

    kind: str
    department: str
    verb: str
    about: str
    outcome: str
    verdict: Verdict
    took_s: float
    deeds: int = 0
    grown_bytes: int = 0
    message: str = ""
    reason: str = ""  # why it cannot be detected


@dataclass(frozen=True, slots=True, kw_only=True)
class Undetectable:
    """A change of a value that its contract allows: where, and why nobody can tell."""

    kind: str
    at: Sequence[str]  # department.verb
    reason: str


def _read(file: Path) -> tuple[Undetectable, ...]:
    return tuple(Undetectable(**one) for one in tomllib.loads(file.read_text("utf-8"))["change"])


UNDETECTABLE = _read(FILE)
_REASONS = {(one.kind, place): one.reason for one in UNDETECTABLE for place in one.at}


def reason_for(kind: str, department: str, verb: str) -> str:
    """Why this change cannot be detected there; "" when it must be."""
    return _REASONS.get((kind, f"{department}.{verb}"), "")


def listed() -> Iterator[tuple[str, str, str]]:
    """Kind, department and verb of everything that is said to be undetectable."""
    for kind, place in _REASONS:
        yield (kind, *place.split("."))  # type: ignore[misc]


def unneeded(
    cells: Iterable[Cell], asked: Callable[[str, str, str], bool]
) -> list[tuple[str, str, str]]:
    """What is listed as undetectable, was asked and turned out not to be.

    Such an entry would let a wrong value in unseen.
    """
    happened = {
        (cell.kind, cell.department, cell.verb)
        for cell in cells
        if cell.verdict is Verdict.UNDETECTABLE
    }
    return [place for place in listed() if asked(*place) and place not in happened]


def judged(
    kind: str, department: str, question: Question, outcome: Any, deeds: Sequence[Mapping[str, Any]]
) -> tuple[Verdict, str]:
    """The verdict on an outcome (a value or an exception), and the reason if it needs one."""
    if isinstance(outcome, AdapterError):
        lie = question.verb in WRITES and deeds and isinstance(outcome, _NOTHING_DONE)
        return (Verdict.LIE if lie else Verdict.TYPED), ""
    if isinstance(outcome, Exception):
        return Verdict.RAW, ""
    if holds_error(outcome):
        return Verdict.TYPED, ""
    true = _done(outcome, deeds) if question.verb in WRITES else _same(outcome, question.truth)
    if true:
        return Verdict.TRUE, ""
    reason = reason_for(kind, department, question.verb)
    return (Verdict.UNDETECTABLE if reason else Verdict.WRONG), reason


def _same(value: Any, truth: Any) -> bool:
    """Whether an answer is the true one; a feed may have grown since."""
    if isinstance(value, Changes) and isinstance(truth, Changes):
        return value.progress[: len(truth.progress)] == truth.progress
    return bool(value == truth)


def _done(value: Any, deeds: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what was said to be done was."""
    if isinstance(value, Receipt):
        return any(receipt_told(entry, value) for entry in deeds if entry["kind"] == "filing")
    return bool(deeds)
