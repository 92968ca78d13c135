"""Everything under /__admin/ put together."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mocks.admin.clock import Clock
from mocks.admin.document import document
from mocks.admin.fault_marks import FaultMarks
from mocks.admin.fleet import Fleet
from mocks.admin.journal import Journal
from mocks.admin.origin import OwnPagesOnly
from mocks.admin.page import page_routes
from mocks.admin.refusal import Refusal, answer_disk, answer_http, answer_refusal
from mocks.admin.route import route
from mocks.admin.rules import fault_rules, latency_rules
from mocks.admin.scenarios import Played
from mocks.supervisor import Supervisor


def application(supervisor: Supervisor) -> Starlette:
    """The controls of this fleet."""
    clock, played = Clock(supervisor), Played(supervisor.state)
    faults, latency = fault_rules(supervisor.state), latency_rules(supervisor.state)
    files = [faults.in_force, latency.in_force, played.check, clock.check]
    lifted = {"faults": faults.lift, "latency": latency.lift, "scenarios": played.end}
    return Starlette(
        routes=[
            route("openapi.json", get=_described),
            *page_routes(),
            *clock.routes(),
            *faults.routes(),
            *latency.routes(),
            *played.routes(),
            *FaultMarks(supervisor).routes(),
            *Fleet(supervisor, clock, lifted, files).routes(),
            *Journal(supervisor).routes(),
        ],
        middleware=[Middleware(OwnPagesOnly, host=supervisor.host)],
        exception_handlers={
            Refusal: answer_refusal,
            HTTPException: answer_http,
            OSError: answer_disk,
        },
    )


async def _described(_: Request) -> Response:
    return JSONResponse(document())
