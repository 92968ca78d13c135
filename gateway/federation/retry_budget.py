"""How many reads may be tried a second time: a token bucket that first attempts fill."""

from dataclasses import dataclass

_SHARE = 0.15  # of the first attempts
_MOST = 3.0  # saved up: what a department on good days is forgiven at once


@dataclass(slots=True)
class RetryBudget:
    """With n first attempts in any stretch of time, at most 0.15 n + 3 second ones.

    So from sixty first attempts on, all attempts are at most 1.2 times as many, however many fail.
    """

    tokens: float = _MOST

    def first(self) -> None:
        """A first attempt is made."""
        self.tokens = min(_MOST, self.tokens + _SHARE)

    def take(self) -> bool:
        """Whether a second attempt may be made; it counts as made."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
