"""Requests answered where they are read: no task, no messages, one write.

Only what came whole, alone, and over HTTP/1.1 that is kept open; everything else, and whatever has
no deed (a bad day is on order, nobody knows the path), goes uvicorn's way as ever.
"""

from urllib.parse import unquote

import httptools
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from mocks.core.deed import Deed, FindDeed, NotOurs
from mocks.faults.line import Lent, OnAccept

_BROKEN = Response(
    "Internal Server Error",
    500,
    {"content-type": "text/plain; charset=utf-8", "content-length": "21", "connection": "close"},
)


class AtOnce(Lent):
    """uvicorn's protocol, answering what it can before it goes on reading."""

    find: FindDeed

    _deed: Deed | None = None  # found for the request whose body is being read
    _content = b""

    def data_received(self, data: bytes) -> None:
        """Read as usual; a request that is not whole yet is handed to uvicorn."""
        super().data_received(data)
        if self._deed is not None:
            self._deed = None
            super().on_headers_complete()
            if self._content:
                super().on_body(self._content)

    def on_headers_complete(self) -> None:
        """Look for a deed; without one begin as usual."""
        self._deed = self._found() if self._is_plain() else None
        self._content = b""
        if self._deed is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        if self._deed is None:
            super().on_body(body)
        else:
            self._content += body

    def on_message_complete(self) -> None:
        """Answer."""
        if (deed := self._deed) is None:
            super().on_message_complete()
            return
        self._deed = None
        self._answer(deed)

    def _answer(self, deed: Deed) -> None:
        """Do it, and send what it says; a rim: our own mistake is a bare 500, and the log."""
        try:
            response = deed(self._scope, self._content)
        except NotOurs:
            raise
        except Exception as broken:
            self.logger.error("Exception in ASGI application\n", exc_info=broken)
            response = _BROKEN
        self.transport.write(self._written(response))
        if response is _BROKEN:
            self.transport.close()
        self.on_response_complete()

    def _is_plain(self) -> bool:
        parser, cycle = self.parser, self.cycle
        return (
            (cycle is None or cycle.response_complete)
            and not self.expect_100_continue
            and not self.flow.write_paused
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and parser.get_http_version() == "1.1"
        )

    @property
    def _scope(self) -> Scope:
        scope: Scope = self.scope  # type: ignore[assignment]  # uvicorn's own type of the same
        return scope

    def _found(self) -> Deed | None:
        scope, url = self._scope, httptools.parse_url(self.url)
        raw = url.path
        path = raw.decode("ascii")
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = raw
        scope["query_string"] = url.query or b""
        return self.find(scope)

    def _written(self, response: Response) -> bytes:
        lines = [STATUS_LINE[response.status_code]]
        for name, value in (*self.server_state.default_headers, *response.raw_headers):
            lines += name, b": ", value, b"\r\n"
        return b"".join((*lines, b"\r\n", response.body))


def answering(find: FindDeed, on_accept: OnAccept | None = None) -> type[AtOnce]:
    """The protocol class of one department's server."""
    members = {"on_accept": on_accept, "find": staticmethod(find)}
    return type("AnsweringBy", (AtOnce,), members)
