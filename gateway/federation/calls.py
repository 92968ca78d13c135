"""The log of one operation's department calls: for developers, without keys or values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Call:
    """One call, or one group of reads that needed none."""

    department: str
    source: str
    way: str
    keys: int
    wave: int  # how many waves of the operation had left before, and one
    outcome: str = "pending"  # ok | cached | shared | deadline | a problem code
    ms: float = 0.0

    def as_json(self) -> Mapping[str, Any]:
        """As `extensions.calls` shows it."""
        return {
            "department": self.department,
            "operation": f"{self.source}.{self.way}",
            "keys": self.keys,
            "wave": self.wave,
            "ms": round(self.ms, 1),
            "outcome": self.outcome,
        }
