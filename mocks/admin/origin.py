"""Keeps other people's pages out: a browser says where a request comes from, tools say nothing."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from mocks.admin.refusal import refused


class OwnPagesOnly:
    """Refuses what a page of another origin sends: this port is open to every browser here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with 403."""
        origin = Request(scope).headers.get("origin") if scope["type"] == "http" else None
        if origin is None or urlsplit(origin).netloc == Request(scope).headers.get("host"):
            await self._app(scope, receive, send)
            return
        what = f"{origin[:200]} is another origin"
        mend = f"open the page at its own address, {Request(scope).base_url}__admin/"
        refusal = refused("ELSEWHERE", "Origin", what, mend, status=403)
        await refusal.response(scope, receive, send)
