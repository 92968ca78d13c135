"""One call's way through the gate of a department."""

import asyncio

from adapters.errors import OutcomeUnknown
from gateway.federation.breaker import Breaker
from schema.domain.problem import ProblemCode


class Passage:
    """Until when it may take, judged by which breaker, and whether it may leave once more."""

    __slots__ = ("again", "asks", "breaker", "end", "first", "loop", "silent_s", "until")

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
        self.silent_s = 0.0  # for how long nothing was heard of what was sent, when given up

    def spares(self, error: OutcomeUnknown) -> bool:
        """Whether the breaker hears nothing of it: a part failed for its keys, perhaps.

        Its whole was judged; many keys of one viewer would else open it for everybody. Silence
        counts, and so does to be told to wait, and what a probe brings.
        """
        if self.first or not self.asks or self.breaker.opened_at is not None:
            return False
        return error.retry_after_s is None and error.code is not ProblemCode.DEPARTMENT_TIMEOUT
