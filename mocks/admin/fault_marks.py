"""Which kinds of faults there are, and how often they struck."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.kinds import fault_kinds
from mocks.admin.route import route
from mocks.supervisor import Supervisor


class FaultMarks:
    """The routes beside /__admin/faults that only tell."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def routes(self) -> list[Route]:
        """Kinds, and strikes."""
        return [
            route("faults/kinds", get=self.kinds),
            route("faults/struck", get=self.struck),
            route("faults/struck/rules", get=self.by_rule),
        ]

    async def kinds(self, _: Request) -> Response:
        """Every kind of fault there is."""
        return JSONResponse(fault_kinds())

    async def struck(self, _: Request) -> Response:
        """How often each kind struck each department; one that is down or was killed forgot."""
        report = await self._supervisor.report()
        return JSONResponse({name: e["struck"] for name, e in report["departments"].items()})

    async def by_rule(self, _: Request) -> Response:
        """How often each rule in force struck since it was ordered, or begun anew."""
        report = await self._supervisor.report()
        return JSONResponse({name: e["rules"] for name, e in report["departments"].items()})
