"""What filings meet: which scenarios are played, which are told for single references."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of, parameters_of
from mocks.admin.refusal import Refusal, refused
from mocks.admin.route import route
from mocks.scenarios.control import Scenarios, UnknownScenario, WrongScenario

_MEND = "GET /__admin/scenarios tells which there are; docs/scenarios.md how to write one"


class Played:
    """The routes of /__admin/scenarios. Files are read in a thread: others are served meanwhile."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._made: Scenarios | None = None

    @property
    def _scenarios(self) -> Scenarios:
        """Made when it is first asked for: it imports every department."""
        if self._made is None:
            self._made = Scenarios(self._state)
        return self._made

    def routes(self) -> list[Route]:
        """Reading, playing, assigning, asking where a filing stands."""
        return [
            route("scenarios", get=self.read, put=self.play),
            route("scenarios/filings", put=self.assign),
            route("scenarios/standing", get=self.standing),
        ]

    def end(self) -> None:
        """Ordinary days; nothing is read for it."""
        if (self._state / "scenarios.json").exists():
            self._scenarios.reset()

    async def read(self, _: Request) -> Response:
        """Every scenario there is, what is played, what is assigned."""
        return await asyncio.to_thread(self._done, lambda: None)

    async def play(self, request: Request) -> Response:
        """Play these and no others."""
        asked = await body_of(request, "playScenarios")
        active = asked["active"]
        return await asyncio.to_thread(self._done, lambda: self._scenarios.activate(active))

    async def assign(self, request: Request) -> Response:
        """What a filing under a reference will meet."""
        asked = await body_of(request, "assignScenario")
        reference, id_ = asked["reference"], asked["scenario"]
        return await asyncio.to_thread(self._done, lambda: self._scenarios.assign(reference, id_))

    async def standing(self, request: Request) -> Response:
        """Where the filings under a reference stand."""
        reference = parameters_of(request, "readStanding")["reference"]
        found = await asyncio.to_thread(lambda: self._scenarios.standing(reference))
        return JSONResponse([asdict(one) for one in found])

    def _done(self, act: Callable[[], None]) -> Response:
        try:
            act()
            known = self._scenarios.known()
        except (UnknownScenario, WrongScenario) as wrong:
            raise _refusal(wrong) from None
        shown = [
            {**asdict(one), "file": one.file.name, "departments": one.departments} for one in known
        ]
        told = {
            "scenarios": shown,
            "active": self._scenarios.active(),
            "filings": self._scenarios.assigned(),
        }
        return JSONResponse(told)


def _refusal(wrong: UnknownScenario | WrongScenario) -> Refusal:
    where = "/active" if isinstance(wrong, UnknownScenario) else "scenario files"
    return refused("NOT_OBEYABLE", where, str(wrong), _MEND, status=422)
