"""Answers of /graphql in the server's own terms: heads made once, two messages each."""

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.types import Message, Send

from gateway.edge.fields import Fields
from gateway.edge.negotiation import GRAPHQL_RESPONSE, JSON
from gateway.edge.refusal import GUARD_HEADERS
from gateway.execution.remembered import Head, PublicAnswer
from schema.domain.text import Language

# Anybody may keep it, and asks whether it still holds before showing it again.
_PUBLIC: Final = {
    **GUARD_HEADERS,
    "cache-control": "public, no-cache",
    "vary": "Accept, Accept-Language",
}
_KINDS: Final = {JSON: b"j", GRAPHQL_RESPONSE: b"g"}
_LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


def _heads(headers: Mapping[str, str]) -> dict[tuple[str, Language], Head]:
    return {
        (media_type, language): [
            (b"content-type", f"{media_type}; charset=utf-8".encode()),
            (b"content-language", language.encode()),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        ]
        for media_type in _KINDS
        for language in _LANGUAGES
    }


def lines_of(head: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Fields as HTTP/1.1 writes them."""
    return b"".join([b"%s: %s\r\n" % pair for pair in head])


WRITTEN: Final = "onething.head"
"""Beside a message's fields, the same as bytes: known to be well formed, and written in one go by a
server that looks for them (`in_one_piece`)."""

_OWN_HEADS: Final = _heads(GUARD_HEADERS)
_OWN_LINES: Final = {told: lines_of(head) for told, head in _OWN_HEADS.items()}
_PUBLIC_HEADS: Final = _heads(_PUBLIC)


async def send_own(
    send: Send, content: bytes, *, status: int, media_type: str, language: Language
) -> None:
    """An answer for who asked, and nobody else."""
    head = own_head(len(content), media_type, language)
    start: Message = {"type": "http.response.start", "status": status, "headers": head}
    if status == 200:
        start[WRITTEN] = b"%scontent-length: %d\r\n" % (
            _OWN_LINES[media_type, language],
            len(content),
        )
    await send(start)
    await send({"type": "http.response.body", "body": content})


async def send_public(
    send: Send, answer: PublicAnswer, known: bytes | None, *, media_type: str, language: Language
) -> None:
    """An answer for everybody; 304 where it is among the `known` (a field If-None-Match)."""
    status, head, content = public_parts(answer, known, media_type, language)
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": content})


def own_head(length: int, media_type: str, language: Language) -> Head:
    """The fields of an answer of so many bytes for who asked."""
    return [*_OWN_HEADS[media_type, language], (b"content-length", b"%d" % length)]


def public_parts(
    answer: PublicAnswer, known: bytes | None, media_type: str, language: Language
) -> tuple[int, Head, bytes]:
    """Status, fields and body of an answer for everybody; `known` as in `send_public`."""
    head = answer.heads.get((media_type, language))
    if head is None:
        head = answer.heads[media_type, language] = _public_head(answer, media_type, language)
    if known is not None and _names(known, head[0][1]):
        return 304, [pair for pair in head if pair[0] not in _OF_THE_CONTENT], b""
    return 200, head, answer.content


_OF_THE_CONTENT: Final = frozenset({b"content-type", b"content-length"})


def _public_head(answer: PublicAnswer, media_type: str, language: Language) -> Head:
    """The tag first: it names the bytes, and as what and in which language they are sent."""
    tag = b'"%s-%s%s"' % (answer.digest, language.encode(), _KINDS[media_type])
    length = (b"content-length", b"%d" % len(answer.content))
    return [(b"etag", tag), *_PUBLIC_HEADS[media_type, language], length]


def condition(method: str, fields: Fields) -> bytes | None:
    """What an answer is not to be sent for again; it has a meaning for GET alone."""
    return fields.get(b"if-none-match") if method == "GET" else None


def _names(known: bytes, tag: bytes) -> bool:
    """Whether the tag is among these; a proxy that packs answers marks them weak."""
    told = {one.strip().removeprefix(b"W/") for one in known.split(b",")}
    return tag in told or b"*" in told
