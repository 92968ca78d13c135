"""The city's time, asked and moved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of
from mocks.admin.refusal import refused
from mocks.admin.route import route
from mocks.core.clock import SHANGHAI, VirtualClock
from mocks.supervisor import Supervisor


class Clock:
    """The routes of /__admin/clock."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._clock = VirtualClock(supervisor.state / "clock.json")

    def routes(self) -> list[Route]:
        """Reading and setting."""
        return [
            route("clock", get=self.read, post=self.set),
        ]

    def now(self) -> str:
        """The city's time, ISO 8601."""
        return self._clock.now().isoformat()

    @property
    def rate(self) -> float:
        """City seconds a real second; 0: it stands still."""
        return self._clock.rate

    def forget(self) -> None:
        """Show real time again."""
        (self._supervisor.state / "clock.json").unlink(missing_ok=True)

    async def read(self, _: Request) -> Response:
        """The city's time. Cheap: it is asked several times a second."""
        return JSONResponse({"now": self.now(), "rate": self.rate})

    async def set(self, request: Request) -> Response:
        """Jump to `now`, `advance` by working days, hours, seconds; go on at another `rate`."""
        asked = await body_of(request, "setClock")
        try:
            self._move(asked)
        except (ValueError, OverflowError) as wrong:
            where = "/now" if "now" in asked else "/advance"
            mend = "name a moment that exists, of this century"
            raise refused("NOT_OBEYABLE", where, str(wrong), mend, status=422) from None
        report = await self._supervisor.report()
        told = {"now": self.now(), "rate": self.rate, "nextDueAt": report["nextDueAt"]}
        return JSONResponse(told)

    def _move(self, asked: Mapping[str, Any]) -> None:
        if "now" not in asked:
            self._clock.advance(**asked.get("advance", {}))
            if "rate" in asked:
                self._clock.set(self._clock.now(), rate=asked["rate"])
            return
        moment = datetime.fromisoformat(asked["now"].upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=SHANGHAI)
        self._clock.set(moment, rate=asked.get("rate"))
