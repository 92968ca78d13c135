"""A line that answers as recorded, and messages as examples tell them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from adapters.conformance.examples import Json
from adapters.soap.xml import BadXml, Element, parse
from adapters.wire import WireReply, WireRequest

ASKED = frozenset(
    {
        "accept",
        "authorization",
        "content-type",
        "idempotency-key",
        "if-none-match",
        "soapaction",
        "x-api-key",
        "x-app-key",
    }
)
ANSWERED = frozenset({"content-type", "etag"})


class NotRecorded(Exception):
    """The adapter asks more often than the example tells."""


def charset_of(headers: Mapping[str, str]) -> str:
    """What the content type says, UTF-8 when it says nothing."""
    kind = headers.get("content-type", "").lower()
    return kind.partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"


def message(headers: Mapping[str, str], body: bytes | None, kept: frozenset[str]) -> Json:
    """The headers that matter, and the body as text."""
    shown = {k.lower(): v for k, v in headers.items() if k.lower() in kept}
    told: dict[str, Json] = {"headers": shown}
    charset = charset_of(shown)
    if charset != "utf-8":
        told["charset"] = charset
    if body is not None:
        told["body"] = body.decode(charset)
    return told


def asked(request: WireRequest) -> Json:
    """A request as an example tells it."""
    said = message(request.headers, request.body, ASKED)
    return {"method": request.method, "path": request.path, **said}


def answered(reply: WireReply) -> Json:
    """A reply as an example tells it."""
    return {"status": reply.status, **message(reply.headers, reply.body, ANSWERED)}


def reply_of(told: Json) -> WireReply:
    """The reply an example tells, byte for byte."""
    body = told.get("body", "").encode(told.get("charset", "utf-8"))
    return WireReply(status=told["status"], headers=told["headers"], body=body)


def structure(told: Json) -> Json:
    """A request with its body as structure: how it is laid out does not count."""
    body, kind = told.get("body"), told["headers"].get("content-type", "")
    if body is None:
        return told
    if "json" in kind:
        return {**told, "body": json.loads(body)}
    if "form" in kind:
        return {**told, "body": sorted(parse_qsl(body, keep_blank_values=True))}
    return {**told, "body": _tree(parse(body.encode(told.get("charset", "utf-8"))))}


def _tree(element: Element) -> Json:
    text = (element.text or "").strip()
    if text.startswith("<"):  # a document in a string, or a text that only begins like one
        text = _inner(text)
    return [element.tag, dict(element.attrib), text, [_tree(child) for child in element]]


def _inner(text: str) -> Json:
    try:
        return _tree(parse(text.partition("?>")[2].encode() if text[1] == "?" else text.encode()))
    except BadXml:
        return text


@dataclass
class Replay:
    """A line that answers as recorded, and keeps what it was asked."""

    replies: list[WireReply]
    heard: list[Json]

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The next recorded reply; NotRecorded when there is none left."""
        self.heard.append(asked(request))
        if not self.replies:
            raise NotRecorded("one request more than recorded")
        return self.replies.pop(0)

    async def aclose(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True)
class Shared:
    """A line for many replays: each of them, wherever it awaits, is given its own answers."""

    _own: ContextVar[Replay] = field(default_factory=lambda: ContextVar("replay"))

    @contextmanager
    def answering(self, replay: Replay) -> Iterator[None]:
        """Within the block, and in what is started there, this replay answers."""
        before = self._own.set(replay)
        try:
            yield
        finally:
            self._own.reset(before)

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """What the replay that asks is answered."""
        return await self._own.get().send(request, deadline=deadline)

    async def aclose(self) -> None:
        """Nothing to give back."""
