"""The log of one operation's department calls: for developers, without keys or values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Call:
    """One call, or one group of reads that needed none."""

    department: str
    operation: str
    keys: int
    outcome: str = "pending"  # ok | cached | joined | deadline | a problem code
    ms: float = 0.0

    def as_json(self) -> Mapping[str, Any]:
        """As `extensions.calls` shows it."""
        return {
            "department": self.department,
            "operation": self.operation,
            "keys": self.keys,
            "ms": round(self.ms, 1),
            "outcome": self.outcome,
        }
