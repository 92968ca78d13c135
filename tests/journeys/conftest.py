"""A whole world for journeys: real mocks and a real gateway, as processes, once for them all."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from gateway.demo.answers import restaurant
from gateway.demo.applicant import Applicant, operation
from gateway.demo.applying import Application, apply
from gateway.demo.ledgers import Ledgers, behind, read_ledgers
from gateway.demo.mock_admin import MockAdmin
from gateway.demo.people import token_of
from gateway.demo.processes import until
from gateway.demo.town import Ports, Town, town
from gateway.settings import Settings, load_settings
from schema.domain.calendar import SHANGHAI, WorkingCalendar, local_day
from schema.working_days import load_working_calendar

OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # a Monday
PATIENCE_S = 60.0


@dataclass(slots=True, kw_only=True)
class World:
    """Mocks and gateway that are up; methods speak to them over HTTP, as anybody would."""

    town: Town
    settings: Settings
    city: Mapping[str, Any]
    calendar: WorkingCalendar = field(default_factory=load_working_calendar)
    runs: Any = field(default_factory=count)

    @property
    def gateway(self) -> str:
        """The gateway's address."""
        return self.town.gateway

    @property
    def mocks_admin(self) -> MockAdmin:
        """The mocks' controls."""
        return self.town.admin

    def token(self, role: str = "applicant") -> str:
        """A token of the demo's applicant, or of a clerk."""
        return token_of(self.settings, role, self.city)

    async def graphql(
        self, query: str, variables: Mapping[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """The data of an operation; DemoFailed when the gateway reports errors."""
        applicant = Applicant(self.gateway, token or self.token())
        try:
            return await applicant.send(query, variables or {})
        finally:
            await applicant.close()

    async def ask(self, name: str, **variables: Any) -> dict[str, Any]:
        """The data of a shipped operation."""
        return await self.graphql(operation(name), variables)

    async def apply(self, **answers: Any) -> Application:
        """A restaurant, applied for by the demo's applicant, with these answers of its own."""
        typed = restaurant(self.city, local_day(await self.mocks_admin.now()))
        applicant = Applicant(self.gateway, self.token())
        try:
            mine = type(typed)(
                one_thing=typed.one_thing, first=typed.first, form={**typed.form, **answers}
            )
            return await apply(applicant, mine, f"world-{os.getpid()}-{next(self.runs)}")
        finally:
            await applicant.close()

    async def case(self, case: str) -> dict[str, Any]:
        """The case as the demo's board reads it."""
        found: dict[str, Any] = (await self.ask("case_board", id=case))["case"]
        return found

    async def caught_up(self, case: str) -> dict[str, Any]:
        """The case once it shows everything the departments have done by now."""
        missing: list[str] = []

        async def nothing_missing() -> bool:
            now, ledgers = await self.mocks_admin.now(), await self.ledgers()
            missing[:] = behind(await self.case(case), ledgers, self.calendar, now)
            return not missing

        what = f"{case} caught up"
        await until(what, nothing_missing, within_s=PATIENCE_S, watching=self.town.processes)
        return await self.case(case)

    async def advance(self, **by: float) -> datetime:
        """Let `working_days`, `hours` or `seconds` pass in the city."""
        return await self.mocks_admin.advance(**by)

    async def jump(self) -> datetime:
        """Go to the next moment a department does something; a working day on when none does."""
        due = (await self.mocks_admin.state())["nextDueAt"]
        if due is None:
            return await self.advance(working_days=1)
        return await self.mocks_admin.set_clock(datetime.fromisoformat(due))

    async def ledgers(self) -> Ledgers:
        """What every department has written down."""
        folder = self.town.state / "mocks" / "ledger"
        return await asyncio.to_thread(read_ledgers, folder)

    async def ledger(self, department: str) -> Sequence[Mapping[str, Any]]:
        """What one department has written down."""
        return (await self.ledgers()).get(department, ())

    async def kill(self, department: str) -> None:
        """Kill a department's process, as a power cut would."""
        pid = (await self.mocks_admin.state())["departments"][department]["pid"]
        os.kill(pid, signal.SIGKILL)
        await until("killed", lambda: self._is(department, up=False), within_s=10)

    async def revive(self, department: str) -> None:
        """Bring a department back."""
        await self.mocks_admin.start(department)
        await until("revived", lambda: self._is(department, up=True), within_s=20)

    async def _is(self, department: str, *, up: bool) -> bool:
        state = await self.mocks_admin.state()
        return bool(state["departments"][department]["up"]) is up


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Mocks and gateway on free ports, with a store, a key and ledgers of their own."""
    state = tmp_path_factory.mktemp("world")
    started: list[str] = []
    async with town(state, Ports.chosen(0, None), OPENING, started.append, own_key=True) as place:
        overrides = {**place.overrides, "profile": "dev"}
        yield World(
            town=place, settings=load_settings(overrides, environ={}), city=await place.admin.demo()
        )
