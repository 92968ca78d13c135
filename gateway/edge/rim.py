"""The outermost layer: a request id for everything, our headers on everything, no bug shown."""

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from operator import itemgetter
from typing import Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import STRUCTLOG_KEY_PREFIX

from gateway.edge.fast_path import FastPath
from gateway.edge.fields import REQUEST_ID, fields_of, given_id
from gateway.edge.negotiation import language_of
from gateway.edge.refusal import Refusal, refuse
from schema.domain.text import Text

log = structlog.get_logger(__name__)

# What is logged meanwhile bears it: structlog finds its own variables by how they are named.
_LOGGED: ContextVar[str] = ContextVar(f"{STRUCTLOG_KEY_PREFIX}request_id")
_NAME: Final = itemgetter(0)
_OWN = ((b"x-content-type-options", b"nosniff"),)


def request_id_of(scope: Scope) -> str:
    """The id under which support finds this request in the log."""
    state: dict[str, Any] = scope.get("state") or {}
    return str(state.get("request_id", ""))


class Rim:
    """Wraps the whole application. What escapes from below is a bug: logged, answered masked.

    `straight` are endpoints by their exact path that need nothing of the application around them.
    `fast_path` is what a server may answer from without calling this: see `fast_protocol`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        new_id: Callable[[], str],
        dev: bool = False,
        straight: Mapping[str, ASGIApp] | None = None,
        fast_path: FastPath | None = None,
    ) -> None:
        self._app = app
        self.new_id = new_id
        self._straight = straight or {}
        self.fast_path = fast_path
        self.own_headers = ((b"x-dev-mode", b"1"), *_OWN) if dev else _OWN
        self._names = frozenset({REQUEST_ID, *(name for name, _ in self.own_headers)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = given_id(fields_of(scope)) or self.new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        def marked(message: Message) -> Awaitable[None]:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._mark(message, request_id)
            return send(message)

        app = self._straight.get(scope["path"], self._app)
        logged = _LOGGED.set(request_id)
        try:
            await app(scope, receive, marked)
        except Exception as bug:
            # The rim: a bug must neither reach the client nor take the connection with it.
            log.exception("request.failed", path=scope["path"], error=type(bug).__name__)
            if not started:
                await _masked(scope, request_id)(scope, receive, marked)
        finally:
            _LOGGED.reset(logged)

    def _mark(self, message: Message, request_id: str) -> None:
        theirs = message.get("headers", ())
        if not self._names.isdisjoint(map(_NAME, theirs)):
            theirs = [pair for pair in theirs if pair[0] not in self._names]
        message["headers"] = [*theirs, *self.own_headers, (REQUEST_ID, request_id.encode("ascii"))]


def _masked(scope: Scope, request_id: str) -> ASGIApp:
    language = language_of(Headers(scope=scope).get("accept-language"))
    return refuse(_BUG, language=language, request_id=request_id)


_BUG = Refusal(
    500,
    "INTERNAL",
    Text(
        zh="系统内部错误，已记录。请凭请求编号联系我们。",
        en="Something went wrong on our side. Quote the request id when you contact us.",
    ),
)
