"""The way to one department: so many calls at once, none while it is down, none beyond its time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from adapters.errors import AdapterError, NotDelivered, OutcomeUnknown
from gateway.federation.breaker import Breaker
from gateway.federation.problems import problem
from schema.domain.department import DepartmentInfo
from schema.domain.problem import Problem, ProblemCode
from schema.graph.ports import DepartmentHealth

Answer = TypeVar("Answer")

QUEUE = 4  # callers that may wait, per slot


class NotCalled(AdapterError):
    """Guarded off: nothing was sent. `retry_in_s` tells when a call may leave again."""

    def __init__(self, department: str, code: ProblemCode, retry_in_s: float | None) -> None:
        super().__init__(department, "not called", code=code)
        self.retry_in_s = retry_in_s


class Gate:
    """Guards every read of one department; belongs to one event loop."""

    def __init__(
        self, info: DepartmentInfo, *, now: Callable[[], datetime], breaker: Breaker | None = None
    ) -> None:
        self.info = info
        self._now = now
        self._breaker = breaker or Breaker()
        self._slots = asyncio.Semaphore(max(1, info.limits.concurrency))
        self._inside = 0
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
        wait = error.retry_in_s if isinstance(error, NotCalled) else None
        retry_at = None if wait is None else self._now() + timedelta(seconds=wait)
        return problem(error, self.info.name, retry_at)

    def told_down(self, error: AdapterError) -> None:
        """Somebody else found it down; the next call is tried all the same."""
        self._note(error)

    async def call(self, send: Callable[[float], Awaitable[Answer]], *, deadline: float) -> Answer:
        """The answer of `send(budget)`, or AdapterError; never later than `deadline`."""
        loop = asyncio.get_running_loop()
        end = min(deadline, loop.time() + self.info.limits.timeout_s)
        self._refuse_crowd()
        self._inside += 1
        try:
            async with asyncio.timeout_at(end):
                async with self._slots:
                    return await self._admitted(send, end)
        except TimeoutError:
            error = OutcomeUnknown(self.info.id, "no answer in time")
            self._note(error)
            raise error from None
        finally:
            self._inside -= 1

    async def _admitted(self, send: Callable[[float], Awaitable[Answer]], end: float) -> Answer:
        loop = asyncio.get_running_loop()
        if not self._breaker.admits(loop.time()):
            raise self._shut(loop.time())
        try:
            answer = await send(end - loop.time())
        except (NotDelivered, OutcomeUnknown) as error:
            self._breaker.failed(loop.time())
            self._note(error)
            raise
        except AdapterError:
            self._answered()
            raise
        except asyncio.CancelledError:
            # Out of time while it had the call: that is a failure; a shutdown does not matter.
            self._breaker.failed(loop.time())
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._answered()
        return answer

    def _refuse_crowd(self) -> None:
        if self._inside >= self.info.limits.concurrency * (1 + QUEUE):
            raise NotCalled(self.info.id, ProblemCode.DEPARTMENT_BUSY, 1.0)

    def _shut(self, now: float) -> NotCalled:
        code = self._trouble.code if self._trouble else ProblemCode.DEPARTMENT_UNREACHABLE
        return NotCalled(self.info.id, code, self._breaker.opens_in(now))

    def _answered(self) -> None:
        self._breaker.answered()
        self._turn(up=True)
        self._trouble = None

    def _note(self, error: AdapterError) -> None:
        self._turn(up=False)
        self._trouble = error

    def _turn(self, *, up: bool) -> None:
        if self._up is not up:
            self._up, self._since = up, self._now()
