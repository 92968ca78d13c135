"""An answer as the bytes of HTTP/1.1 that `sending`, the rim and the server make of it together."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from gateway.edge.fast_path import Asked, Head
from gateway.edge.fields import REQUEST_ID
from gateway.edge.sending import lines_of, own_head, public_parts
from gateway.execution.remembered import PublicAnswer

Pair: TypeAlias = tuple[bytes, bytes]

_STATUS: Final = {200: b"HTTP/1.1 200 OK\r\n", 304: b"HTTP/1.1 304 Not Modified\r\n"}


class Writing:
    """Makes the head of an answer once for a request, as long as it is answered the same."""

    def __init__(self, new_id: Callable[[], str], own_headers: Sequence[Pair]) -> None:
        self._new_id = new_id
        self._last = lines_of(own_headers) + REQUEST_ID + b": "
        self._defaults: Sequence[Pair] = ()
        self._first = b""

    def of(
        self, asked: Asked, answer: PublicAnswer | bytes, defaults: Sequence[Pair]
    ) -> tuple[bytes, bytes]:
        """Its head and its body.

        `defaults`: the fields the server sends with every answer, in a new list when they change.
        """
        head = asked.head
        if head is None or head.answer is not answer:
            head = asked.head = self._head(asked, answer)
        first = self._of_the_server(defaults)
        request_id = (asked.id or self._new_id()).encode("ascii")
        return b"".join((head.status, first, head.lines, request_id, b"\r\n\r\n")), head.content

    def executed(self, lines: bytes, request_id: str, defaults: Sequence[Pair]) -> bytes:
        """The head of an answer that was made just now, of whose own fields there are the lines."""
        first = self._of_the_server(defaults)
        told = (_STATUS[200], first, lines, self._last, request_id.encode("ascii"), b"\r\n\r\n")
        return b"".join(told)

    def _of_the_server(self, defaults: Sequence[Pair]) -> bytes:
        if defaults is not self._defaults:
            self._defaults, self._first = defaults, lines_of(defaults)
        return self._first

    def _head(self, asked: Asked, answer: PublicAnswer | bytes) -> Head:
        kind, language = asked.media_type, asked.language
        if isinstance(answer, PublicAnswer):
            status, pairs, content = public_parts(answer, asked.etags, kind, language)
        else:
            status, pairs, content = 200, own_head(len(answer), kind, language), answer
        return Head(answer, _STATUS[status], lines_of(pairs) + self._last, content)
