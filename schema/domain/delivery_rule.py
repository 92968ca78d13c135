"""How a department takes what is delivered to it: what may be repeated, and how long to wait."""

from dataclasses import dataclass

from schema.domain.case import Verb
from schema.domain.department import DepartmentInfo, Repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one department takes one verb; seconds and counts."""

    repeats: Repeats
    settle_s: float  # until a look-up may be believed
    first_wait_s: float = 0.5
    longest_wait_s: float = 300.0
    sends: int = 500  # of what certainly did not arrive, or may be repeated
    blind_sends: int = 6  # after an unknown outcome and two absents
    asks: int = 40  # failing look-ups in a row


def rule_for(info: DepartmentInfo, verb: Verb) -> Rule:
    """How this department takes this verb.

    A withdrawal may always be sent again: "already withdrawn" counts as done. A supplement may be
    looked up also where a filing cannot: its receipt is known.
    """
    repeats = info.repeats
    if verb is Verb.WITHDRAW:
        repeats = Repeats.KEY
    elif verb is Verb.SUPPLEMENT and repeats is Repeats.BLIND and info.finds_supplements:
        repeats = Repeats.LOOKUP
    return Rule(repeats=repeats, settle_s=info.limits.settle_s)
