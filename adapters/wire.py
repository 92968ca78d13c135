"""The transport port: bytes out, bytes in, one deadline, one byte cap. No redirects.

Requests and replies are made at every call: as tuples they cost half of what frozen classes do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """The files of what we show a department that asks who calls before it listens."""

    certificate: Path
    key: Path
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a department is and what it knows us by; comes from settings, never from a manifest."""

    url: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Mapping[str, Any] = field(default_factory=dict)  # agreed; others are the manifest's
    client: ClientCertificate | None = None  # where it asks for one


class WireRequest(NamedTuple):
    """One HTTP request, below the department's address."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None
    asks: bool = False  # changes nothing at the department: it does no harm twice


class WireReply(NamedTuple):
    """One whole HTTP reply; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """One department's line. Sends a request once at most; raises only AdapterError."""

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The reply, by `deadline` (the running loop's time)."""
        ...

    async def aclose(self) -> None:
        """Give the connections back."""
        ...
