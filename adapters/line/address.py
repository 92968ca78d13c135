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


def written(department: str, address: Address, request: WireRequest) -> bytes:
    """The whole request as it leaves; Misconfigured when a header cannot be carried."""
    lines = [
        f"{request.method} {address.prefix}{_target(request.path) or '/'} HTTP/1.1\r\n"
        f"Host: {address.authority}\r\nAccept-Encoding: identity\r\nUser-Agent: onething\r\n"
    ]
    for name, value in request.headers.items():
        if not _NAME.fullmatch(name) or not _FIELD.fullmatch(value):
            raise Misconfigured(department, f"the header {name[:40]!r} cannot be carried")
        lines.append(f"{name}: {value}\r\n")
    body = request.body or b""
    if body or request.method not in ("GET", "HEAD"):
        lines.append(f"Content-Length: {len(body)}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1") + body


def _target(path: str) -> str:
    return path if _TARGET.fullmatch(path) else quote(path, safe=_SAFE)
