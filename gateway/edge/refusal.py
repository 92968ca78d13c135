"""What the edge answers when it will not go on: a status, a code, a sentence in two languages."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from schema.domain.text import Language, Text

GUARD_HEADERS = {
    "cache-control": "no-store",
    "vary": "Accept, Accept-Language, Authorization",
}


class Refusal(Exception):
    """A request that is answered here, and never reaches a use case."""

    def __init__(
        self, status: int, code: str, text: Text, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.text = text
        self.headers = dict(headers or {})


class ClientGone(Exception):
    """The client left before its request was whole; nobody is there to answer."""


def refuse(
    refusal: Refusal, *, language: Language, request_id: str, media_type: str = "application/json"
) -> Response:
    """The refusal as a GraphQL-shaped body, so that every client reads one kind of error."""
    error: dict[str, Any] = {
        "message": refusal.text.in_(language),
        "extensions": {"code": refusal.code, "requestId": request_id},
    }
    return Response(
        orjson.dumps({"errors": [error]}),
        status_code=refusal.status,
        headers={**GUARD_HEADERS, "content-language": language, **refusal.headers},
        media_type=f"{media_type}; charset=utf-8",
    )
