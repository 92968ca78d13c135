"""Who applies: most are granted, some must add something, some are refused, some think better."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mocks.core.filed import REFUSAL_MARKER, SUPPLEMENT_MARKER
from tests.chaos.plan import Plan, Shares

RESTAURANT, SCOPE, LIFT = "open_restaurant", "change_business_scope", "install_lift"
# The answer in which a marker reaches the department of one item and of no other.
_FIELD_OF: Mapping[str, Mapping[str, str]] = {
    RESTAURANT: {
        "A": "authorisationScope",
        "B": "foodItems",
        "C": "fireSafetyOwnerName",
        "D": "signText",
    },
    SCOPE: {"B": "foodItems", "D": "signText"},
    LIFT: {},
}
_LONGEST_THOUGHT_DAYS = 6.0


class Fate(StrEnum):
    """What an application is made for."""

    GRANTED = "granted"
    SUPPLEMENT = "supplement"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """One applicant's way."""

    number: int
    one_thing: str
    fate: Fate
    item: str  # at which something is asked for or refused
    double: bool  # submits twice at once
    withdraws_after_s: float

    def answers(self, typed: Mapping[str, object]) -> dict[str, object]:
        """The answers with what makes a department do as this fate wants."""
        marker = {Fate.SUPPLEMENT: SUPPLEMENT_MARKER, Fate.REFUSED: REFUSAL_MARKER}.get(self.fate)
        if marker is None:
            return dict(typed)
        key = _FIELD_OF[self.one_thing][self.item]
        return {**typed, key: f"{typed[key]}{marker}"}


def characters(plan: Plan) -> Iterator[Character]:
    """The applicants of a plan; the same seed gives the same ones."""
    draw = random.Random(plan.seed)
    for number in range(plan.applications):
        one_thing = _one_thing(draw.random(), plan.shares)
        items = list(_FIELD_OF[one_thing])
        fate = _fate(draw.random(), plan.shares)
        if not items and fate in (Fate.SUPPLEMENT, Fate.REFUSED):
            fate = Fate.GRANTED
        yield Character(
            number=number,
            one_thing=one_thing,
            fate=fate,
            item=draw.choice(items) if items else "",
            double=draw.random() < plan.shares.double,
            withdraws_after_s=draw.uniform(0, _LONGEST_THOUGHT_DAYS) * plan.day_s,
        )


def _one_thing(drawn: float, shares: Shares) -> str:
    if drawn < shares.lift:
        return LIFT
    return SCOPE if drawn < shares.lift + shares.scope else RESTAURANT


def _fate(drawn: float, shares: Shares) -> Fate:
    for fate, share in (
        (Fate.SUPPLEMENT, shares.supplement),
        (Fate.REFUSED, shares.refused),
        (Fate.WITHDRAWN, shares.withdrawn),
    ):
        if drawn < share:
            return fate
        drawn -= share
    return Fate.GRANTED
