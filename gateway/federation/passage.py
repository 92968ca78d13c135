"""One call's way through the gate of a department, and the roads there are."""

import asyncio
from typing import Final, NamedTuple

import msgspec

from adapters.errors import OutcomeUnknown
from gateway.federation.breaker import Breaker
from schema.domain.problem import ProblemCode


class Road(NamedTuple):
    """What the gate does for who takes it."""

    # Is turned away where too many wait already; leaves anew where perhaps nobody heard it.
    asks: bool
    again: bool  # is sent once more where it failed
    first: bool  # is no part of a call that failed: it earns second attempts


READ: Final = Road(asks=True, again=True, first=True)
POLL: Final = Road(asks=True, again=False, first=True)
PART: Final = Road(asks=True, again=False, first=False)
FILING: Final = Road(asks=False, again=False, first=False)


class Passage(msgspec.Struct, eq=False):
    """By which road, judged by which breaker, and until when."""

    road: Road
    breaker: Breaker
    loop: asyncio.AbstractEventLoop  # which one runs is a system call to ask, so who knows says it
    end: float  # the loop's time at which it is to be over
    until: float  # when the last who waits for it leaves
    silent_s: float = 0.0  # for how long nothing was heard of what was sent, when given up

    def spares(self, error: OutcomeUnknown) -> bool:
        """Whether the breaker hears nothing of it: a part failed for its keys, perhaps.

        Its whole was judged; many keys of one viewer would else open it for everybody. Silence
        counts, and so does to be told to wait, and what a probe brings.
        """
        if self.road is not PART or self.breaker.opened_at is not None:
            return False
        return error.retry_after_s is None and error.code is not ProblemCode.DEPARTMENT_TIMEOUT
