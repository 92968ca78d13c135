"""Answers of /graphql in the server's own terms: heads made once, two messages each."""

from typing import Final, TypeAlias

from starlette.types import Send

from gateway.edge.fields import Fields
from gateway.edge.negotiation import GRAPHQL_RESPONSE, JSON
from gateway.edge.refusal import GUARD_HEADERS
from gateway.execution.remembered import PublicAnswer
from schema.domain.text import Language

Head: TypeAlias = tuple[tuple[bytes, bytes], ...]

# Anybody may keep it, and asks whether it still holds before showing it again.
_PUBLIC: Final = {**GUARD_HEADERS, "cache-control": "public, no-cache",
                  "vary": "Accept, Accept-Language"}  # fmt: skip
_KINDS: Final = {JSON: b"j", GRAPHQL_RESPONSE: b"g"}
_LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


def _heads(headers: dict[str, str]) -> dict[tuple[str, Language], Head]:
    return {
        (media_type, language): (
            (b"content-type", f"{media_type}; charset=utf-8".encode()),
            (b"content-language", language.encode()),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        )
        for media_type in _KINDS
        for language in _LANGUAGES
    }


_OWN_HEADS: Final = _heads(GUARD_HEADERS)
_PUBLIC_HEADS: Final = _heads(_PUBLIC)


async def send_own(
    send: Send, content: bytes, *, status: int, media_type: str, language: Language
) -> None:
    """An answer for who asked, and nobody else."""
    length = (b"content-length", b"%d" % len(content))
    head = [*_OWN_HEADS[media_type, language], length]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": content})


async def send_public(
    send: Send, found: PublicAnswer, known: bytes | None, *, media_type: str, language: Language
) -> None:
    """An answer for everybody; 304 where it is among the `known` (a field If-None-Match)."""
    tag = b'"%s-%s%s"' % (found.digest, language.encode(), _KINDS[media_type])
    status, content = 200, found.content
    if known is not None and _names(known, tag):
        status, content = 304, b""
    length = (b"content-length", b"%d" % len(content))
    head = [*_PUBLIC_HEADS[media_type, language], (b"etag", tag)]
    if status == 200:
        head.append(length)
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": content})


def condition(method: str, fields: Fields) -> bytes | None:
    """What an answer is not to be sent for again; it has a meaning for GET alone."""
    return fields.get(b"if-none-match") if method == "GET" else None


def _names(known: bytes, tag: bytes) -> bool:
    """Whether the tag is among these; a proxy that packs answers marks them weak."""
    told = {one.strip().removeprefix(b"W/") for one in known.split(b",")}
    return tag in told or b"*" in told
