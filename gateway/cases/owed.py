"""Numbers in rows nobody could read: what departments said of them is asked about by number."""

from collections.abc import Collection, Sequence

from gateway.cases.receipts import can_be_kept
from gateway.metrics import Metrics

_MOST = 1_000  # numbers of a department; the newest are kept


class Owed:
    """By department, until an answer is had.

    Who stops before forgets them. Who calls back and can be asked is asked about everything open in
    each round, numbers nobody could read among it; who cannot be asked is not promised anything,
    and says it again. A feed is read from its beginning in the daily reconciliation.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._numbers: dict[str, dict[str, None]] = {}

    def of(self, department: str) -> Collection[str]:
        """Its numbers, the oldest first."""
        return self._numbers.get(department, {})

    def had(self, department: str, number: str) -> None:
        """It was answered since."""
        self._numbers.get(department, {}).pop(number, None)

    def add(self, department: str, numbers: Sequence[str | None], *, counter: str) -> None:
        """Rows that could not be read; None where not even their number could be."""
        if not numbers:
            return
        self._metrics.count(counter, len(numbers), department=department)
        owed = self._numbers.setdefault(department, {})
        owed |= dict.fromkeys(n for n in numbers if n is not None and can_be_kept(n))
        for old in list(owed)[:-_MOST]:
            del owed[old]
