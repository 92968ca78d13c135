"""What was seen and is being dealt with: nothing is taken up twice, and nothing stale at all."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Sightings:
    """Things to deal with, by key. A list read before something was settled says nothing of it."""

    _busy: set[str] = field(default_factory=set)
    _settled_at: dict[str, float] = field(default_factory=dict)
    _times: dict[str, int] = field(default_factory=dict)

    def take(self, key: str, seen_at: float) -> bool:
        """Whether to deal with it now; then nobody else does until it is settled."""
        if key in self._busy or seen_at <= self._settled_at.get(key, 0.0):
            return False
        self._busy.add(key)
        self._times[key] = self._times.get(key, 0) + 1
        return True

    def times(self, key: str) -> int:
        """How often it was taken."""
        return self._times[key]

    def settle(self, key: str) -> None:
        """It is dealt with; seen again from now on, it is a new one."""
        self._settled_at[key] = time.monotonic()
        self._busy.discard(key)
