"""GraphQL over HTTP: `POST /graphql`, and `GET /graphql` for queries (and for the page)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.edge import body, graphql_request
from gateway.edge.encoding import encode
from gateway.edge.fast_path import MOST_BYTES, FastPath, KnownViewer
from gateway.edge.fields import Fields, fields_of, text
from gateway.edge.graphql_request import Operation
from gateway.edge.negotiation import GRAPHQL_RESPONSE, JSON, posts_json, wants_page, wished
from gateway.edge.refusal import ClientGone, Refusal, refuse
from gateway.edge.rim import request_id_of
from gateway.edge.sending import condition, send_own, send_public
from gateway.edge.viewers import Authenticate, viewer_of
from gateway.execution.own import OwnAnswer, OwnAnswers
from gateway.execution.remembered import PublicAnswer, Remembered
from schema.domain.text import Language, Text
from schema.graph.ports import Viewer


class MutationByGet(Exception):
    """Raised by `Execute` when `queries_only` was asked and the operation is not a query."""


class Execute(Protocol):
    """The way from a request to its answer."""

    async def __call__(
        self, operation: Operation, *, viewer: Viewer, language: Language, request_id: str
    ) -> Mapping[str, Any] | PublicAnswer | OwnAnswer:
        """The GraphQL response map, or its bytes when it has data and may be given again.

        To anybody (PublicAnswer), or for a while to this viewer (OwnAnswer).

        No `data` entry means a request error: nothing was executed. Several operations and no
        name is such an error. Raises MutationByGet, and nothing else that is expected.
        """
        ...


class Page(Protocol):
    """Something to look at for a browser that comes to /graphql."""

    async def __call__(self, language: Language) -> Response: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may weigh and how long it may take to arrive."""

    body_bytes: int = 200_000
    body_deadline_s: float = 10.0


class GraphQLEndpoint:
    """An ASGI endpoint that answers every request once, and never with a stack trace."""

    def __init__(
        self,
        *,
        execute: Execute,
        authenticate: Authenticate,
        page: Page | None = None,
        remembered: Remembered | None = None,
        own: OwnAnswers | None = None,
        limits: Limits | None = None,
        dev: bool = False,
    ) -> None:
        self._execute = execute
        self._authenticate = authenticate
        self._page = page
        self._remembered = remembered
        self._own = own
        self._fast_path: FastPath | None = None
        self._limits = limits or Limits()
        self._dev = dev

    def fast_path(
        self, path: str, *, viewer: KnownViewer, most_bytes: int = MOST_BYTES
    ) -> FastPath | None:
        """What a server may answer at this path from the memory of this; None where there is none.

        `viewer`: as `authenticate`, of what it found before.
        """
        if self._remembered is None or self._own is None:
            return None
        self._fast_path = FastPath(
            path,
            viewer=viewer,
            remembered=self._remembered,
            own=self._own,
            most_bytes=most_bytes,
        )
        return self._fast_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields = fields_of(scope)
        language, media_type = wished(fields)
        try:
            if self._page is not None and _asks_for_page(scope, fields):
                page = await self._page(language)
                await page(scope, receive, send)
                return
            if media_type is None:
                raise _NOT_ACCEPTABLE
            sent = await self._sent(scope, receive, fields)
            result = await self._result(scope, fields, sent, language)
        except ClientGone:
            return
        except (Refusal, MutationByGet) as raised:
            refusal = raised if isinstance(raised, Refusal) else _MUTATION_BY_GET
            response = refuse(
                refusal,
                language=language,
                request_id=request_id_of(scope),
                media_type=media_type or JSON,
            )
            await response(scope, receive, send)
            return
        if isinstance(result, PublicAnswer):
            known = condition(scope["method"], fields)
            await send_public(send, result, known, media_type=media_type, language=language)
        else:
            await self._send(send, result, media_type, language)

    async def _sent(self, scope: Scope, receive: Receive, fields: Fields) -> bytes:
        """The request as it came: the body of a POST, the query of a GET."""
        match scope["method"]:
            case "POST":
                if not posts_json(fields):
                    raise _UNSUPPORTED
                return await body.whole(
                    receive,
                    text(fields, b"content-length") or "",
                    cap=self._limits.body_bytes,
                    deadline_s=self._limits.body_deadline_s,
                )
            case "GET":
                query: bytes = scope["query_string"]
                return query
            case _:
                raise _METHOD

    async def _result(
        self, scope: Scope, fields: Fields, sent: bytes, language: Language
    ) -> Mapping[str, Any] | bytes | PublicAnswer:
        asked = graphql_request.as_sent(scope["method"], sent)
        known = self._remembered.find(asked, language) if self._remembered is not None else None
        viewer = await viewer_of(text(fields, b"authorization"), self._authenticate)
        if known is not None:
            return known
        own = self._own.find(asked, language, viewer) if self._own is not None else None
        if own is not None:
            return own
        operation = _operation(scope, sent)
        result = await self._execute(
            operation, viewer=viewer, language=language, request_id=request_id_of(scope)
        )
        return self._kept(result, asked, viewer, language)

    def _kept(
        self,
        result: Mapping[str, Any] | PublicAnswer | OwnAnswer,
        asked: bytes,
        viewer: Viewer,
        language: Language,
    ) -> Mapping[str, Any] | bytes | PublicAnswer:
        """The result, remembered where it may be given again."""
        if self._fast_path is not None and isinstance(result, PublicAnswer | OwnAnswer):
            self._fast_path.answered(asked)
        if isinstance(result, PublicAnswer):
            if self._remembered is not None:
                self._remembered.keep(asked, language, result)
            return result
        if isinstance(result, OwnAnswer):
            if self._own is not None:
                self._own.keep(asked, language, viewer, result)
            return result.content
        return result

    async def _send(
        self, send: Send, result: Mapping[str, Any] | bytes, media_type: str, language: Language
    ) -> None:
        status, content = 200, result
        if not isinstance(content, bytes):
            if "data" not in content and media_type == GRAPHQL_RESPONSE:
                status = 400
            content = encode(content if self._dev else _without_calls(content))
        await send_own(send, content, status=status, media_type=media_type, language=language)


