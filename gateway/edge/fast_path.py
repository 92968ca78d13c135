"""Requests whose answer is in memory, answered without the ways of an application.

Each is looked at as on the ordinary way (`graphql.py`), in everything its answer hangs on: whether
the token holds now, whether the answer stands now. Whatever is unusual about a request, and what is
not in memory, is None here and goes the ordinary way, which alone refuses.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.types import Scope

from gateway.edge.fields import Fields, fields_of, given_id, text
from gateway.edge.graphql_request import as_sent
from gateway.edge.lately import Lately
from gateway.edge.negotiation import posts_json, wished
from gateway.edge.refusal import Refusal
from gateway.edge.sending import condition
from gateway.edge.viewers import token_of
from gateway.execution.bounded import Bounded
from gateway.execution.own import OwnAnswers
from gateway.execution.remembered import ENTRY, PublicAnswer, Remembered
from schema.domain.text import Language
from schema.graph.ports import Viewer

MOST_REQUESTS: Final = 1_000
MOST_BYTES: Final = 4_000_000
MOST_MARKS: Final = 4_000

# As `Authenticate`, of what was found before and holds now; None: not known, ask it.
KnownViewer = Callable[[str | None], Viewer | None]


@dataclass(slots=True)
class Head:
    """The head of an answer, without what differs each time; `content` goes with it."""

    answer: PublicAnswer | bytes
    status: bytes
    lines: bytes
    content: bytes


@dataclass(slots=True)
class Asked:
    """What one request asks, as its bytes say it.

    `etags`: what the client has already, where that may be said. `id`: what it is called, where it
    brought a name. `head`: how it was answered last.
    """

    sent: bytes
    language: Language
    media_type: str
    token: str | None
    etags: bytes | None
    id: str | None
    head: Head | None = field(default=None, compare=False)


class FastPath:
    """What is answered from memory at once.

    Requests that came before and were answered so are known by all their bytes: at most so many,
    the least recently used leaving first.
    """

    def __init__(
        self,
        path: str,
        *,
        viewer: KnownViewer,
        remembered: Remembered,
        own: OwnAnswers,
        most: int = MOST_REQUESTS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._path = path
        self._viewer = viewer
        self._remembered = remembered
        self._own = own
        self._known: Bounded[bytes, Asked] = Bounded(most=most, most_bytes=most_bytes)
        self._asked = Lately(MOST_MARKS)  # whose answer memory has, or had
        self._came = Lately(MOST_MARKS)  # requests that were answered from here
        self.find = self._known.find

    def __len__(self) -> int:
        return len(self._known)

    def answered(self, sent: bytes) -> None:
        """Memory has an answer to this, as `as_sent` tells it: now, or a moment ago."""
        self._asked.meet(hash(sent))

    def read(self, scope: Scope, body: bytes | bytearray) -> Asked | None:
        """What a whole request asks; None where memory is not what answers it."""
        method = scope["method"]
        if scope["path"] != self._path:
            return None
        sent = as_sent(method, body if method == "POST" else scope["query_string"])
        if hash(sent) not in self._asked:  # most of what is not answered here ends so
            return None
        fields = fields_of(scope)
        language, media_type = wished(fields)
        if media_type is None or not _usual(method, fields, body):
            return None
        try:
            token = token_of(text(fields, b"authorization"))
        except Refusal:
            return None
        etags = condition(method, fields)
        return Asked(sent, language, media_type, token, etags, given_id(fields))

    def answer(self, asked: Asked) -> PublicAnswer | bytes | None:
        """What this is answered now; None where that is not in memory, or may not be given."""
        viewer = self._viewer(asked.token)
        if viewer is None:
            return None
        public = self._remembered.find(asked.sent, asked.language)
        return public or self._own.find(asked.sent, asked.language, viewer)

    def keep(self, data: bytes, asked: Asked) -> None:
        """These bytes are one whole request, and ask this; again when it is answered otherwise.

        They are remembered the second time: what bears an id of its own never comes twice.
        """
        mark = hash(data)
        if mark in self._came or self._known.find(data) is not None:
            held = 0 if asked.head is None else len(asked.head.content)
            self._known.keep(data, asked, ENTRY + 2 * len(data) + held)
        else:
            self._came.meet(mark)
        self._asked.meet(hash(asked.sent))


def _usual(method: str, fields: Fields, body: bytes | bytearray) -> bool:
    """Whether it is a query as clients send it; anything else is answered where it is refused."""
    if method == "POST":
        return posts_json(fields)
    return method == "GET" and not body
