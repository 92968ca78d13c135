"""The parent's controls over HTTP: clock, faults, departments, journal."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.core.city import demo
from mocks.core.clock import SHANGHAI, VirtualClock, write_atomically
from mocks.core.faults import BadRule, check_rules
from mocks.core.ledger import read_entries
from mocks.core.seed import seed_of
from mocks.supervisor import NotStarted, Supervisor

_JOURNAL = 500
_FASTEST = 1_000_000
_STEPS = frozenset({"working_days", "hours", "seconds"})


class Admin:
    """What a developer, a driver or a test may do to the whole city."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._state = supervisor.state
        self._clock = VirtualClock(supervisor.state / "clock.json")

    def application(self) -> Starlette:
        """The routes under /__admin."""
        return Starlette(
            routes=[
                Route("/__admin/clock", self.read_clock, methods=["GET"]),
                Route("/__admin/clock", self.set_clock, methods=["POST"]),
                Route("/__admin/state", self.state, methods=["GET"]),
                Route("/__admin/demo", self.demo, methods=["GET"]),
                Route("/__admin/faults", self.read_faults, methods=["GET"]),
                Route("/__admin/faults", self.set_faults, methods=["PUT"]),
                Route("/__admin/faults/struck", self.struck, methods=["GET"]),
                Route("/__admin/journal", self.journal, methods=["GET"]),
                Route("/__admin/reset", self.reset, methods=["POST"]),
                Route("/__admin/departments/{id}/{act}", self.run, methods=["POST"]),
            ]
        )

    async def read_clock(self, _: Request) -> Response:
        """The city's time. Cheap: it is asked several times a second."""
        return JSONResponse({"now": self._clock.now().isoformat()})

    async def set_clock(self, request: Request) -> Response:
        """Jump to `now`, or `advance` by working days, hours, seconds.

        `rate` comes with `now`: 0 stands still, 1 is real time, 43200 passes a day in two seconds.
        """
        try:
            self._move(await _object(request))
        except (ValueError, TypeError) as wrong:
            return _refused(str(wrong))
        report = await self._supervisor.report()
        return JSONResponse(
            {"now": self._clock.now().isoformat(), "nextDueAt": report["nextDueAt"]}
        )

    def _move(self, asked: Mapping[str, Any]) -> None:
        if "now" in asked:
            moment = datetime.fromisoformat(asked["now"])
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=SHANGHAI)
            self._clock.set(moment, rate=_rate(asked.get("rate")))
            return
        by = asked.get("advance")
        if not isinstance(by, Mapping) or not by or set(by) - _STEPS:
            raise ValueError(
                'send {"now": "…"} or {"advance": {"working_days"|"hours"|"seconds": n}}'
            )
        self._clock.advance(**by)

    async def state(self, _: Request) -> Response:
        """Every department: where it is, whether it is up, what is due."""
        report = await self._supervisor.report()
        return JSONResponse({"now": self._clock.now().isoformat(), **report})

    async def demo(self, _: Request) -> Response:
        """The people and places the city guarantees."""
        return JSONResponse(demo(seed_of(self._state)))

    async def read_faults(self, _: Request) -> Response:
        """The rules in force."""
        path = self._state / "faults.json"
        return JSONResponse(json.loads(path.read_text("utf-8")) if path.exists() else {})

    async def set_faults(self, request: Request) -> Response:
        """Replace the rules; an impossible one changes nothing."""
        try:
            rules = await _object(request)
            check_rules(rules)
        except (BadRule, ValueError, TypeError) as wrong:
            return _refused(str(wrong))
        write_atomically(self._state / "faults.json", rules)
        return JSONResponse(rules)

    async def struck(self, _: Request) -> Response:
        """How often each kind struck each department; one that is down or was killed forgot."""
        report = await self._supervisor.report()
        return JSONResponse({name: e["struck"] for name, e in report["departments"].items()})

    async def journal(self, request: Request) -> Response:
        """The last entries of a department's ledger, oldest first."""
        department = request.query_params.get("department", "")
        if department not in self._supervisor.ports:
            return _refused(f"department is one of {', '.join(self._supervisor.ports)}")
        entries = list(read_entries(self._state / "ledger" / f"{department}.jsonl"))
        return JSONResponse(entries[-_JOURNAL:])

    async def reset(self, _: Request) -> Response:
        """A fresh morning: empty desks, no faults; the clock stays where it is."""
        await self._supervisor.reset()
        (self._state / "faults.json").unlink(missing_ok=True)
        return Response(status_code=204)

    async def run(self, request: Request) -> Response:
        """Start or stop one department."""
        department, act = request.path_params["id"], request.path_params["act"]
        acts = {"start": self._supervisor.start, "stop": self._supervisor.stop}
        if department not in self._supervisor.ports or act not in acts:
            return _refused("departments/<id>/start or departments/<id>/stop", status=404)
        try:
            await acts[act](department)
        except NotStarted as failed:
            return _refused(str(failed), status=503)
        return JSONResponse((await self._supervisor.report())["departments"][department])


def _rate(told: object) -> float | None:
    """The rate asked for; a wrong one must not reach the clock every department reads."""
    if told is None:
        return None
    if not isinstance(told, int | float) or not 0 <= told <= _FASTEST:
        raise ValueError(f"rate is a number from 0 to {_FASTEST}")
    return told


async def _object(request: Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.body())
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError("send a JSON object")
    return value


def _refused(why: str, *, status: int = 400) -> Response:
    return JSONResponse({"error": why}, status_code=status)
