"""The fleet: who is up, what is due, what was counted; and a fresh morning."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin import metrics
from mocks.admin.clock import Clock
from mocks.admin.document import body_of, parameters_of
from mocks.admin.ledger import Spoiled, last_entries
from mocks.admin.refusal import Refusal, refused
from mocks.admin.route import route
from mocks.bond import Unheard
from mocks.child import LedgerSpoiled
from mocks.core.city import demo
from mocks.core.seed import SpoiledSeed, seed_of
from mocks.faults.operations import calls_of, path_of, protocol_of
from mocks.supervisor import NotStarted, Supervisor


class Fleet:
    """The routes of state, departments, ledger, metrics and reset."""

    def __init__(
        self,
        supervisor: Supervisor,
        clock: Clock,
        lifted: Mapping[str, Callable[[], None]],
        files: Sequence[Callable[[], object]],
    ) -> None:
        """`lifted`: what a reset lifts unless told not to, by its name in the request.

        `files`: each looks at a file of the state folder; a Refusal where somebody spoiled it.
        """
        self._supervisor, self._clock, self._lifted = supervisor, clock, lifted
        self._files = files

    def routes(self) -> list[Route]:
        """Everything about the fleet as a whole."""
        return [
            route("state", get=self.state),
            route("demo", get=self.demo),
            route("metrics", get=self.metrics),
            route("ledger", get=self.ledger),
            route("reset", post=self.reset),
            route("departments/{id}/{act}", post=self.run),
        ]

    async def state(self, _: Request) -> Response:
        """Every department: where it is, whether it is up, what is due."""
        report = await self._supervisor.report()
        for name, told in report["departments"].items():
            told.update(_asked(name, told["url"]))
        told = {"now": self._clock.now(), "rate": self._clock.rate, **report}
        return JSONResponse({**told, "spoiled": list(self._spoiled())})

    def _spoiled(self) -> Iterator[Mapping[str, str]]:
        """What somebody wrote in that tells nothing any more, and how to mend it."""
        for look in self._files:
            try:
                look()
            except Refusal as refusal:
                yield {"where": refusal.findings[0].where, "what": refusal.findings[0].what,
                       "mend": refusal.mend}  # fmt: skip
        supervisor = self._supervisor
        for broken in (*supervisor.spoiled.values(), *supervisor.written_in.values()):
            yield {"where": broken.path, "what": broken.wrong, "mend": broken.mend}

    async def demo(self, _: Request) -> Response:
        """The people and places the city guarantees."""
        try:
            return JSONResponse(demo(seed_of(self._supervisor.state)))
        except SpoiledSeed as wrong:
            where, mend = str(self._supervisor.state / "seed.json"), wrong.mend
            raise refused("SPOILED", where, wrong.wrong, mend, status=409) from None

    async def metrics(self, _: Request) -> Response:
        """What was counted."""
        measures = await self._supervisor.measures()
        told = await asyncio.to_thread(metrics.exposition, measures)
        return Response(told, media_type=metrics.MEDIA_TYPE)

    async def ledger(self, request: Request) -> Response:
        """The last entries of a department's ledger, oldest first."""
        asked = parameters_of(request, "readLedger")
        path = self._supervisor.state / "ledger" / f"{asked['department']}.jsonl"
        try:
            entries = await asyncio.to_thread(last_entries, path, asked["limit"])
        except Spoiled as wrong:
            mend = "stop the department; put the line right, or move the file away and begin anew"
            raise refused("SPOILED", str(path), str(wrong), mend, status=409) from None
        return JSONResponse(entries)

    async def reset(self, request: Request) -> Response:
        """A fresh morning: empty desks and journals; what was ordered is lifted, unless kept."""
        asked = await body_of(request, "reset")
        for name, lift in self._lifted.items():
            if asked.get(name, True):
                lift()
        if asked.get("clock", False):
            self._clock.forget()
        try:
            await self._supervisor.reset()
        except Unheard as silent:
            mend = "kill it, start it again, and reset"
            raise refused("SILENT", "departments", str(silent), mend, status=503) from None
        return Response(status_code=204)

    async def run(self, request: Request) -> Response:
        """Start or stop one department."""
        department, act = request.path_params["id"], request.path_params["act"]
        acts = {"start": self._supervisor.start, "stop": self._supervisor.stop}
        if department not in self._supervisor.ports or act not in acts:
            mend = f"start or stop one of {', '.join(self._supervisor.ports)}"
            what = f"{act} {department} cannot be done"
            raise refused("UNKNOWN", request.url.path, what, mend, status=404)
        try:
            await acts[act](department)
        except LedgerSpoiled as broken:
            mend = f"{broken.mend}; then start {department} again"
            raise refused("SPOILED", broken.path, broken.wrong, mend, status=409) from None
        except NotStarted as failed:
            mend = "see what it said where the fleet runs"
            raise refused("NOT_STARTED", department, str(failed), mend, status=503) from None
        return JSONResponse((await self._supervisor.report())["departments"][department])


def _asked(department: str, url: str) -> Mapping[str, Any]:
    """Where and what it is asked, and where its contract is handed out, if it is."""
    protocol, address = protocol_of(department), f"{url}{path_of(department)}"
    return {
        "protocol": protocol,
        "address": address,
        "contract": f"{address}?wsdl" if protocol == "soap" else None,
        "operations": sorted(calls_of(department)),
    }
