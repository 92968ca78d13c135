"""A line that keeps what goes over it: every request, every reply, and how long it took."""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.errors import AdapterError
from adapters.wire import Wire, WireReply, WireRequest


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and what became of it; `took` in seconds."""

    request: WireRequest
    reply: WireReply | None = None
    error: AdapterError | None = None
    took: float = 0.0


class RecordingWire:
    """Another line, and a record of what went over it."""

    def __init__(self, wire: Wire, monotonic: Callable[[], float]) -> None:
        self._wire, self._monotonic = wire, monotonic
        self.exchanges: list[Exchange] = []

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The line's reply; see the port."""
        exchange = Exchange(request=request)
        self.exchanges.append(exchange)
        started = self._monotonic()
        try:
            exchange.reply = await self._wire.send(request, deadline=deadline)
        except AdapterError as error:
            exchange.error = error
            raise
        finally:
            exchange.took = self._monotonic() - started
        return exchange.reply

    async def aclose(self) -> None:
        """Give the line's connections back."""
        await self._wire.aclose()
