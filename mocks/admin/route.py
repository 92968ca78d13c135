"""One path, one route: what is not declared is answered 405 with the methods that are."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Endpoint = Callable[[Request], Awaitable[Response]]


def route(path: str, **endpoints: Endpoint) -> Route:
    """A route of `/__admin/` with an endpoint for each method, named in lower case."""
    by_method = {method.upper(): endpoint for method, endpoint in endpoints.items()}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]

    async def serve(request: Request) -> Response:
        return await by_method[request.method](request)

    return Route(f"/__admin/{path}", serve, methods=list(by_method))
