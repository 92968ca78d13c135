"""A web application whose known routes are found without asking each of them in turn."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]


class Direct(Starlette):
    """Starlette, which answers what no route knows; a known route is called without its layers.

    A literal path goes before a pattern, whatever the method. What an endpoint raises is the
    server's to report.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        super().__init__(routes=routes)
        self._literal: dict[str, dict[str, Endpoint]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Endpoint]]] = {}
        for route in routes:
            for method in (route.methods or set()) - {"HEAD"}:
                if "{" in route.path:
                    known = self._patterns.setdefault(method, [])
                    known.append((route.path_regex, route.endpoint))
                else:
                    self._literal.setdefault(route.path, {})[method] = route.endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        found = self._found(scope) if scope["type"] == "http" else None
        if found is None:
            allowed = self._allowed(scope) if scope["type"] == "http" else ()
            await (_refusal(allowed) if allowed else super().__call__)(scope, receive, send)
            return
        endpoint, scope["path_params"] = found
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)

    def _found(self, scope: Scope) -> tuple[Endpoint, dict[str, Any]] | None:
        method, path = scope["method"], scope["path"]
        if (literal := self._literal.get(path)) is not None:
            endpoint = literal.get(method)
            return None if endpoint is None else (endpoint, {})
        for pattern, endpoint in self._patterns.get(method, ()):
            if (match := pattern.match(path)) is not None:
                return endpoint, match.groupdict()
        return None

    def _allowed(self, scope: Scope) -> Sequence[str]:
        """The methods this path has, other than the one asked for; Starlette names one route's."""
        if scope["method"] == "HEAD":
            return ()
        methods = {*self._literal.get(scope["path"], ()), *self._patterns}
        return [m for m in sorted(methods) if self._found({**scope, "method": m}) is not None]


def _refusal(allowed: Sequence[str]) -> Response:
    return PlainTextResponse("Method Not Allowed", 405, {"Allow": ", ".join(allowed)})
