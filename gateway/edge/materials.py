"""`POST /materials`: one document, streamed to the shelf, answered with its digest."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.edge import body
from gateway.edge.negotiation import language_of
from gateway.edge.refusal import GUARD_HEADERS, ClientGone, Refusal, refuse
from gateway.edge.rim import request_id_of
from gateway.edge.shelf import SIGNATURES, Shelf, StoredMaterial, media_type_of
from gateway.edge.viewers import Authenticate, unauthenticated, viewer_of
from schema.domain.text import Text
from schema.graph.ports import Viewer

_ANONYMOUS = frozenset[str]()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How large a document may be, and how long it may take to arrive."""

    bytes: int = 20_000_000
    deadline_s: float = 60.0


class MaterialsEndpoint:
    """Takes a PDF, PNG or JPEG of someone who is logged in; the first bytes must agree."""

    def __init__(
        self, *, shelf: Shelf, authenticate: Authenticate, limits: UploadLimits | None = None
    ) -> None:
        self._shelf = shelf
        self._authenticate = authenticate
        self._limits = limits or UploadLimits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        language = language_of(headers.get("accept-language"))
        try:
            stored = await self._take(scope, receive, headers)
            response = Response(
                orjson.dumps(
                    {
                        "sha256": stored.sha256,
                        "size": stored.size,
                        "mediaType": stored.media_type,
                    }
                ),
                status_code=201,
                headers=GUARD_HEADERS,
                media_type="application/json",
            )
        except ClientGone:
            return
        except Refusal as refusal:
            response = refuse(refusal, language=language, request_id=request_id_of(scope))
        await response(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, headers: Headers) -> StoredMaterial:
        if scope["method"] != "POST":
            raise _METHOD
        _refuse_stranger(await viewer_of(headers.get("authorization"), self._authenticate))
        declared = headers.get("content-type", "").partition(";")[0].strip().lower()
        if declared not in SIGNATURES:
            raise _UNSUPPORTED
        body.refuse_declared_excess(headers.get("content-length", ""), cap=self._limits.bytes)
        pieces = body.chunks(receive, cap=self._limits.bytes, deadline_s=self._limits.deadline_s)
        return await _shelve(self._shelf, pieces, declared)


async def _shelve(shelf: Shelf, pieces: AsyncIterator[bytes], declared: str) -> StoredMaterial:
    upload = await to_thread.run_sync(shelf.receive)
    with upload:
        async for piece in pieces:
            await to_thread.run_sync(upload.write, piece)
        if media_type_of(upload.head) != declared:
            raise _NOT_WHAT_IT_SAYS
        return await to_thread.run_sync(upload.keep, declared)


def _refuse_stranger(viewer: Viewer) -> None:
    if viewer.roles == _ANONYMOUS:
        raise unauthenticated()


_METHOD = Refusal(
    405,
    "METHOD_NOT_ALLOWED",
    Text(zh="请使用 POST 上传材料。", en="Upload documents by POST."),
    {"allow": "POST"},
)
_UNSUPPORTED = Refusal(
    415,
    "UNSUPPORTED_MEDIA_TYPE",
    Text(
        zh="仅接受 PDF、PNG 或 JPEG 文件，请以相应的 Content-Type 上传。",
        en="Only PDF, PNG and JPEG are accepted; name the type in Content-Type.",
    ),
    {"accept": ", ".join(SIGNATURES)},
)
_NOT_WHAT_IT_SAYS = Refusal(
    415,
    "MEDIA_TYPE_MISMATCH",
    Text(
        zh="文件内容与声明的类型不符。",
        en="The document is not of the type it is said to be.",
    ),
)
