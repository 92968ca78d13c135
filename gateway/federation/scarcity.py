"""Whether a department has calls to spare, as far as its declaration and our own calls tell."""

from collections import deque
from typing import Final

from gateway.federation.gate import Gate

_SHARE: Final = 0.5  # of the calls of a second: above it, the rest is kept for a crowd
_SECOND_S: Final = 1.1  # as the line counts it, on the safe side


class Scarcity:
    """Counts the calls of one event loop, by department."""

    def __init__(self) -> None:
        self._lately: dict[Gate, deque[float]] = {}

    def called(self, gate: Gate, now: float) -> None:
        """One more call leaves."""
        if not gate.paced:
            return
        lately = self._lately.get(gate)
        if lately is None:
            most = max(1, int(gate.info.limits.rate_per_s * _SHARE))
            lately = self._lately[gate] = deque(maxlen=most)
        lately.append(now)

    def of(self, gate: Gate, now: float) -> bool:
        """Whether every slot is taken, or half of a second's calls have left within the last."""
        if not gate.slots.free:
            return True
        if not gate.paced:
            return False
        lately = self._lately.get(gate)
        if lately is None or len(lately) < (lately.maxlen or 0):
            return False
        return now - lately[0] < _SECOND_S
