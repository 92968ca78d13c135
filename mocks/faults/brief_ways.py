"""Heads of plain questions, and what answers those that come under them: nothing of them is parsed.

A head is known by its bytes, once a request under it was read and answered the long way and well
(`mocks.core.heads`, `mocks.core.deed.Brief`). What differs from it in a byte, or is cut or joined
otherwise, is not known here.
"""

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from mocks.core.deed import Briefly
from mocks.core.heads import Headers
from mocks.journal.brief import NotedBrief

_MOST, _LONGEST = 256, 16_384
_VERSION, _END = b" HTTP/1.1\r\n", b"\r\n\r\n"


_Head = tuple[bytes, bytes]  # method and path, and all below the first line


class Begun:
    """How answers begin, made once for the same headers: the server says others each second."""

    def __init__(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []
        self._told: dict[int, bytes] = {}

    def of(self, status: int, headers: list[tuple[bytes, bytes]]) -> bytes:
        """The line of the status, and those of these."""
        if headers is not self._headers:
            self._headers, self._told = headers, {}
        if (told := self._told.get(status)) is None:
            lines = STATUS_LINE[status].removesuffix(b"\r\n"), *map(b": ".join, headers)
            told = self._told[status] = b"\r\n".join(lines)
        return told


class BriefWays:
    """Those of one department."""

    def __init__(self) -> None:
        self.begun = Begun()
        self._known: dict[_Head, tuple[int, NotedBrief]] = {}  # with the length of the body
        self._never: set[_Head] = set()  # those that are always to be asked the long way

    def answer(self, data: bytes, headers: Headers) -> bytes | None:
        """The whole answer to a whole request, these headers in it; None: ask the long way."""
        start, _, rest = data.partition(_VERSION)
        head, end, body = rest.partition(_END)
        target, _, query = start.partition(b"?")
        if (known := self._known.get((target, head))) is None or not end:
            return None
        length, answer = known
        return answer(query, body, self.begun.of(200, headers)) if length == len(body) else None

    def learn(self, data: bytes, deed: Briefly[NotedBrief], scope: Scope) -> None:
        """Answer so from now on what comes under the head of this whole request, if so it can be.

        Asked again only for a head it does not answer any more.
        """
        start, _, rest = data.partition(_VERSION)
        head, _, body = rest.partition(_END)
        key = start.partition(b"?")[0], head
        known = self._known.get(key)
        if len(data) > _LONGEST or key in self._never or (known and known[1].holds):
            return
        if len(self._known) + len(self._never) >= _MOST:
            self._known.clear()
            self._never.clear()
        if (answer := deed.brief(scope)) is None:
            self._never.add(key)
        else:
            self._known[key] = len(body), answer
