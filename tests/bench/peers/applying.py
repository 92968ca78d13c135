"""Applications on a town of its own: drafts made ready, so that submitting alone can be timed."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.demo.answers import Typed, restaurant
from gateway.demo.applicant import Applicant, achieved, operation
from gateway.demo.documents import pdf
from gateway.demo.people import token_of
from gateway.demo.town import Ports, Town, town
from gateway.settings import load_settings
from tests.bench.bad_days import OPENING
from tests.bench.peers.load import Target
from tests.bench.peers.processes import pin

_DEPARTMENTS = ("market", "housing", "health", "construction", "planning", "police", "fire")
_SETTINGS: Mapping[str, Any] = {
    **{f"departments.{name}.limits.rate_per_s": 0 for name in _DEPARTMENTS},
    **{f"departments.{name}.limits.concurrency": 64 for name in _DEPARTMENTS},
    "telemetry.exporter": "console",
    "polling.every_s": 60,
}
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """An applicant at a gateway, with everything uploaded that an application needs."""

    place: Town
    target: Target
    applicant: Applicant
    typed: Typed
    materials: Sequence[Mapping[str, str]]
    city: Mapping[str, str]

    async def drafts(self, name: str, count: int) -> list[Mapping[str, Any]]:
        """So many drafts nothing stands against: the variables of their submissions."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def one(index: int) -> Mapping[str, Any]:
            async with turns:
                return await self._draft(f"{name}-{index}")

        return await asyncio.gather(*map(one, range(count)))

    async def _draft(self, name: str) -> Mapping[str, Any]:
        start = {"oneThing": self.typed.one_thing, "answers": dict(self.typed.first)}
        started = await self.applicant.ask(
            "start_application", input={**start, "clientRequestId": f"{name}-start"}
        )
        draft = achieved(started["startApplication"], "DraftSaved")["draft"]["id"]
        kept = {"answers": dict(self.typed.form), "materials": self.materials}
        saved = await self.applicant.ask(
            "save_draft", input={"draft": draft, **kept, "clientRequestId": f"{name}-save"}
        )
        pledges = achieved(saved["saveDraft"], "DraftSaved")["draft"]["pledges"]
        codes = [pledge["code"] for pledge in pledges]
        return {"input": {"draft": draft, "pledges": codes, "clientRequestId": f"{name}-submit"}}

    def submissions(self, drafts: Sequence[Mapping[str, Any]]) -> Sequence[bytes]:
        """The requests that submit them."""
        made = self.target.request(operation("submit_application"), dict(self.target.headers))
        return [made(variables) for variables in drafts]

    async def submit(self, draft: Mapping[str, Any]) -> str:
        """The number of the case a draft became."""
        told = await self.applicant.ask("submit_application", **draft)
        return str(achieved(told["submitApplication"], "CaseAccepted")["case"]["id"])


@asynccontextmanager
async def applying(state: Path) -> AsyncIterator[Applying]:
    """The mock departments and a gateway on the measured core, and somebody who applies there."""
    silent = lambda line: None  # noqa: E731 - the bench tells itself what it does

    async with town(
        state, Ports.chosen(0, None), OPENING, silent, own_key=True, settings=_SETTINGS
    ) as place:
        pin(place.processes[1].process.pid)
        city = await place.admin.demo()
        told = load_settings({**place.overrides, "profile": "dev"}, environ={})
        token = token_of(told, "applicant", city)
        applicant = Applicant(place.gateway, token)
        typed = restaurant(city, OPENING.date())
        yield Applying(
            place=place,
            target=_target(place.gateway, token),
            applicant=applicant,
            typed=typed,
            materials=await _materials(applicant, typed),
            city=city,
        )
        await applicant.close()


def _target(gateway: str, token: str) -> Target:
    return Target(urlsplit(gateway).port or 80, headers=(("authorization", f"Bearer {token}"),))


async def _materials(applicant: Applicant, typed: Typed) -> Sequence[Mapping[str, str]]:
    """Everything to be brought, as the same document."""
    sha256 = await applicant.upload(pdf(["A specimen for a measurement."]))
    answers = {**typed.first, **typed.form}
    wanted = await applicant.ask("materials_to_bring", id=typed.one_thing, answers=answers)
    codes = [material["code"] for material in wanted["oneThing"]["materials"]]
    return [{"code": code, "sha256": sha256} for code in codes]
