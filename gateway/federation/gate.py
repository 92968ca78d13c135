"""The way to one department: so many calls at once, none while it is down, none beyond its time.

Every road takes it: the reads of queries, polls and look-ups, filings. The slots and what the
department asked for (`Retry-After`) are common to all; whether it answers is judged for each road
apart: a register that is out of order holds no filing back, nor a bad filing asked about a read.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from adapters.errors import (
    AdapterError,
    ContractBroken,
    NotCalled,
    NotDelivered,
    OutcomeUnknown,
)
from adapters.pace import LONGEST_S
from gateway.federation.breaker import Breaker
from gateway.federation.passage import FILING, POLL, READ, Passage
from gateway.federation.problems import problem
from gateway.federation.retry_budget import RetryBudget
from gateway.federation.slots import Slots
from schema.domain.department import DepartmentInfo
from schema.domain.problem import Problem, ProblemCode
from schema.graph.ports import DepartmentHealth

Answer = TypeVar("Answer")
Send = Callable[[float], Awaitable[Answer]]
"""One attempt, within so many seconds."""

PATIENCE_S: Final = 1.0
LONGEST_REST_S: Final = 30.0  # however long it asks us to stay away
_PAUSE_S = 0.1  # before a second attempt, where it does not say how long
LEAST_S: Final = 0.1  # left for a second attempt, or it is not worth making
_DOWN = frozenset(
    {
        ProblemCode.DEPARTMENT_UNREACHABLE,
        ProblemCode.DEPARTMENT_TIMEOUT,
        ProblemCode.DEPARTMENT_BUSY,
    }
)


class Gate:
    """Guards every call to one department; belongs to one event loop."""

    def __init__(
        self,
        info: DepartmentInfo,
        *,
        now: Callable[[], datetime],
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.info = info
        self.paced = info.limits.rate_per_s > 0  # so many calls a second, and no more
        self.reads = Breaker()
        self.polls = Breaker()
        self.filings = Breaker()
        # Given up on sooner than this, the department is not blamed for silence.
        self.patience_s = min(PATIENCE_S, info.limits.timeout_s / 2)
        self._now = now
        self._draw = draw
        self.retries = RetryBudget()
        self.slots = Slots(info.id, max(1, info.limits.concurrency), self.shut)
        self.away_until = 0.0  # it asked us to wait
        self._up: bool | None = None
        self._since: datetime | None = None
        self._trouble: AdapterError | None = None

    @property
    def health(self) -> DepartmentHealth:
        """Whether it answered lately."""
        told = self.problem(self._trouble) if self._trouble else None
        return DepartmentHealth(up=self._up, since=self._since, reason=told.text if told else None)

    def problem(self, error: AdapterError) -> Problem:
        """The error as people should read it, with the time when trying again may help."""
        wait = error.retry_in_s if isinstance(error, NotCalled) else error.retry_after_s
        if wait is None:
            return problem(error, self.info.name)
        wait = max(0.0, min(wait, LONGEST_S))  # in this order it bounds "nan" too: this never fails
        retry_at = self._now() + timedelta(seconds=wait)
        return problem(error, self.info.name, retry_at)

    def told_down(self, error: AdapterError) -> None:
        """Somebody else found it down; the next call is tried all the same."""
        self._note(error)

    def reading(
        self, end: float, loop: asyncio.AbstractEventLoop | None = None, *, again: bool = True
    ) -> Passage:
        """The way for a read; it may be sent a second time, without `again` only where the first
        went over a connection that may have been closed already.
        """
        road = READ if again else POLL
        return Passage(road, self.reads, loop or asyncio.get_running_loop(), end, end)

    def polling(self, end: float) -> Passage:
        """The way for a poll or a look-up: a read nobody waits for; it has a pace of its own."""
        return Passage(POLL, self.polls, asyncio.get_running_loop(), end, end)

    def filing(self, end: float) -> Passage:
        """The way for a filing: sent once at most, and never turned away by a crowd of reads."""
        return Passage(FILING, self.filings, asyncio.get_running_loop(), end, end)

    def shut(self, breaker: Breaker, now: float) -> NotCalled | None:
        """Why no call may leave now; None when one may."""
        if now < self.away_until:
            busy, wait = ProblemCode.DEPARTMENT_BUSY, self.away_until - now
            return NotCalled(self.info.id, "it asked us to wait", code=busy, retry_in_s=wait)
        return self.down(breaker, now) if breaker.shut(now) else None

    async def call(self, passage: Passage, send: Send[Answer]) -> Answer:
        """The answer of `send(seconds left)`, or AdapterError; a read may be sent twice."""
        loop, breaker, slots = passage.loop, passage.breaker, self.slots
        began = loop.time()
        if breaker.opened_at is not None or began < self.away_until:
            kept_back = self.shut(breaker, began)
            if kept_back is not None:
                raise kept_back
        if slots.free:
            slots.free -= 1
        else:
            await slots.wait(passage)
            began = loop.time()
        try:
            if passage.road.first:
                self.retries.first()
            era = breaker.era if breaker.opened_at is None else self._admitted(breaker, began)
            try:
                answer = await send(passage.end - began)
            except BaseException as error:
                return await self._again(passage, send, era, error, loop.time() - began)
            if breaker.failures or not self._up:  # there is something to put right
                self._answered(breaker, era)
            return answer
        finally:
            if slots.waiting:
                slots.leave()
            else:
                slots.free += 1

    async def _again(
        self, passage: Passage, send: Send[Answer], era: int, error: BaseException, took: float
    ) -> Answer:
        """The answer of a second attempt; the error of the first where none is made."""
        loop, breaker = passage.loop, passage.breaker
        self._judge(passage, era, error, took)
        pause = self._pause(passage, error, took)
        if pause is None:
            raise error
        due = loop.time() + pause
        await asyncio.sleep(pause)
        began = max(due, loop.time())  # a loop may wake a little early
        if self.shut(breaker, began):  # others have found it down meanwhile
            raise error
        era = self._admitted(breaker, began)
        try:
            answer = await send(passage.end - began)
        except BaseException as second:
            self._judge(passage, era, second, loop.time() - began)
            raise
        self._answered(breaker, era)
        return answer

    def _admitted(self, breaker: Breaker, now: float) -> int:
        era = breaker.admit(now)
        if era is None:
            raise self.down(breaker, now)
        return era

    def _pause(self, passage: Passage, error: BaseException, took: float) -> float | None:
        """Seconds until the second attempt; None when there is to be none."""
        if not isinstance(error, AdapterError) or passage.breaker.opened_at is not None:
            return None
        unheard = passage.road.asks and isinstance(error, OutcomeUnknown) and error.unheard
        if not (unheard or passage.road.again) or isinstance(error, NotCalled) or not fails(error):
            return None
        wait = 0.0 if unheard else error.retry_after_s
        if wait is None:
            wait = _PAUSE_S * (0.5 + self._draw())
        left = min(passage.until, passage.end) - asyncio.get_running_loop().time() - wait
        if left < max(LEAST_S, took) or not self.retries.take():
            return None
        return wait

    # -- verdicts --------------------------------------------------------------------------

    def _judge(self, passage: Passage, era: int, error: BaseException, took: float) -> None:
        breaker = passage.breaker
        if isinstance(error, OutcomeUnknown) and (error.unheard or passage.spares(error)):
            breaker.abandoned(era)  # perhaps nobody was asked; or the whole of it was judged
        elif isinstance(error, AdapterError):
            self._heard(breaker, era, error)
        elif isinstance(error, asyncio.CancelledError):
            # Given up after a while without a word: that is silence. At once: nobody's fault.
            passage.silent_s = took
            self._left(breaker, era, took)
        else:
            breaker.abandoned(era)

    def _heard(self, breaker: Breaker, era: int, error: AdapterError) -> None:
        if isinstance(error, NotCalled):
            breaker.abandoned(era)
        elif fails(error):
            self._failed(breaker, era, error)
        else:
            self._answered(breaker, era)

    def _left(self, breaker: Breaker, era: int, after_s: float) -> None:
        if after_s < self.patience_s:
            breaker.abandoned(era)
        else:
            self._failed(breaker, era, OutcomeUnknown(self.info.id, "no answer in time"))

    def _failed(self, breaker: Breaker, era: int, error: AdapterError) -> None:
        now = asyncio.get_running_loop().time()
        if error.retry_after_s is not None:
            until = now + min(error.retry_after_s, LONGEST_REST_S)
            self.away_until = max(self.away_until, until)
        self._note(error)
        if breaker.failed(era, now) or error.retry_after_s:
            self.slots.send_home(now)

    def down(self, breaker: Breaker, now: float) -> NotCalled:
        """That it did not answer lately, and when a call may leave again."""
        code = self._trouble.code if self._trouble else ProblemCode.DEPARTMENT_UNREACHABLE
        return NotCalled(
            self.info.id, "it did not answer", code=code, retry_in_s=breaker.opens_in(now)
        )

    def _answered(self, breaker: Breaker, era: int) -> None:
        breaker.answered(era)
        if self._up is not True:
            self._turn(up=True)
        self._trouble = None

    def _note(self, error: AdapterError) -> None:
        self._turn(up=False)
        self._trouble = error

    def _turn(self, *, up: bool) -> None:
        if self._up is not up:
            self._up, self._since = up, self._now()


def fails(error: AdapterError) -> bool:
    """Whether it says that the department is not at work: silence, 5xx, "busy", "maintenance", a
    proxy's page. What it refuses, does not have or words wrongly are answers.
    """
    if isinstance(error, NotDelivered | OutcomeUnknown) or error.code in _DOWN:
        return True
    return isinstance(error, ContractBroken) and error.foreign
