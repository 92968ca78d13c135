"""A process that kills itself at a named point, as a power cut would: nothing is flushed."""

import os
import signal
from dataclasses import dataclass


@dataclass(slots=True)
class Death:
    """Death at the `left`-th time `point` is reached; without a point, never."""

    point: str | None = None
    left: int = 1

    @classmethod
    def told(cls, text: str | None) -> "Death":
        """From `point:ordinal`."""
        if text is None:
            return cls()
        point, _, ordinal = text.partition(":")
        return cls(point=point, left=int(ordinal or 1))

    def reached(self, point: str, reference: str = "") -> None:
        """Count, and die when it is time."""
        if point != self.point:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
