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
        self._names: dict[str, str] = {}  # that have been looked at: contracts have but so many

    def __call__(self, request: WireRequest) -> bytes:
        """The whole request as it leaves; Misconfigured when a header cannot be carried."""
        method, path, body = request.method, request.path, request.body
        if not (path.isascii() and path.isprintable()) or " " in path or "#" in path:
            path = _target(path)
        head = f"{method} {self._prefix}{path or '/'}{self._rest}"
        for name, value in request.headers.items():
            begins = self._names.get(name)
            if begins is None or not (value.isascii() and value.isprintable()):
                begins = self._looked_at(name, value)
            head += f"{begins}{value}\r\n"
        if body:
            return f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
        if method not in ("GET", "HEAD"):
            head += "Content-Length: 0\r\n"
        return f"{head}\r\n".encode("latin-1")

    def _looked_at(self, name: str, value: str) -> str:
        """How a line with this name begins."""
        if not _NAME.fullmatch(name) or not _FIELD.fullmatch(value):
            raise Misconfigured(self._department, f"the header {name[:40]!r} cannot be carried")
        return self._names.setdefault(name, f"{name}: ")


def _target(path: str) -> str:
    return path if _TARGET.fullmatch(path) else quote(path, safe=_SAFE)
