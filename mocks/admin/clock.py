"""The city's time, asked and moved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of
from mocks.admin.refusal import Refusal, refused
from mocks.admin.route import route
from mocks.core.clock import SHANGHAI, SpoiledClock, VirtualClock
from mocks.supervisor import Supervisor


class Clock:
    """The routes of /__admin/clock."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._file = supervisor.state / "clock.json"
        self._clock = VirtualClock(self._file)

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
        self._clock.forget()

    def check(self) -> None:
        """Refusal for a clock spoiled by hand."""
        try:
            self._clock.in_force()
        except SpoiledClock as spoiled:
            raise self._refusal(spoiled) from None

    async def read(self, _: Request) -> Response:
        """The city's time. Cheap: it is asked several times a second."""
        self.check()
        return JSONResponse({"now": self.now(), "rate": self.rate})

    async def set(self, request: Request) -> Response:
        """Jump to `now`, `advance` by working days, hours, seconds; go on at another `rate`."""
        asked = await body_of(request, "setClock")
        try:
            self._move(asked)
        except SpoiledClock as spoiled:
            raise self._refusal(spoiled) from None
        except (ValueError, OverflowError) as wrong:
            where = "/now" if "now" in asked else "/advance"
            mend = "name a moment that exists, of this century"
            raise refused("NOT_OBEYABLE", where, str(wrong), mend, status=422) from None
        report = await self._supervisor.report()
        told = {"now": self.now(), "rate": self.rate, "nextDueAt": report["nextDueAt"]}
        return JSONResponse(told)

    def _move(self, asked: Mapping[str, Any]) -> None:
        if "now" not in asked:
            self._clock.advance(**asked.get("advance", {}), rate=asked.get("rate"))
            return
        moment = datetime.fromisoformat(asked["now"].upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=SHANGHAI)
        self._clock.set(moment, rate=asked.get("rate"))

    def _refusal(self, spoiled: SpoiledClock) -> Refusal:
        mend = (
            'set it anew (onething mocks clock --now 2026-09-21T09:00 --rate 1, or POST "now"), '
            "or reset it (onething mocks reset --clock)"
        )
        what = f"spoiled by hand: {spoiled}"
        return refused("SPOILED", str(self._file), what, mend, status=409)
