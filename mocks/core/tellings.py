"""How telling by callback goes: what was heard, what was not, and what is tried again now.

Counted for as long as the process lives. The log says when nobody hears, and when somebody does
again; not each attempt.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Tellings:
    """Of one department; `to` is where it calls back to, "" where it tells nobody."""

    to: str = ""
    heard: int = 0
    failed: int = 0  # attempts nobody heard
    _untold: dict[int, str] = field(default_factory=dict)  # by change: why nobody heard it
    _silent: bool = False

    def hear(self, change: int) -> None:
        """Somebody heard of this change."""
        self.heard += 1
        self._untold.pop(change, None)
        if self._silent and not self._untold:
            self._silent = False
            _log.warning("callbacks to %s are heard again", self.to)

    def miss(self, change: int, receipt: str, why: str) -> None:
        """An attempt to tell this change of a filing that nobody heard; it is tried again."""
        self.failed += 1
        self._untold[change] = why
        if not self._silent:
            self._silent = True
            said = "a callback about %s to %s is not delivered: %s; tried again until it is heard"
            _log.warning(said, receipt, self.to, why)

    def forget(self) -> None:
        """Nothing is to be told any more; what was counted stays."""
        self._untold.clear()
        self._silent = False

    def told(self) -> dict[str, Any] | None:
        """As JSON; None where nobody is told. `waiting`: changes tried in vain so far."""
        if not self.to:
            return None
        why = next(reversed(self._untold.values()), None)
        waiting = len(self._untold)
        return {"to": self.to, "heard": self.heard, "failed": self.failed, "waiting": waiting,
                "why": why}  # fmt: skip
