"""A mock on the wire: its answers, faults on order, and a journal at `/__mock/`."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mocks.anything.bad_days import SAID, BadDays
from mocks.anything.exchange import Answer, Asked, Mock, log
from mocks.anything.published import PLACE, Published
from mocks.core.clock import real_now
from mocks.faults.answering import Own

_OWN = ("fault", "busy", *SAID)
FAULTS = ("500", "fault", "timeout", "empty", "html", "busy", *SAID)
_KEPT = 50
_METHODS = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"]
_PAGE = (
    "<html><head><title>系统维护</title></head><body><h1>系统维护中 maintenance</h1></body></html>"
)


class _Silence(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say nothing until the client gives up."""
        while (await receive())["type"] != "http.disconnect":
            pass


@dataclass(slots=True)
class Journal:
    """The last requests, and how many there were of each operation."""

    last: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, asked: Asked, answer: Answer) -> None:
        """Keep what was asked and how it was answered, in memory only."""
        self.counts[answer.operation or "unknown"] += 1
        self.last.append(
            {
                "at": datetime.fromtimestamp(real_now(), UTC).isoformat(timespec="milliseconds"),
                "method": asked.method,
                "path": asked.path,
                "operation": answer.operation,
                "status": answer.status,
                "source": answer.source,
                "valid": not answer.mistakes,
                "mistakes": list(answer.mistakes[:10]),
                "near": answer.near,
            }
        )


@dataclass(slots=True, kw_only=True)
class Served:
    """One mock with everything around it."""

    mock: Mock
    published: Published
    soap: bool
    envelope: str | None = None  # the namespace of its version of SOAP
    latency: tuple[float, float] = (0.0, 0.0)
    draw: Random = field(default_factory=lambda: Random(0))
    journal: Journal = field(default_factory=Journal)
    bad_days: BadDays = field(default_factory=BadDays)

    def application(self) -> Starlette:
        """What a server runs."""
        return Starlette(
            routes=[
                Route("/__mock", self.shown),
                Route("/__mock/", self.shown),
                Route(PLACE + "{name:path}", self.file),
                Route("/{path:path}", self.answered, methods=_METHODS),
            ]
        )

    async def shown(self, _: Request) -> Response:
        """Operations, counts and the last requests, newest first."""
        return JSONResponse(
            {
                "contract": self.published.name,
                "operations": self.mock.operations(),
                "counts": dict(self.journal.counts),
                "requests": list(reversed(self.journal.last)),
            }
        )

    async def file(self, request: Request) -> Response:
        """A file of the contract."""
        content = self.published.file(request.path_params["name"], _base(request))
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type=_kind(request.path_params["name"]))

    async def answered(self, request: Request) -> Response:
        """A reply of the mock, after its latency."""
        if self.soap and request.method == "GET" and _wants_contract(request):
            return Response(self.published.wsdl(_base(request)), media_type="text/xml")
        if (cut := self.bad_days.cut()) is not None:
            return cut
        low, high = self.latency
        if high:
            await asyncio.sleep(self.draw.uniform(low, high))
        asked = await _asked(request)
        ordered = request.headers.get("__fault") or request.query_params.get("__fault")
        kind = ordered or self.bad_days.says()
        if kind:
            return self._at_will(asked, kind)
        answer = _safely(self.mock, asked)
        self.journal.note(asked, answer)

        async def act() -> Response:
            return _response(answer)

        own = Own(busy=lambda: _response(self.mock.at_will(asked, "busy")), envelope=self.envelope)
        return await self.bad_days.answer(request, answer.operation or "", act, own)

    def _at_will(self, asked: Asked, kind: str) -> Response:
        if kind in _OWN:
            answer = self.mock.at_will(asked, kind)
            self.journal.note(asked, answer)
            return _response(answer)
        make = _INSTEAD.get(kind)
        if make is None:
            said = f"__fault={kind} is not known — choose among {', '.join(FAULTS)}\n"
            return Response(said, status_code=400, media_type="text/plain")
        response = make()
        self.journal.note(asked, Answer(status=response.status_code, source=f"fault {kind}"))
        return response


_INSTEAD: dict[str, Callable[[], Response]] = {
    "500": lambda: Response("internal error\n", status_code=500, media_type="text/plain"),
    "timeout": _Silence,
    "empty": Response,
    "html": lambda: HTMLResponse(_PAGE),
}


def _safely(mock: Mock, asked: Asked) -> Answer:
    try:
        return mock.answer(asked)
    except Exception as bug:
        # The rim of the mock: one request that it cannot bear does not end the others.
        log.exception("%s %s", asked.method, asked.path)
        said = f"the mock failed: {type(bug).__name__}: {bug}"
        body = orjson.dumps({"title": said, "status": 500})
        kind = {"content-type": "application/problem+json"}
        return Answer(status=500, headers=kind, body=body, source="failed", mistakes=(said,))


async def _asked(request: Request) -> Asked:
    pairs = tuple((k, v) for k, v in request.query_params.multi_items() if k != "__fault")
    return Asked(
        method=request.method,
        path=request.url.path,
        query=pairs,
        headers=dict(request.headers),
        body=await request.body(),
    )


def _response(answer: Answer) -> Response:
    return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))


def _wants_contract(request: Request) -> bool:
    return any(key.lower() == "wsdl" for key in request.query_params)


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _kind(name: str) -> str:
    return "text/xml" if name.lower().endswith((".wsdl", ".xsd", ".xml")) else "text/plain"
