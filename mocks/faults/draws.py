"""What a rule draws: from the fleet's seed, the rule, what was asked, and how often it was asked.

No stream: in whatever order calls come, or at once, the same one draws the same.
"""

from mocks.core.numbers import drawn

_MOST = 65_536  # of what was asked; beyond that the oldest is asked as if for the first time
_FINE = 2**64


class Draws:
    """The draws of one rule of one fleet."""

    def __init__(self, seed: int, *rule: object) -> None:
        self._seed, self._rule = seed, rule
        self._asked: dict[int, int] = {}

    def next(self, about: str) -> int:
        """A large number, for the next time this is asked."""
        key = drawn(self._seed, *self._rule, about)
        times = self._asked.pop(key, 0) + 1
        if len(self._asked) >= _MOST:
            del self._asked[next(iter(self._asked))]
        self._asked[key] = times
        return drawn(key, times)


def share_of(number: int) -> float:
    """A number drawn, as one from 0 up to but not including 1."""
    return number / _FINE
