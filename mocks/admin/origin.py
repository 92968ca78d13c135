"""Keeps other people's pages out: a browser says where a request comes from, tools say nothing.

The name it was asked by counts as well: a page whose own name was made to lead here is another's.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from mocks.admin.refusal import refused

_HERE = "localhost"


class OwnPagesOnly:
    """Refuses what a page of another origin sends: this port is open to every browser here.

    `host`: where it listens; beside it addresses are taken, and names of this machine for itself.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app, self._host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with 403."""
        headers = Request(scope).headers if scope["type"] == "http" else {}
        origin, asked = headers.get("origin"), headers.get("host", self._host)
        if not self._is_own(asked):
            name, what = "Host", f"{asked[:200]} is no name of this machine for itself"
        elif origin is not None and urlsplit(origin).netloc != asked:
            name, what = "Origin", f"{origin[:200]} is another origin"
        else:
            await self._app(scope, receive, send)
            return
        port = (scope.get("server") or ("", ""))[1]
        mend = f"open the page at its own address, http://{self._host}:{port}/__admin/"
        await refused("ELSEWHERE", name, what, mend, status=403).response(scope, receive, send)

    def _is_own(self, asked: str) -> bool:
        try:
            name = urlsplit(f"//{asked}").hostname or ""
            if name in (_HERE, self._host.lower()) or name.endswith(f".{_HERE}"):
                return True
            ip_address(name)
        except ValueError:
            return False
        return True
