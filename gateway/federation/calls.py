"""The log of one operation's department calls: for developers, without keys or values."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

PENDING: Final = "pending"
DEADLINE: Final = "deadline"
_GOING_ON: Final = (PENDING, "ok")  # what may be said before a call, or another of them, has landed


class Call(msgspec.Struct, eq=False):
    """One call that was wanted, or one group of reads that needed none."""

    department: str
    source: str
    way: str
    keys: int
    wave: int  # how many waves of the operation had left before, and one
    asked_at: float  # the loop's time
    outcome: str = PENDING  # ok | cached | shared | deadline | a problem code
    made: bool = False  # the department was asked; else nobody needed to, or nobody was let through
    ms: float = 0.0

    def landed(self, outcome: str, ms: float) -> None:
        """So it ended, or one of its parts: of these, the first that failed is told."""
        if self.outcome != DEADLINE:
            self.ms = ms
        if self.outcome in _GOING_ON:
            self.outcome = outcome

    def out_of_time(self, now: float) -> None:
        """Nobody waits for it any longer, where it has no outcome yet."""
        if self.outcome == PENDING:
            self.outcome = DEADLINE
            self.ms = (now - self.asked_at) * 1000

    def as_json(self) -> Mapping[str, Any]:
        """As `extensions.calls` shows it."""
        return {
            "department": self.department,
            "operation": f"{self.source}.{self.way}",
            "keys": self.keys,
            "wave": self.wave,
            "made": self.made,
            "ms": round(self.ms, 1),
            "outcome": self.outcome,
        }
