"""A recording played again: the same request gets the same replies, in the order they came.

Requests are the same when method, path, parameters, SOAPAction and the leaves of the body are, with
one word for every credential and every person's number: the true ones were never kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.anything.exchange import Answer, Asked
from mocks.anything.recorded import exchanges
from mocks.journal.entry import leaves_of
from mocks.recording.in_parts import boundary_of
from mocks.recording.redaction import Redaction

_METHODS = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]
Leaves = Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class _Known:
    """One request, and what it was answered in turn; the last answer stays."""

    leaves: Leaves
    answers: list[Answer] = field(default_factory=list)
    turn: int = 0

    def next(self) -> Answer:
        answer = self.answers[min(self.turn, len(self.answers) - 1)]
        self.turn += 1
        return answer


class Replay:
    """The application. `near`: the nearest recorded request of the same path answers too."""

    def __init__(self, folder: Path, blanked: Redaction, *, near: bool = False) -> None:
        self._blanked, self._near = blanked, near
        self._known: list[_Known] = []
        for file in sorted(folder.glob("*.json")):
            for _, _, _, asked, answer in exchanges(file):
                self._learn(asked, answer)

    def _learn(self, asked: Asked, answer: Answer) -> None:
        leaves = self._leaves(asked)
        known = next((one for one in self._known if one.leaves == leaves), None)
        if known is None:
            self._known.append(known := _Known(leaves=leaves))
        known.answers.append(answer)

    def __len__(self) -> int:
        return len(self._known)

    def application(self) -> Starlette:
        """What a server runs."""
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=_METHODS)])

    async def _answer(self, request: Request) -> Response:
        query = tuple(parse_qsl(request.url.query, keep_blank_values=True))
        asked = Asked(
            method=request.method,
            path=request.url.path,
            query=query,
            headers=dict(request.headers),
            body=await request.body(),
        )
        leaves = self._leaves(asked)
        nearest = min(self._known, key=lambda one: len(differing(one.leaves, leaves)), default=None)
        if nearest is None or (nearest.leaves != leaves and not self._serves(nearest, leaves)):
            return _not_recorded(nearest, leaves)
        answer = nearest.next()
        return Response(answer.body, answer.status, headers=dict(answer.headers))

    def _serves(self, nearest: _Known, leaves: Leaves) -> bool:
        same = ("method", "path", "soapaction")
        return self._near and all(nearest.leaves.get(n) == leaves.get(n) for n in same)

    def _leaves(self, asked: Asked) -> Leaves:
        kind = asked.headers.get("content-type", "")
        body, _ = self._blanked.body(asked.body, kind)
        if boundary := boundary_of(body, kind):  # which each client makes anew each time
            body = body.replace(boundary, "boundary")
        query = self._blanked.address(f"{asked.path}?{urlencode(asked.query)}")
        path, _, parameters = query.partition("?")
        told = {"method": asked.method, "path": path}
        told |= {f"query {k}": v for k, v in parse_qsl(parameters, keep_blank_values=True)}
        if "soapaction" in asked.headers:
            told["soapaction"] = asked.headers["soapaction"].strip('"')
        leaves = {f"body {path}": value for path, value in leaves_of(body, kind)}
        return told | (leaves or ({"body": body} if body else {}))


def differing(one: Leaves, other: Leaves) -> list[str]:
    """Where two requests differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _not_recorded(nearest: _Known | None, leaves: Leaves) -> Response:
    places = differing(nearest.leaves, leaves) if nearest else []
    told = {
        "title": "this request was not recorded",
        "status": 404,
        "nearest": {name: nearest.leaves[name] for name in ("method", "path")} if nearest else None,
        "differs": places[:20],
        "mend": "record it too, or replay with --near",
    }
    return JSONResponse(told, 404, media_type="application/problem+json")
