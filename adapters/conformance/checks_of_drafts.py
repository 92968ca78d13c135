"""Checks of what a draft leaves behind."""

from adapters.conformance import declared
from adapters.conformance.table import Check
from adapters.conformance.tiers import Tier
from schema.domain.text import Text

CHECKS = (
    Check(
        id="decided",
        tier=Tier.BRONZE,
        title=Text(zh="草稿中的问题均已决定", en="Every question of the draft is decided"),
        reason=Text(
            zh="草稿里的数值是猜测，须由人决定",
            en="What a draft sets is a guess until a person has decided it",
        ),
        remedy=Text(
            zh="逐条决定，然后删去该行 # DECIDE 注释",
            en="decide each, then remove its line # DECIDE",
        ),
        run=declared.all_is_decided,
        running=False,
    ),
)
