"""What became of one question on a bad day, and whether that may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from adapters.contract import Changes
from adapters.errors import AdapterError, Misconfigured, NotDelivered, Refused
from tests.faults.differences import differing, undone
from tests.faults.excuses import cannot_strike, excused
from tests.faults.questions import WRITES, Question, holds_error

SLACK_S = 0.1
MOST_BYTES = 16 * 2**20
_TWICE = frozenset({"processed_twice"})  # the department does it again by itself
_DEEDS = {"file": "filing", "supplement": "supplement", "withdraw": "withdrawal"}


class Verdict(StrEnum):
    """Whether an outcome may be."""

    TYPED = "typed error"
    TRUE = "true value"
    UNDETECTABLE = "undetectable by contract"
    UNMET = "not met"  # the kind cannot strike this question, as unmet.toml says
    WRONG = "WRONG VALUE"
    RAW = "RAW EXCEPTION"
    LIE = "LIE ABOUT THE DEED"
    LATE = "LATE"
    LARGE = "TOO MUCH MEMORY"
    TOLD = "PERSONAL DATA TOLD"
    SPARED = "NOT STRUCK"  # and nothing says that it cannot be


GOOD = frozenset({Verdict.TYPED, Verdict.TRUE, Verdict.UNDETECTABLE, Verdict.UNMET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One question asked on one kind of bad day. `outcome`: the error's name, or "value".

    `place`: which of so many `places` of the reply was struck, where a kind strikes one of them;
    `turn`: which question of the verb it was. `fields`: in which the value is not the true one.
    """

    kind: str
    department: str
    verb: str
    about: str
    outcome: str
    verdict: Verdict
    took_s: float
    turn: int = 0
    place: int | None = None
    places: int | None = None
    fields: tuple[str, ...] = ()
    deeds: int = 0
    grown_bytes: int = 0
    message: str = ""
    reason: str = ""  # why it cannot be detected, or cannot be met


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and what has to be said of it."""

    verdict: Verdict
    fields: tuple[str, ...] = ()
    reason: str = ""


def judged(
    kind: str, department: str, question: Question, outcome: Any, deeds: Sequence[Mapping[str, Any]]
) -> Judged:
    """The verdict on an outcome: a value or an exception."""
    if question.verb in WRITES and kind not in _TWICE and _times(question, deeds) > 1:
        return Judged(Verdict.LIE)
    if isinstance(outcome, AdapterError):
        lie = question.verb in WRITES and deeds and _says_undone(outcome)
        return Judged(Verdict.LIE if lie else Verdict.TYPED)
    if isinstance(outcome, Exception):
        return Judged(Verdict.RAW)
    if holds_error(outcome):
        return Judged(Verdict.TYPED)
    if isinstance(outcome, Changes) and outcome.unread:
        wrong = set(differing(*_without_unread(outcome, question.truth)))
        if not wrong:
            return Judged(Verdict.TYPED)  # what cannot be read is said to be so, row by row
    elif question.verb in WRITES:
        wrong = undone(outcome, _deed(question), deeds)
    else:
        wrong = set(differing(outcome, question.truth))
    return of_fields(kind, f"{department}.{question.verb}", wrong, question.about)


def _without_unread(told: Changes, truth: Changes) -> tuple[Changes, Changes]:
    """Both without as many rows as were said to be left out; those that are told stay."""
    missing = [row for row in truth.progress if row not in told.progress]
    left_out = missing[: len(told.unread or ())]
    there = tuple(row for row in truth.progress if row not in left_out)
    return replace(told, unread=None), replace(truth, progress=there)


def _times(question: Question, deeds: Sequence[Mapping[str, Any]]) -> int:
    """How often what was asked for was done."""
    told = _deed(question)
    return sum(told.items() <= deed.items() for deed in deeds)


def _deed(question: Question) -> Mapping[str, str]:
    """What the ledger says of what was asked for."""
    whose = {"receipt": question.receipt} if question.receipt else {"reference": question.reference}
    return {"kind": _DEEDS[question.verb], **whose}


def of_fields(kind: str, at: str, wrong: set[str], about: str = "") -> Judged:
    """The verdict on a value that is not the true one in these fields."""
    if not wrong:
        return Judged(Verdict.TRUE)
    known = excused(kind, at, about)
    reasons = dict.fromkeys(known[field] for field in sorted(wrong & known.keys()))
    verdict = Verdict.UNDETECTABLE if wrong <= known.keys() else Verdict.WRONG
    return Judged(verdict, tuple(sorted(wrong)), "; ".join(reasons))


def missed(kind: str, at: str, about: str = "") -> Judged:
    """The verdict on a question that was not struck."""
    reason = cannot_strike(kind, at, about)
    return Judged(Verdict.UNMET if reason else Verdict.SPARED, reason=reason)


def _says_undone(error: AdapterError) -> bool:
    """Whether the filing protocol takes it for said that nothing was done."""
    if isinstance(error, Refused):
        return error.proven  # else it asks before it believes it
    return isinstance(error, NotDelivered | Misconfigured)
