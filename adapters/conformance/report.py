"""What came of an examination, for programs and for the pages made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.conformance.table import Checked, reached
from adapters.conformance.tiers import TIERS, State, Tier
from schema.domain.text import Text

TIER_NAMES = {
    Tier.BRONZE: Text(zh="铜：可以登记", en="bronze: may be registered"),
    Tier.SILVER: Text(zh="银：可以承载真实业务", en="silver: may carry live traffic"),
    Tier.GOLD: Text(zh="金：可以处于关键路径", en="gold: may stand on a critical path"),
}
STATE_NAMES = {
    State.PASSED: Text(zh="通过", en="passed"),
    State.FAILED: Text(zh="未通过", en="failed"),
    State.NOT_APPLICABLE: Text(zh="不适用", en="not applicable"),
    State.SKIPPED: Text(zh="未检查", en="skipped"),
}
NO_TIER = Text(zh="未达到任何等级", en="no tier reached")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One examination of one department."""

    department: str
    name: Text
    against: str | None  # the real system's address, None when it was the stand-in only
    asked: Tier
    checked: Sequence[Checked]
    seconds: float

    @property
    def tier(self) -> Tier | None:
        """The highest tier reached."""
        return reached(self.checked)

    @property
    def good(self) -> bool:
        """Whether the tier that was asked is reached."""
        tier = self.tier
        return tier is not None and TIERS.index(tier) >= TIERS.index(self.asked)

    def of(self, tier: Tier) -> list[Checked]:
        """The checks of one tier."""
        return [one for one in self.checked if one.check.tier is tier]

    def count(self, state: State) -> int:
        """How many checks came out so."""
        return sum(one.result.state is state for one in self.checked)

    @property
    def conclusion(self) -> Text:
        """What it comes to, in a sentence."""
        tier = self.tier
        name = NO_TIER if tier is None else TIER_NAMES[tier]
        failed, skipped = self.count(State.FAILED), self.count(State.SKIPPED)
        return Text(
            zh=f"{self.name.zh}：{name.zh}；{failed} 项未通过，{skipped} 项未检查",
            en=f"{self.name.en}: {name.en}; {failed} failed, {skipped} skipped",
        )


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs."""
    return {
        "department": report.department,
        "name": _text(report.name),
        "against": report.against,
        "tier": report.tier,
        "asked": report.asked,
        "reached": report.good,
        "seconds": round(report.seconds, 1),
        "counts": {state.value: report.count(state) for state in State},
        "checks": [_check(one) for one in report.checked],
    }


def _check(one: Checked) -> dict[str, Any]:
    return {
        "id": one.check.id,
        "tier": one.check.tier,
        "title": _text(one.check.title),
        "state": one.result.state,
        "evidence": one.result.evidence,
        "reason": _text(one.check.reason),
        "remedy": _text(one.check.remedy),
        "seconds": round(one.seconds, 2),
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
