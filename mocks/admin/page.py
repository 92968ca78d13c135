"""The page at /__admin/: departments, journal, faults, clock; nothing comes from elsewhere."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

_FILES = {
    "": ("page.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.mjs": ("page.mjs", "text/javascript; charset=utf-8"),
    "words.mjs": ("words.mjs", "text/javascript; charset=utf-8"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[Route]:
    """The page and its files; / and /__admin lead there."""
    files = [Route(f"/__admin/{name}", _file, methods=["GET"]) for name in _FILES]
    ways = [Route(path, _there, methods=["GET"]) for path in ("/", "/__admin")]
    return [*ways, *files]


async def _file(request: Request) -> Response:
    name, media_type = _FILES[request.url.path.removeprefix("/__admin/")]
    content = Path(__file__).with_name(name).read_bytes()
    return Response(content, headers=_HEADERS, media_type=media_type)


async def _there(_: Request) -> Response:
    return RedirectResponse("/__admin/")