def _without_calls(result: Mapping[str, Any]) -> Mapping[str, Any]:
    # Which departments were asked, and how long each took, is for developers only.
    extensions = result.get("extensions")
    if not extensions or "calls" not in extensions:
        return result
    rest = {key: value for key, value in extensions.items() if key != "calls"}
    bare = {key: value for key, value in result.items() if key != "extensions"}
    return {**bare, "extensions": rest} if rest else bare


def _operation(scope: Scope, sent: bytes) -> Operation:
    if scope["method"] == "POST":
        return graphql_request.from_json(sent)
    return graphql_request.from_url(QueryParams(sent))


def _asks_for_page(scope: Scope, fields: Fields) -> bool:
    return (
        scope["method"] == "GET"
        and wants_page(text(fields, b"accept"))
        and "query" not in QueryParams(scope["query_string"])
    )


_UNSUPPORTED = Refusal(
    415,
    "UNSUPPORTED_MEDIA_TYPE",
    Text(zh="请以 application/json 提交请求。", en="Send the request as application/json."),
    {"accept": JSON},
)
_NOT_ACCEPTABLE = Refusal(
    406,
    "NOT_ACCEPTABLE",
    Text(
        zh=f"仅提供 {GRAPHQL_RESPONSE} 或 {JSON}。", en=f"We answer {GRAPHQL_RESPONSE} or {JSON}."
    ),
)
_METHOD = Refusal(
    405,
    "METHOD_NOT_ALLOWED",
    Text(zh="请使用 POST（查询亦可用 GET）。", en="Use POST, or GET for queries."),
    {"allow": "GET, POST"},
)
_MUTATION_BY_GET = Refusal(
    405,
    "METHOD_NOT_ALLOWED",
    Text(zh="变更操作须使用 POST。", en="Only queries may be sent by GET."),
    {"allow": "POST"},
)
