"""A line that costs little: kept connections on asyncio protocols, no layers between.

Only for what asks. Nothing leaves twice: who asked over a connection that proves to be closed is
told so, and may ask anew.
"""

import asyncio
import ssl

from adapters.errors import AdapterError, Misconfigured, NotDelivered, OutcomeUnknown
from adapters.line.address import Address, Written, address_of
from adapters.line.connection import Connection, Encrypted, Plain
from adapters.line.trust import refusal, untrusted
from adapters.line.turns import Turns
from adapters.wire import Endpoint, WireReply, WireRequest

RECORD_BYTES = 16_384  # of one TLS record, at most
IDLE_S = 3.0  # connections are dropped before a department's own keep-alive ends
WARY_S = 10.0  # none is kept for so long after one was found closed: there are systems that close
# each after its answer without a word, and what is asked over it before we see that is lost


class LeanWire:
    """A line of one department's own connections; belongs to one event loop."""

    def __init__(
        self,
        department: str,
        endpoint: Endpoint,
        turns: Turns,
        *,
        reply_bytes: int,
        trust: ssl.SSLContext | None,
    ) -> None:
        self._department, self._url, self._turns = department, endpoint.url, turns
        self._cap = reply_bytes
        self._to: tuple[asyncio.AbstractEventLoop, Address, Written] | None = None
        self._trust = trust  # of TLS; None for plain http
        self._buffer = memoryview(bytearray(0 if trust is None else RECORD_BYTES))
        self._spare: list[Connection] = []  # the one used last at the end
        self._all: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._wary_until = 0.0

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The reply, by `deadline`; see the port."""
        loop, address, written = self._to or self._found()
        data = written(request)
        queue = self._turns.claim(loop.time(), deadline)
        if queue is not None:
            await queue
        try:
            connection = self._kept(loop.time() - IDLE_S)
            if connection is None:
                connection = await self._connected(address, deadline)
            answer = connection.ask(data, deadline)
            try:
                return await answer
            except asyncio.CancelledError:
                connection.given_up(answer)
                raise
        except OutcomeUnknown as error:
            if error.unheard:
                self._wary_until = loop.time() + WARY_S
                self.give_way(0)
            raise
        finally:
            self._turns.give()

    def give_way(self, most: int) -> bool:
        """Close idle connections, the longest idle first, until `most` are open; whether any."""
        closed = False
        while self._spare and len(self._all) > most:
            self._spare.pop(0).abort()
            closed = True
        return closed

    async def aclose(self) -> None:
        """Cut every connection."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in tuple(self._all):
            connection.abort()
        self._spare.clear()
        self._all.clear()

    def _found(self) -> tuple[asyncio.AbstractEventLoop, Address, Written]:
        address = address_of(self._department, self._url)
        self._to = asyncio.get_running_loop(), address, Written(self._department, address)
        return self._to

    def _kept(self, horizon: float) -> Connection | None:
        """The connection used last, if it is still open and young; the others wait to be old."""
        while self._spare:
            connection = self._spare.pop()
            if connection.open and connection.spare_since > horizon:
                return connection
            connection.abort()
        return None

    async def _connected(self, address: Address, deadline: float) -> Connection:
        loop = asyncio.get_running_loop()
        kind = Plain if self._trust is None else Encrypted
        connection = kind(
            self._department,
            reply_bytes=self._cap,
            spare=self._keep,
            gone=self._all.discard,
            buffer=self._buffer,
        )
        self._all.add(connection)
        try:
            async with asyncio.timeout_at(deadline):
                await loop.create_connection(
                    lambda: connection, address.host, address.port, ssl=self._trust
                )
        except BaseException as error:
            connection.abort()  # it may be there although nobody was told
            if isinstance(error, Exception):  # whatever a loop raises of its own: nothing has left
                raise self._unreached(error) from None
            raise
        return connection

    def _keep(self, connection: Connection) -> None:
        now = connection.loop.time()
        if now < self._wary_until:
            connection.abort()
            return
        connection.spare_since = now
        self._spare.append(connection)
        if self._sweep is None:
            self._sweep = connection.loop.call_later(IDLE_S, self._end_old)

    def _end_old(self) -> None:
        """Close what has been idle for long; look again while anything waits."""
        loop = asyncio.get_running_loop()
        horizon = loop.time() - IDLE_S
        old = [c for c in self._spare if not c.open or c.spare_since <= horizon]
        self._spare = [c for c in self._spare if c not in old]
        for connection in old:
            connection.abort()
        self._sweep = loop.call_later(IDLE_S, self._end_old) if self._spare else None

    def _unreached(self, error: BaseException) -> AdapterError:
        if isinstance(error, TimeoutError):
            return NotDelivered(self._department, "no connection within the deadline")
        if untrusted(error):
            return Misconfigured(self._department, "its certificate is not trusted")
        why = refusal(error)
        if why is not None:
            return Misconfigured(self._department, f"it refuses to speak with us: {why}")
        return NotDelivered(self._department, f"not reached: {type(error).__name__}")
