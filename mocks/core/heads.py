"""Heads of requests met before, known again by their bytes.

A client that keeps its connection sends the same headers with every request. What httptools read
from them once holds for the same bytes again: only the first line is looked at, when it is one of
plain methods and characters. All else is httptools' to read.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

_MOST, _LONGEST = 256, 4096
_METHODS = {name.encode(): name for name in ("GET", "POST", "PUT", "PATCH", "DELETE")}
_PATH = rb"/[A-Za-z0-9._~%:@!$&'()*+,;=-][A-Za-z0-9/._~%:@!$&'()*+,;=-]*|/(?!\?)"
_QUERY = rb"[A-Za-z0-9/._~%:@!$&'()*+,;=?-]*"
_LINE = re.compile(rb"([A-Z]+) (%s)(?:\?(%s))? HTTP/1\.1\r\n" % (_PATH, _QUERY))

Headers = list[tuple[bytes, bytes]]


class Asked(NamedTuple):
    """A whole request, read."""

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    body: bytes


class Heads:
    """The headers met lately: how they read, and how long the body is they announce."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Headers, int]] = {}

    def read(self, data: bytes) -> Asked | None:
        """The request these bytes are, all of them; None when it has to be read the long way."""
        if (line := _LINE.match(data)) is None:
            return None
        line_end = line.end()
        end = data.find(b"\r\n\r\n", line_end) + 4
        known = self._known.get(data[line_end:end])
        if known is None or len(data) != end + known[1]:
            return None
        method, raw_path, query = line.groups(b"")
        if method not in _METHODS:
            return None
        path = raw_path.decode("ascii")
        path = unquote(path) if "%" in path else path
        return Asked(_METHODS[method], path, raw_path, query, known[0], data[end:])

    def learn(self, data: bytes, headers: Headers, body: bytes) -> None:
        """Keep how the headers of a request read: one that came whole, and lets the line be kept.

        As its body is all that was behind its head, the head says how long that is.
        """
        line_end = data.find(b"\r\n") + 2
        end = data.find(b"\r\n\r\n", line_end) + 4
        if line_end <= 2 or end - line_end > _LONGEST or len(data) != end + len(body):
            return  # also where empty lines come before the first
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[data[line_end:end]] = headers, len(body)
