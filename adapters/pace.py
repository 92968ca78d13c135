"""How many calls a second a department takes, kept before they leave; and when to come again."""

from collections import deque
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_S: Final = 86_400.0  # what asks for more says nothing that anybody could plan by
_APART_S = 0.1  # calls may take so much longer or shorter to arrive than others


class Pace:
    """At most `rate_per_s` calls in any second; below one, one call in `1 / rate_per_s` seconds.

    0 is no limit. What is held back is held in the order it came.
    """

    def __init__(self, rate_per_s: float) -> None:
        at_once = max(1, int(rate_per_s))
        self._window_s = at_once / rate_per_s + _APART_S if rate_per_s > 0 else 0.0
        self._left: deque[float] = deque(maxlen=at_once)

    def turn(self, now: float, deadline: float) -> float | None:
        """The moment from which the next call may leave; None when that is past the deadline.

        A moment given out is taken, whether or not the call is made.
        """
        full = len(self._left) == self._left.maxlen
        at = max(now, self._left[0] + self._window_s) if full and self._window_s else now
        if at > now and at >= deadline:
            return None
        self._left.append(at)
        return at


def told_to_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds its `Retry-After` asks for, a day at most; None where it says nothing of use.

    A date is taken against the reply's own `Date`: clocks need not agree. Names in lower case.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_S)
    try:
        until, now = parsedate_to_datetime(said), parsedate_to_datetime(headers.get("date", ""))
        return min(max(0.0, (until - now).total_seconds()), LONGEST_S)
    except (ValueError, TypeError, OverflowError):
        return None
