"""What to do next with one command, from what was tried so far: the filing protocol, pure.

Unknown is not failed. What may have arrived is sent again only to a department that honours keys,
or after it said twice, each time when it had settled, that it has nothing. Otherwise a person asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from schema.domain.delivery_rule import Rule
from schema.domain.department import Repeats

UNSENDABLE = "the contract does not allow it"  # detail of what was not sent, and never will be
TAKEN = "the number is another filing's"  # detail of an answer that says nothing of this one
ABSENTS = 2  # look-ups in a row that found nothing, before absence is believed


class Act(StrEnum):
    """What an attempt did."""

    SEND = "send"
    ASK = "ask"  # look up whether it arrived
    TOLD = "told"  # a clerk said what happened, or ordered another round


class Outcome(StrEnum):
    """What came of an attempt. What is not listed elsewhere is unknown."""

    OPEN = "open"  # claimed; whether a byte left is not known
    OK = "ok"  # of SEND: it arrived · of ASK and TOLD: it is there
    REFUSED = "refused"
    UNPROVEN = "unproven"  # of SEND: refused, in words that may be the answer to something else
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    ABSENT = "absent"  # of ASK and TOLD: the department has nothing under this reference
    FAILED = "failed"  # of ASK: no answer; not the same as absent
    RETRY = "retry"  # of TOLD: look again; it says nothing about what happened


_IN_DOUBT = frozenset({Outcome.UNKNOWN, Outcome.OPEN, Outcome.UNPROVEN})
_SAID_NO = frozenset({Outcome.REFUSED, Outcome.UNPROVEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at one command, in the order they were made."""

    act: Act
    outcome: Outcome
    detail: str | None = None  # receipt of an OK, reason of a refusal
    fault: str | None = None  # the department's code of a refusal


@dataclass(frozen=True, slots=True)
class Send:
    """Claim, commit, send; `after` seconds from now."""

    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """Look the reference up, `after` seconds from now."""

    after: float


@dataclass(frozen=True, slots=True)
class Adopt:
    """It arrived; what the attempt said (a receipt) is ours."""

    receipt: str | None


@dataclass(frozen=True, slots=True)
class Refuse:
    """The department said no, for good."""

    reason: str | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Park:
    """Nothing safe is left to do: a clerk asks the department."""

    why: str


Move = Send | Ask | Adopt | Refuse | Park


def next_move(history: Sequence[Attempt], rule: Rule) -> Move:
    """What is to be done after these attempts."""
    if not history:
        return Send()
    last = history[-1]
    match last.act:
        case Act.SEND:
            return _after_send(history, last, rule)
        case Act.ASK:
            return _after_ask(history, last, rule)
        case Act.TOLD:
            return _after_told(history, last, rule)


def may_retry(history: Sequence[Attempt], rule: Rule) -> bool:
    """Whether another round may be ordered now: of what is parked, or waits in a back-off.

    Never of what only a person can clear up, nor while a department is left time to settle.
    """
    round_ = _another_round(history, rule)
    return next_move(history, rule) != round_ and isinstance(round_, Send | Ask)


def said_no(history: Sequence[Attempt]) -> bool:
    """Whether what was sent last was refused: parked, it is final once nothing is there."""
    sent = _last_send(history)
    return sent is not None and sent.outcome in _SAID_NO


def may_have_arrived(history: Sequence[Attempt]) -> bool:
    """Whether an attempt was sent whose fate nobody has told since."""
    open_ = answered = False
    absents = 0
    for attempt in history:
        if attempt.act is Act.SEND:
            sent, answered = attempt.outcome in _IN_DOUBT, attempt.detail == TAKEN
            open_, absents = open_ or sent, 0
        elif attempt.outcome is Outcome.RETRY:
            absents = 0  # the department is asked anew, twice again
        elif attempt.outcome is Outcome.ABSENT:
            absents += 1
            open_ = open_ and attempt.act is Act.ASK and (answered or absents < ABSENTS)
    return open_


def _after_told(history: Sequence[Attempt], last: Attempt, rule: Rule) -> Move:
    match last.outcome:
        case Outcome.OK:
            return Adopt(last.detail)
        case Outcome.RETRY:
            return _another_round(history, rule)
        case _:
            return _told_absent(history, rule)


def _told_absent(history: Sequence[Attempt], rule: Rule) -> Move:
    """Sent anew; but where a clerk was asked about a refusal, that was the department's answer.

    A clerk says so as well of what had arrived in spite of it, and went missing: that is filed.
    """
    sent = _last_send(history)
    asked = isinstance(next_move(history[:-1], rule), Park)
    return _refuse(sent) if asked and sent and sent.outcome in _SAID_NO else Send()


def _another_round(history: Sequence[Attempt], rule: Rule) -> Move:
    """Look again without knowing more: the next move without its wait, unless that is for the
    department to settle; what is parked in doubt is asked about, and never sent blindly.
    """
    orders = takewhile(lambda a: a.outcome is Outcome.RETRY, reversed(history))
    before = history[: len(history) - sum(1 for _ in orders)]
    move = next_move(before, rule)
    match move:
        case Send():
            return Send()
        case Ask():
            return Ask(0.0) if before[-1].outcome is Outcome.FAILED else move
        case Park():
            return _unparked(before, rule)
        case _:
            return move


