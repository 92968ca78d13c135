"""How many reads may be tried a second time: a token bucket that first attempts fill."""

from dataclasses import dataclass
from typing import Final

_SHARE: Final = 0.15  # of the first attempts
_MOST: Final = 3.0  # saved up: what a department on good days is forgiven at once
_RESERVE: Final = 12.0  # saved up besides: finds one key among sixty-four, four parts at a time


@dataclass(slots=True)
class RetryBudget:
    """With n first attempts in any stretch of time, at most 0.15 n + 15 second ones.

    So from three hundred first attempts on, all attempts are at most 1.2 times as many, however
    many fail. Three of the fifteen are whole calls sent again, so that without parts sixty are
    enough; twelve are parts of calls that failed, and are saved up again on good days only.
    """

    tokens: float = _MOST
    reserve: float = _RESERVE

    def first(self) -> None:
        """A first attempt is made."""
        if self.tokens < _MOST:
            self.tokens = min(_MOST, self.tokens + _SHARE)
        elif self.reserve < _RESERVE:
            self.reserve = min(_RESERVE, self.reserve + _SHARE)

    def take(self) -> bool:
        """Whether a second attempt may be made; it counts as made."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def parts(self, wanted: int) -> int:
        """How many parts, at most so many, a failed call may be sent again in; they count as made.

        None where it could not be parted at all.
        """
        granted = min(wanted, int(self.reserve))
        if granted < min(wanted, 2):
            return 0
        self.reserve -= granted
        return granted
