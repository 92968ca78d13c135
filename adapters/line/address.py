"""Where a line goes: host, port and the beginning of every path; and requests as HTTP/1.1 bytes."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from adapters.errors import Misconfigured
from adapters.wire import WireRequest

_TARGET = re.compile(r"[\x21-\x22\x24-\x7e]*")  # printable, neither space nor fragment
_SAFE = "%/?:@!$&'()*+,;=[]~"
_FIELD = re.compile(r"[\x20-\x7e\x80-\xff\t]*")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_PORTS = {"http": 80, "https": 443}
MOST_SAID = 64  # sets of headers that are kept as text: contracts have but so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One department's system."""

    host: str
    port: int
    prefix: str  # of every path
    authority: str  # as the Host header says it


def address_of(department: str, url: str) -> Address:
    """The address in a URL; Misconfigured where there is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme.lower()]
        name = host if host.isascii() else host.encode("idna").decode("ascii")
        if not name or parts.username is not None or parts.query or parts.fragment:
            raise ValueError("not an address")
    except (ValueError, KeyError):
        raise Misconfigured(department, "bad address") from None
    shown = f"[{name}]" if ":" in name else name
    usual = port == _PORTS[parts.scheme.lower()]
    return Address(
        host=name,
        port=port,
        prefix=_target(parts.path.rstrip("/")),
        authority=shown if usual else f"{shown}:{port}",
    )


class Written:
    """Requests to one address as bytes; what is the same in all of them is made once."""

    def __init__(self, department: str, address: Address) -> None:
        self._department, self._prefix = department, address.prefix
        self._rest = (
            f" HTTP/1.1\r\nHost: {address.authority}\r\n"
            "Accept-Encoding: identity\r\nUser-Agent: onething\r\n"
        )
        self._said: dict[tuple[tuple[str, str], ...], str] = {}

    @property
    def remembered(self) -> int:
        """How many sets of headers are kept as text."""
        return len(self._said)

    def __call__(self, request: WireRequest) -> bytes:
        """The whole request as it leaves; Misconfigured when a header cannot be carried."""
        method, path, body = request.method, request.path, request.body
        if not (path.isascii() and path.isprintable()) or " " in path or "#" in path:
            path = _target(path)
        said = tuple(request.headers.items())
        lines = self._said.get(said) or self._looked_at(said)
        head = f"{method} {self._prefix}{path or '/'}{self._rest}{lines}"
        if body:
            return f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
        if method not in ("GET", "HEAD"):
            head += "Content-Length: 0\r\n"
        return f"{head}\r\n".encode("latin-1")

    def _looked_at(self, said: tuple[tuple[str, str], ...]) -> str:
        """These headers as they are written, kept for the next request that says the same."""
        for name, value in said:
            if not _NAME.fullmatch(name) or not _FIELD.fullmatch(value):
                raise Misconfigured(self._department, f"the header {name[:40]!r} cannot be carried")
        if len(self._said) >= MOST_SAID:
            self._said.clear()
        lines = self._said[said] = "".join(f"{name}: {value}\r\n" for name, value in said)
        return lines


def _target(path: str) -> str:
    return path if _TARGET.fullmatch(path) else quote(path, safe=_SAFE)