def _unparked(before: Sequence[Attempt], rule: Rule) -> Move:
    if rule.repeats is Repeats.LOOKUP and _ever_in_doubt(before):
        return Ask(0.0)
    if rule.repeats is Repeats.BLIND and may_have_arrived(before):
        return _park(before, rule)
    return Send()


def _ever_in_doubt(history: Sequence[Attempt]) -> bool:
    return any(a.act is Act.SEND and a.outcome in _IN_DOUBT for a in history)


def _after_send(history: Sequence[Attempt], last: Attempt, rule: Rule) -> Move:
    match last.outcome:
        case Outcome.OK:
            return Adopt(last.detail)
        case Outcome.REFUSED:
            return _refused(history, last, rule)
        case Outcome.UNPROVEN:
            return _unproven(history, last, rule)
        case Outcome.NOT_SENT:
            return _again(history, rule)
        case _ if last.detail == TAKEN:
            return Ask(rule.settle_s) if rule.repeats is Repeats.LOOKUP else Park(TAKEN)
        case _:
            return _UNKNOWN[rule.repeats](history, rule)


def _refused(history: Sequence[Attempt], last: Attempt, rule: Rule) -> Move:
    """A refusal of what was sent again may mean "I have it": a department that can be asked is."""
    doubtful = _ever_in_doubt(history) and rule.repeats is Repeats.LOOKUP
    return Ask(0.0) if doubtful else _refuse(last)


def _refuse(said: Attempt) -> Refuse:
    return Refuse(said.detail, said.fault)


def _unproven(history: Sequence[Attempt], last: Attempt, rule: Rule) -> Move:
    """A refusal that may be another's answer: ask, or send it once more under its key, or yield."""
    if rule.repeats is Repeats.LOOKUP:
        return Ask(rule.settle_s)
    first = sum(attempt.outcome is Outcome.UNPROVEN for attempt in history) == 1
    return _again(history, rule) if first and rule.repeats is Repeats.KEY else _refuse(last)


def _again(history: Sequence[Attempt], rule: Rule) -> Move:
    if history[-1].detail == UNSENDABLE:  # until a person mends it, and orders a retry
        return Park(UNSENDABLE)
    tried = _last_sends(history, _IN_DOUBT | {Outcome.NOT_SENT})
    if tried >= rule.sends:
        return Park("not reachable")
    return Send(_wait(tried, rule))


def _ask_first(history: Sequence[Attempt], rule: Rule) -> Move:
    return Ask(rule.settle_s)


def _park(history: Sequence[Attempt], rule: Rule) -> Move:
    return Park("outcome unknown")


_UNKNOWN = {Repeats.KEY: _again, Repeats.LOOKUP: _ask_first, Repeats.BLIND: _park}


def _after_ask(history: Sequence[Attempt], last: Attempt, rule: Rule) -> Move:
    match last.outcome:
        case Outcome.OK:
            return Adopt(last.detail)
        case Outcome.ABSENT:
            return _absent(history, rule)
        case _ if last.detail == TAKEN:
            return Park(TAKEN)
        case _:
            return _ask_again(history, rule)


def _absent(history: Sequence[Attempt], rule: Rule) -> Move:
    sent = _last_send(history)
    if _absents(history) < ABSENTS:
        return Ask(rule.settle_s)
    if sent and sent.outcome in _SAID_NO:
        return _refuse(sent)
    if sent and sent.detail == TAKEN:
        return Park(TAKEN)  # it took something, whatever it finds of it now
    if _doubtful_sends(history) >= rule.blind_sends:
        return Park("sent often, never seen")
    return Send()


def _last_send(history: Sequence[Attempt]) -> Attempt | None:
    return next((a for a in reversed(history) if a.act is Act.SEND), None)


def _absents(history: Sequence[Attempt]) -> int:
    """How often since the last send the department said, when it answered, that it has nothing."""
    asked = takewhile(lambda a: a.act is Act.ASK, reversed(history))
    return sum(a.outcome is Outcome.ABSENT for a in asked)


def _ask_again(history: Sequence[Attempt], rule: Rule) -> Move:
    failing = takewhile(
        lambda a: a.act is Act.ASK and a.outcome is not Outcome.ABSENT, reversed(history)
    )
    failed = sum(1 for _ in failing)
    return Park("cannot be asked") if failed >= rule.asks else Ask(_wait(failed, rule))


def _last_sends(history: Sequence[Attempt], outcomes: frozenset[Outcome]) -> int:
    run = takewhile(lambda a: a.act is Act.SEND and a.outcome in outcomes, reversed(history))
    return sum(1 for _ in run)


def _doubtful_sends(history: Sequence[Attempt]) -> int:
    """How often it was sent since a person spoke, as far as it may have arrived."""
    since = takewhile(lambda a: a.act is not Act.TOLD, reversed(history))
    return sum(a.act is Act.SEND and a.outcome in _IN_DOUBT for a in since)


def _wait(tries: int, rule: Rule) -> float:
    return float(min(rule.longest_wait_s, rule.first_wait_s * 2 ** min(tries - 1, 20)))
