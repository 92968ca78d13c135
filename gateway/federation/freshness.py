"""For how long what a department said may stand for a new answer, and as the last known."""

import math
from dataclasses import dataclass
from datetime import datetime

from schema.domain.reading import Reading

Life = tuple[float, float]
"""Until when since it was said: fresh, and the last known; seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """For how long an answer may stand for a new one, and as the last known; seconds.

    That there is no such record stands for `absent_s`, and is never the last known.
    """

    record_s: float = 5.0
    progress_s: float = 1.0
    absent_s: float = 1.0
    known_s: float = 86_400.0

    def lives(self, *, progress: bool) -> tuple[Life, Life]:
        """Of what there is, and of what there is not."""
        fresh_s = self.progress_s if progress else self.record_s
        absent_s = min(fresh_s, self.absent_s)
        return (fresh_s, self.known_s), (absent_s, absent_s)


def age_s(reading: Reading, now: datetime) -> float:
    """How long ago a department said this, by a clock that may be behind; for ever if unknown."""
    origin = reading.provenance
    return max(0.0, (now - origin.as_of).total_seconds()) if origin else math.inf
