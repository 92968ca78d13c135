"""The event loop that something belongs to."""

import asyncio


class OwnLoop:
    """The one loop that runs when it is first asked for; remembered from then on.

    To ask which loop runs takes a system call each time: several of them a read add up.
    """

    __slots__ = ("_loop",)

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> asyncio.AbstractEventLoop:
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        return loop

    def time(self) -> float:
        """The loop's time."""
        return self().time()
