"""All checks, as one table. Another check is another entry."""

from adapters.conformance import (
    checks_of_conduct,
    checks_of_contracts,
    checks_of_drafts,
    checks_of_messages,
)
from adapters.conformance.table import Check
from adapters.conformance.tiers import TIERS

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (
            *checks_of_messages.CHECKS,
            *checks_of_drafts.CHECKS,
            *checks_of_contracts.CHECKS,
            *checks_of_conduct.CHECKS,
        ),
        key=lambda check: TIERS.index(check.tier),
    )
)
