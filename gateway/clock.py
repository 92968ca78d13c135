"""Business time: what day it is, for all of the gateway. Everything else takes time as an argument.

Tokens, HTTP deadlines and retries use real time; a case lives in the time told here.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Protocol

import httpx
import structlog

from schema.domain.calendar import SHANGHAI

log = structlog.get_logger(__name__)

_ANSWER_WITHIN_S = 2.0
_STARTED = time.time() - time.monotonic()


def steady_now() -> float:
    """Unix seconds that only go forward: the machine's clock may be set while we run."""
    return _STARTED + time.monotonic()


class Clock(Protocol):
    """Where business time comes from."""

    def now(self) -> datetime:
        """The moment, aware, in Asia/Shanghai."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The moment, aware, in Asia/Shanghai."""
        return datetime.now(SHANGHAI)  # noqa: TID251 - the clock itself


class FollowedClock:
    """Time as another clock tells it, asked every `every_s` seconds; never runs backwards.

    Where that clock does not answer, its last word holds; before its first word, the machine's
    time does. Development only: it lets working days pass in seconds.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, *, every_s: float = 0.2) -> None:
        self._url = url
        self._client = client
        self._every_s = every_s
        self._told: datetime | None = None
        self._reachable: bool | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def reachable(self) -> bool:
        """Whether the other clock answered when it was last asked."""
        return self._reachable is True

    def now(self) -> datetime:
        """The last moment told."""
        return self._told if self._told is not None else SystemClock().now()

    async def start(self) -> None:
        """Ask once, then keep asking in the background until `stop`."""
        await self.refresh()
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop asking; the last word holds."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def refresh(self) -> None:
        """Ask now. An answer that is not a later moment changes nothing."""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                answer = await self._client.get(self._url)
            told = _moment(answer)
        except (httpx.HTTPError, TimeoutError, ValueError) as e:
            self._note(False, type(e).__name__)
            return
        self._note(True, None)
        if self._told is None or told > self._told:
            self._told = told

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            await self.refresh()

    def _note(self, reachable: bool, reason: str | None) -> None:
        if reachable is not self._reachable:
            self._reachable = reachable
            if reachable:
                log.info("clock.followed")
            else:
                log.warning("clock.unreachable", reason=reason)


@asynccontextmanager
async def following(url: str | None) -> AsyncIterator[Clock]:
    """The clock at the address, followed as long as this is open; the machine's without one."""
    if url is None:
        yield SystemClock()
        return
    async with httpx.AsyncClient(trust_env=False, timeout=_ANSWER_WITHIN_S) as client:
        clock = FollowedClock(str(url), client)
        await clock.start()
        try:
            yield clock
        finally:
            await clock.stop()


def _moment(answer: httpx.Response) -> datetime:
    answer.raise_for_status()
    body = answer.json()
    text = body.get("now") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise ValueError("no moment in the answer")
    told = datetime.fromisoformat(text)
    if told.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return told.astimezone(SHANGHAI)
