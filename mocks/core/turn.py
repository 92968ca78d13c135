"""What is asked once in a turn of the loop, for all who ask in that turn."""

import asyncio
from collections.abc import Callable


class OncePerTurn:
    """A question with the answer of this turn.

    Whatever came in this turn had come before the turn began, so nobody who waited for a change to
    be made is answered from before it.
    """

    def __init__(self, ask: Callable[[], bool]) -> None:
        self.ask = ask  # now, whatever the turn has heard
        self._known: bool | None = None

    def __call__(self) -> bool:
        """The answer; without a running loop there is no turn, and each asks anew."""
        if (known := self._known) is None:
            known = self.ask()
            try:
                asyncio.get_running_loop().call_soon(self._forget)
            except RuntimeError:
                return known
            self._known = known
        return known

    def _forget(self) -> None:
        self._known = None
