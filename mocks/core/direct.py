"""A web application whose known routes are found without asking each of them in turn."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mocks.core.deed import Deed
from mocks.core.turn import OncePerTurn

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A route, and the deed that answers the same at once on a day without rules."""

    route: Route
    deed: Deed


class Direct(Starlette):
    """Starlette, which answers what no route knows; a known route is called without its layers.

    A literal path goes before a pattern, whatever the method. What an endpoint raises is the
    server's to report.
    `untroubled` says whether nothing is on order that a deed knows nothing of: looked at once a
    turn of the loop, or now. Who asks where nothing is hears what there is.
    """

    def __init__(self, ways: Sequence[Way], untroubled: OncePerTurn) -> None:
        elsewhere = {404: _elsewhere([way.route for way in ways])}
        super().__init__(routes=[way.route for way in ways], exception_handlers=elsewhere)
        self.untroubled_now, self.untroubled = untroubled.ask, untroubled
        self._literal: dict[str, dict[str, Way]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Way]]] = {}
        for way in ways:
            for method in (way.route.methods or set()) - {"HEAD"}:
                if "{" in way.route.path:
                    known = self._patterns.setdefault(method, [])
                    known.append((way.route.path_regex, way))
                else:
                    self._literal.setdefault(way.route.path, {})[method] = way

    def deed(self, scope: Scope) -> Deed | None:
        """What answers this request at once; None when it has to go the application's way."""
        found = self._found(scope)
        if found is None or not self.untroubled():
            return None
        scope["path_params"] = found[1]
        return found[0].deed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        found = self._found(scope) if scope["type"] == "http" else None
        if found is None:
            allowed = self._allowed(scope) if scope["type"] == "http" else ()
            await (_refusal(allowed) if allowed else super().__call__)(scope, receive, send)
            return
        way, scope["path_params"] = found
        endpoint: Endpoint = way.route.endpoint
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)

    def _found(self, scope: Scope) -> tuple[Way, dict[str, Any]] | None:
        method, path = scope["method"], scope["path"]
        if (literal := self._literal.get(path)) is not None:
            way = literal.get(method)
            return None if way is None else (way, {})
        for pattern, way in self._patterns.get(method, ()):
            if (match := pattern.match(path)) is not None:
                return way, match.groupdict()
        return None

    def _allowed(self, scope: Scope) -> Sequence[str]:
        """The methods this path has, other than the one asked for; Starlette names one route's."""
        if scope["method"] == "HEAD":
            return ()
        methods = {*self._literal.get(scope["path"], ()), *self._patterns}
        return [m for m in sorted(methods) if self._found({**scope, "method": m}) is not None]


def _refusal(allowed: Sequence[str]) -> Response:
    return PlainTextResponse("Method Not Allowed", 405, {"Allow": ", ".join(allowed)})


def _elsewhere(routes: Sequence[Route]) -> Callable[[Request, Exception], Response]:
    """The answer where nothing is: a web server's, and every way there is."""
    methods = [(method, route) for route in routes for method in sorted(route.methods or ())]
    ways = [
        f"{method} {route.path}{route.name if route.name.startswith('?') else ''}\n"
        for method, route in methods
        if method != "HEAD"
    ]
    said = f"Not Found\n\nhere one asks:\n{''.join(ways)}"
    return lambda _, wrong: PlainTextResponse(said, 404)
