"""Requests answered where they are read: no task, no messages, one write.

Only what came whole, alone, and over HTTP/1.1 that is kept open; everything else, and whatever has
no deed (a bad day is on order, nobody knows the path), goes uvicorn's way as ever. A head that was
met before is not parsed again (`mocks.core.heads`), and of a plain question nothing is
(`mocks.faults.brief_ways`).
"""

from typing import Any
from urllib.parse import unquote

import httptools
from starlette.responses import Response
from starlette.types import Scope

from mocks.core.deed import Briefly, Deed, FindDeed, NotOurs
from mocks.core.heads import Heads
from mocks.faults.brief_ways import BriefWays
from mocks.faults.line import Lent, OnAccept

_BROKEN = Response(
    "Internal Server Error",
    500,
    {"content-type": "text/plain; charset=utf-8", "content-length": "21", "connection": "close"},
)


class AtOnce(Lent):
    """uvicorn's protocol, answering what it can before it goes on reading."""

    find: FindDeed
    ways: BriefWays
    heads = Heads()  # of the process: what bytes say depends on no connection

    _deed: Deed | None = None  # found for the request whose body is being read
    _content = b""
    _between = True  # requests: none is half read
    _answers = 0
    _answered_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Read as usual; a request that is not whole yet is handed to uvicorn."""
        if self._known(data):
            return
        alone, answers = self._between, self._answers
        super().data_received(data)
        if self._deed is not None:
            self._deed = None
            super().on_headers_complete()
            if self._content:
                super().on_body(self._content)
        elif alone and self._answers > answers:
            self.heads.learn(data, self.headers, self._content)

    def _known(self, data: bytes) -> bool:
        """Answer a whole request whose head was met before; False for any other."""
        if not self._is_at_rest():
            return False
        try:
            told = self.ways.answer(data, self.server_state.default_headers)
        except Exception as broken:  # a rim, as `_answer` is
            self._send(self._broken(broken))
            return True
        if told is not None:
            self._answer_briefly(told)
            return True
        return self._read_again(data)

    def _read_again(self, data: bytes) -> bool:
        if (asked := self.heads.read(data)) is None:
            return False
        self.scope: Any = {
            **self._always(), "headers": asked.headers, "method": asked.method, "path": asked.path,
            "raw_path": asked.raw_path, "query_string": asked.query,
        }  # fmt: skip
        if (deed := self.find(self.scope)) is None:
            return False
        self._content = asked.body
        status = self._answer(deed)
        if status == 200 and isinstance(deed, Briefly):
            self.ways.learn(data, deed, self.scope)
        return True

    def _answer_briefly(self, told: bytes) -> None:
        """Send an answer that nothing else came of."""
        self.transport.write(told)
        self._answers += 1
        self._rest()

    def _is_at_rest(self) -> bool:
        """Whether nothing is under way on this connection, and no fault waits for it."""
        return (
            self._between
            and (self.cycle is None or self.cycle.response_complete)
            and not (self._lost or self.line.cut_next or self.flow.write_paused)
            and self._held is None
        )

    def _always(self) -> dict[str, Any]:
        """What every request over this connection has in common."""
        if (always := self.__dict__.get("_said_always")) is None:
            super().on_message_begin()
            always = self._said_always = dict(self.scope)
        return always

    def on_message_begin(self) -> None:
        """Begin as usual."""
        self._between = False
        super().on_message_begin()

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
        self._between = True
        if (deed := self._deed) is None:
            super().on_message_complete()
            return
        self._deed = None
        self._answer(deed)

    def _answer(self, deed: Deed) -> int:
        """Do it, and send what it says; a rim: our own mistake is a bare 500, and the log."""
        try:
            response = deed(self._scope, self._content)
        except NotOurs:
            raise
        except Exception as broken:
            response = self._broken(broken)
        self._send(response)
        return response.status_code

    def _broken(self, broken: Exception) -> Response:
        self.logger.error("Exception in ASGI application\n", exc_info=broken)
        return _BROKEN

    def _send(self, response: Response) -> None:
        self.transport.write(self._written(response))
        self._answers += 1
        if response is _BROKEN:
            self.transport.close()
        self._rest()

    def _rest(self) -> None:
        """Wait for the next request; one timer for many, which looks when the last one was."""
        if self.timeout_keep_alive_task is None or self.transport.is_closing() or self.pipeline:
            self.on_response_complete()
            return
        self.server_state.total_requests += 1
        self._answered_at = self.loop.time()

    def timeout_keep_alive_handler(self) -> None:
        """End a connection on which nothing came for so long."""
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left <= 0:
            super().timeout_keep_alive_handler()
            return
        self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)

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
        scope: Scope = self.scope
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
        begun = self.ways.begun.of(response.status_code, self.server_state.default_headers)
        return b"\r\n".join((begun, *map(b": ".join, response.raw_headers), b"", response.body))


def answering(find: FindDeed, on_accept: OnAccept | None = None) -> type[AtOnce]:
    """The protocol class of one department's server."""
    members = {"on_accept": on_accept, "find": staticmethod(find), "ways": BriefWays()}
    return type("AnsweringBy", (AtOnce,), members)
