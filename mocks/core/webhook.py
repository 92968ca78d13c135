"""Telling the other side, in order and until it says it heard: signed, each with its own id."""

import asyncio
import hmac
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import httpx

from mocks.core.clock import real_now
from mocks.core.filed import Change
from mocks.core.kit import Kit

_EVERY_S = 0.05
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 5.0
_UNSENT = frozenset({"status", "busy", "html", "hang"})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hex HMAC-SHA256 of "timestamp.body"."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


class Webhook:
    """One department's notifications; what was heard is in the ledger and not told again."""

    def __init__(
        self,
        kit: Kit,
        *,
        operation: str,
        path: str,
        event: Callable[[Change], dict[str, Any]],
        headers: Callable[[bytes], dict[str, str]],
    ) -> None:
        self._kit, self._operation = kit, operation
        self._url = f"{(kit.callback_base or '').rstrip('/')}{path}"
        self._event, self._headers = event, headers

    async def run(self) -> None:
        """Tell every change, oldest first, until cancelled."""
        cursor = self._heard()
        async with httpx.AsyncClient(trust_env=False, timeout=5.0) as client:
            while True:
                page = self._kit.desk.changed_since(cursor)
                for change in page.items:
                    await self._tell(client, change)
                cursor = page.cursor
                if not page.more:
                    await asyncio.sleep(_EVERY_S)

    def _heard(self) -> str:
        told = (e["change"] for e in self._kit.ledger.entries() if e["kind"] == "callback")
        return str(max(told, default=0))

    async def _tell(self, client: httpx.AsyncClient, change: Change) -> None:
        event, wait, attempt = self._event(change), _FIRST_WAIT_S, 1
        while not await self._heard_by_them(client, event):
            await asyncio.sleep(wait)
            wait, attempt = min(2 * wait, _LONGEST_WAIT_S), attempt + 1
        self._kit.ledger.append(
            "callback",
            at=self._kit.clock.now(),
            receipt=change.number,
            reference=change.reference,
            service=change.service,
            event_id=event["event_id"],
            change=change.seq,
            attempts=attempt,
        )

    async def _heard_by_them(self, client: httpx.AsyncClient, event: dict[str, Any]) -> bool:
        fault = self._kit.faults.pick(self._operation)
        await asyncio.sleep(fault.delay_s)
        if fault.kind in _UNSENT:
            return False
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            reply = await client.post(self._url, content=body, headers=self._headers(body))
        except httpx.HTTPError:
            return False
        return reply.is_success and fault.kind != "lost_reply"


def signed_headers(secret: str) -> Callable[[bytes], dict[str, str]]:
    """The headers of a notification sent now, in real time."""

    def headers(body: bytes) -> dict[str, str]:
        timestamp = str(int(real_now()))
        return {
            "Content-Type": "application/json",
            "X-Market-Timestamp": timestamp,
            "X-Market-Signature": f"sha256={signature(secret, timestamp, body)}",
        }

    return headers
