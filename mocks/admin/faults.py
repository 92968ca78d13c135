"""Bad days on order: the rules in force, by department."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of
from mocks.admin.kinds import fault_kinds
from mocks.admin.refusal import refused
from mocks.admin.route import route
from mocks.core.clock import write_atomically
from mocks.core.faults import BadRule, check_rules
from mocks.core.kit import DEPARTMENTS
from mocks.supervisor import Supervisor

Rules = dict[str, Any]


class FaultRules:
    """The routes of /__admin/faults; departments follow the file these write."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._file = supervisor.state / "faults.json"

    def routes(self) -> list[Route]:
        """Rules, kinds, and how often they struck."""
        return [
            route("faults", get=self.read, put=self.replace),
            route("faults/kinds", get=self.kinds),
            route("faults/struck", get=self.struck),
            route("faults/departments/{id}", put=self.replace_one),
        ]

    def in_force(self) -> Rules:
        """The rules by department."""
        rules: Rules = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}
        return rules

    def lift(self) -> None:
        """No rules at all."""
        self._file.unlink(missing_ok=True)

    async def read(self, _: Request) -> Response:
        """The rules in force."""
        return JSONResponse(self.in_force())

    async def replace(self, request: Request) -> Response:
        """Replace the rules; an impossible one changes nothing."""
        return self._ordered(await body_of(request, "setFaults"))

    async def replace_one(self, request: Request) -> Response:
        """Replace the rules of one department."""
        department = request.path_params["id"]
        if department not in DEPARTMENTS:
            mend = f"departments are {', '.join(DEPARTMENTS)}"
            raise refused("UNKNOWN", "id", f"{department} is no department", mend, status=404)
        rules = await body_of(request, "setFaultsOf")
        others = {name: kept for name, kept in self.in_force().items() if name != department}
        return self._ordered({**others, department: rules} if rules else others)

    def _ordered(self, rules: Rules) -> Response:
        try:
            check_rules(rules)
        except (BadRule, TypeError, ValueError, OverflowError) as wrong:
            mend = "correct the rule; GET /__admin/faults/kinds tells which kinds there are"
            where = str(wrong).partition(":")[0]
            raise refused("NOT_OBEYABLE", where, str(wrong), mend, status=422) from None
        write_atomically(self._file, rules)
        return JSONResponse(rules)

    async def kinds(self, _: Request) -> Response:
        """Every kind of fault there is."""
        return JSONResponse(fault_kinds())

    async def struck(self, _: Request) -> Response:
        """How often each kind struck each department; one that is down or was killed forgot."""
        report = await self._supervisor.report()
        return JSONResponse({name: e["struck"] for name, e in report["departments"].items()})
