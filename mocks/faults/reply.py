"""A reply as bytes, so that any department's can be spoiled the same way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Self

from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, headers (Content-Length is added when it leaves), body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @classmethod
    def of(cls, response: Response) -> Self:
        """What this response would have sent."""
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in response.raw_headers
            if name != b"content-length"
        )
        return cls(status=response.status_code, headers=headers, body=bytes(response.body))

    def response(self) -> Response:
        """The response that sends this."""
        made = Response(self.body, self.status)
        lengths = [pair for pair in made.raw_headers if pair[0] == b"content-length"]
        own = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers]
        made.raw_headers = lengths + own
        return made

    def header(self, name: str) -> str:
        """The first header of this name, "" when there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def without(self, name: str) -> Self:
        """The same, less every header of this name."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name)
        return replace(self, headers=kept)

    def saying(self, name: str, value: str) -> Self:
        """The same with this header in place of any of its name."""
        kept = self.without(name)
        return replace(kept, headers=(*kept.headers, (name, value)))

    def holding(self, body: bytes) -> Self:
        """The same with another body."""
        return replace(self, body=body)

    @property
    def media_type(self) -> str:
        """The media type alone, in lower case."""
        return self._content_type().get_content_type()

    @property
    def charset(self) -> str:
        """The charset the header names, else UTF-8."""
        return self._content_type().get_content_charset() or "utf-8"

    def in_charset(self, charset: str) -> Self:
        """The same, its header naming this charset."""
        header = self._content_type()
        header.set_param("charset", charset)
        return self.saying("content-type", str(header["Content-Type"]))

    def _content_type(self) -> Message:
        header = Message()
        header["Content-Type"] = self.header("content-type") or "application/octet-stream"
        return header


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known around a reply: who asked what, and what was answered to others before."""

    operation: str = ""
    asked: frozenset[str] = frozenset()  # the words of the request
    path: str = "/"
    others: Mapping[str, Reply] = field(default_factory=dict)  # of other operations
    elsewhere: Reply | None = None  # the same operation's reply to another request
    names: tuple[str, ...] = ()  # reply elements of other operations, as {namespace}name
