"""Telling the other side until it says it heard: signed, each with its own id.

In order, one after the other, unless a bad day was ordered for a change (`mocks.core.faults`).
Each telling that was heard is an entry in the ledger; after a restart the rest is told.
"""

import asyncio
import hmac
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx

from mocks.core.clock import real_now
from mocks.core.faults import NO_FAULT, ON_CHANGES, ON_TELLINGS, Fault
from mocks.core.filed import Change
from mocks.core.kit import Kit
from mocks.core.under_way import Forgotten
from mocks.faults.letters import FALSE, Letter, Sign, written

_EVERY_S = 0.05
_OVERTAKEN_WITHIN_S = 0.5
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 5.0
_LATE_AT_ALL = frozenset({"reorder", *FALSE})  # others are late with a part of what they do
_UNSENT = frozenset({"status", "busy", "html", "hang"})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hex HMAC-SHA256 of "timestamp.body"."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """A change as it is told, however late; of no use once the desk was emptied."""

    change: Change
    event: dict[str, Any]
    morning: int


class Webhook:
    """One department's notifications; what was heard is in the ledger and not told again."""

    def __init__(
        self,
        kit: Kit,
        *,
        operation: str,
        path: str,
        event: Callable[[Change], dict[str, Any]],
        headers: Sign,
    ) -> None:
        self._kit, self._operation = kit, operation
        self._url = f"{(kit.callback_base or '').rstrip('/')}{path}"
        self._event, self._headers = event, headers
        kit.tellings.to = self._url
        self._cursor, self._morning = "", kit.desk.mornings
        entries = kit.ledger.entries()
        self._heard = {e["change"] for e in entries if e["kind"] == "callback"}

    async def run(self) -> None:
        """Tell every change, oldest first on a good day, until cancelled."""
        async with httpx.AsyncClient(trust_env=False, timeout=5.0) as client:
            while True:
                with suppress(Forgotten), self._kit.under_way.counted():
                    await self._tell_all(client)

    async def _tell_all(self, client: httpx.AsyncClient) -> None:
        async with asyncio.TaskGroup() as overtaken:
            while True:
                if (news := self._next()) is None:
                    await asyncio.sleep(_EVERY_S)
                    continue
                if later := await self._told(client, news):
                    overtaken.create_task(later)

    async def _told(
        self, client: httpx.AsyncClient, news: _News
    ) -> Coroutine[Any, Any, None] | None:
        """Tell one change as its day demands; what is still to come of it later, if anything."""
        fault = self._picked(ON_CHANGES, news)
        if fault.kind == "stale":
            return self._tell_late(client, news, fault.delay_s)
        if fault.kind in _LATE_AT_ALL:
            await asyncio.sleep(fault.delay_s)
        if fault.kind == "reorder" and (overtaking := await self._next_soon()):
            await self._tell(client, overtaking)
        if fault.kind in FALSE:
            await self._sent(client, FALSE[fault.kind](news.event, self._headers, fault))
        letter = await self._tell(client, news)
        if fault.kind == "replayed" and letter is not None:
            return self._replay(client, letter, fault.delay_s)
        return self._tell_late(client, news, fault.delay_s) if fault.kind == "duplicate" else None

    def _picked(self, among: frozenset[str], news: _News) -> Fault:
        change = news.change
        return self._kit.faults.pick(
            self._operation,
            NO_FAULT,
            among=among,
            words=frozenset({change.number, change.reference}),
            about=lambda: f"{change.reference} {change.status}",
        )

    def _next(self) -> _News | None:
        """The oldest change not yet taken up, as it is told; None when there is none."""
        desk = self._kit.desk
        if desk.mornings != self._morning:
            self._cursor, self._morning, self._heard = "", desk.mornings, set()
        while page := desk.changed_since(self._cursor, 1).items:
            (change,), self._cursor = page, str(page[0].seq)
            if change.seq not in self._heard:
                return _News(change=change, event=self._event(change), morning=desk.mornings)
        return None

    async def _next_soon(self) -> _News | None:
        for _ in range(round(_OVERTAKEN_WITHIN_S / _EVERY_S)):
            if (news := self._next()) is not None:
                return news
            await asyncio.sleep(_EVERY_S)
        return None

    async def _tell_late(self, client: httpx.AsyncClient, news: _News, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self._tell(client, news)

    async def _replay(self, client: httpx.AsyncClient, letter: Letter, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self._sent(client, letter)

    async def _tell(self, client: httpx.AsyncClient, news: _News) -> Letter | None:
        """Tell until heard, and note it; the letter that was heard."""
        wait, attempt = _FIRST_WAIT_S, 1
        heard = None
        while self._counts(news) and (heard := await self._heard_by_them(client, news)) is None:
            await asyncio.sleep(wait)
            wait, attempt = min(2 * wait, _LONGEST_WAIT_S), attempt + 1
        while self._counts(news) and not self._noted(news, attempt):  # noqa: ASYNC110 - no disk tells
            await asyncio.sleep(_FIRST_WAIT_S)
        return heard

    def _counts(self, news: _News) -> bool:
        return news.morning == self._kit.desk.mornings

    def _noted(self, news: _News, attempts: int) -> bool:
        """Whether it is written down that they heard; False on a full disk."""
        change = news.change
        try:
            self._kit.ledger.append(
                "callback",
                at=self._kit.clock.now(),
                receipt=change.number,
                reference=change.reference,
                service=change.service,
                event_id=news.event["event_id"],
                change=change.seq,
                attempts=attempts,
            )
        except OSError:
            return False
        return True

    async def _heard_by_them(self, client: httpx.AsyncClient, news: _News) -> Letter | None:
        fault = self._picked(ON_TELLINGS, news)
        await asyncio.sleep(fault.delay_s)
        if fault.kind in _UNSENT:
            return None
        body = written(news.event)
        letter = Letter(body=body, headers=self._headers(body))
        unheard = await self._sent(client, letter)
        if not self._counts(news):
            return None
        if unheard:
            self._kit.tellings.miss(news.change.seq, news.change.number, unheard)
        else:
            self._kit.tellings.hear(news.change.seq)
        return letter if not unheard and fault.kind != "lost_reply" else None

    async def _sent(self, client: httpx.AsyncClient, letter: Letter) -> str:
        """Why nobody heard it; "" where they said that they did."""
        try:
            headers = dict(letter.headers)
            reply = await client.post(self._url, content=letter.body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as broken:
            return str(broken) or type(broken).__name__
        return "" if reply.is_success else f"HTTP {reply.status_code}"


def signed_headers(secret: str) -> Sign:
    """The headers of a notification, signed in real time."""
    own = secret

    def headers(body: bytes, *, ago_s: float = 0, secret: str | None = None) -> dict[str, str]:
        timestamp = str(int(real_now() - ago_s))
        signed = signature(secret or own, timestamp, body)
        return {
            "Content-Type": "application/json",
            "X-Market-Timestamp": timestamp,
            "X-Market-Signature": f"sha256={signed}",
        }

    return headers
