"""The three tiers, and the four ways a check comes out."""

from enum import StrEnum


class Tier(StrEnum):
    """How far a department is trusted; each tier contains the one before."""

    BRONZE = "bronze"  # it may be registered
    SILVER = "silver"  # it may carry live traffic
    GOLD = "gold"  # it may stand on a critical path


TIERS = tuple(Tier)


class State(StrEnum):
    """How a check came out. Only PASSED and NOT_APPLICABLE let a tier be reached."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    SKIPPED = "skipped"
