"""One call's way through the gate of a department."""

import asyncio

from gateway.federation.breaker import Breaker


class Passage:
    """Until when it may take, judged by which breaker, and whether it may leave once more."""

    __slots__ = ("again", "asks", "breaker", "end", "first", "loop", "until")

    def __init__(
        self,
        breaker: Breaker,
        end: float,
        loop: asyncio.AbstractEventLoop | None,
        again: bool,
        asks: bool,
        first: bool,
    ) -> None:
        self.breaker = breaker
        self.end = end  # the loop's time at which it is to be over
        self.until = end  # when the last who waits for it leaves
        # To ask which loop runs takes a system call; who knows says so.
        self.loop = loop or asyncio.get_running_loop()
        self.again = again
        # Is turned away where too many wait already; leaves anew where perhaps nobody heard it.
        self.asks = asks
        self.first = first  # and no part of one that failed: it earns second attempts
