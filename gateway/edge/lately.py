"""Whether something was met lately, told by its hash: no more is kept of it."""


class Lately:
    """At least the last `most` that were met, and at most twice as many.

    Another with the same hash passes for it: good for what is looked at closely afterwards.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._met: set[int] = set()
        self._before: set[int] = set()

    def __contains__(self, mark: int) -> bool:
        return mark in self._met or mark in self._before

    def meet(self, mark: int) -> None:
        """It was met just now."""
        self._met.add(mark)
        if len(self._met) >= self._most:
            self._before, self._met = self._met, set()
