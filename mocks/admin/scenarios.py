"""What filings meet: which scenarios are played, which are told for single references."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of, parameters_of
from mocks.admin.refusal import Refusal, refused
from mocks.admin.route import route
from mocks.core.ledger import BrokenLedger
from mocks.scenarios.chosen import SpoiledChoice, chosen_in
from mocks.scenarios.control import Scenarios, Summary, UnknownScenario, WrongScenario

_MEND = "GET /__admin/scenarios tells which there are; docs/scenarios.md how to write one"
_COMMAND = "onething mocks scenarios lists them; docs/scenarios.md tells how to write one"


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

    def check(self) -> None:
        """Refusal for a choice spoiled by hand."""
        try:
            chosen_in(self._state / "scenarios.json")
        except SpoiledChoice as wrong:
            raise _spoiled(wrong.file, wrong.wrong, wrong.mend) from None

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
        act = partial(self._scenarios.assign, reference, id_)
        return await asyncio.to_thread(self._done, act, "/scenario")

    async def standing(self, request: Request) -> Response:
        """Where the filings under a reference stand."""
        reference = parameters_of(request, "readStanding")["reference"]
        try:
            found = await asyncio.to_thread(lambda: self._scenarios.standing(reference))
        except BrokenLedger as broken:
            raise _spoiled(broken.path, broken.wrong, broken.mend) from None
        return JSONResponse([asdict(one) for one in found])

    def _done(self, act: Callable[[], None], where: str = "/active") -> Response:
        try:
            act()
            told = {
                "scenarios": [_shown(one) for one in self._scenarios.known()],
                "active": self._scenarios.active(),
                "filings": self._scenarios.assigned(),
            }
        except (UnknownScenario, WrongScenario) as wrong:
            raise _refusal(wrong, where) from None
        except SpoiledChoice as wrong:
            raise _spoiled(wrong.file, wrong.wrong, wrong.mend) from None
        return JSONResponse(told)


def _shown(one: Summary) -> dict[str, Any]:
    return {**asdict(one), "file": one.file.name, "departments": one.departments}


def _spoiled(file: Path, wrong: str, mend: str) -> Refusal:
    return refused("SPOILED", str(file), wrong, mend, status=409)


def _refusal(wrong: UnknownScenario | WrongScenario, where: str) -> Refusal:
    where = where if isinstance(wrong, UnknownScenario) else "scenario files"
    return refused("NOT_OBEYABLE", where, str(wrong), _MEND, status=422, command=_COMMAND)
