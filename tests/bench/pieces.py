"""Stacks of a profiler, counted by the piece of the gateway that was at work."""

from collections import Counter
from collections.abc import Mapping

_LOOP = "event loop and sockets"
PIECES: Mapping[str, str] = {  # part of a file's path: the piece; the first that fits, from within
    "/asyncio/runners": _LOOP,
    "/adapters/line/": "line",
    "/adapters/soap/wsse": "WS-Security",
    "/zeep/": "WS-Security",
    "/adapters/soap/complaint": "validation, SOAP",
    "/adapters/rest/complaint": "validation, REST",
    "/adapters/soap/write": "request, SOAP",
    "/adapters/soap/": "reply, SOAP",
    "/adapters/rest/": "request and reply, REST",
    "/adapters/": "mapping",
    "/gateway/federation/": "federation",
    "/gateway/cases/": "store and deliveries",
    "/gateway/execution/": "execution",
    "/schema/": "execution",
    "/strawberry/": "execution",
    "/graphql/": "execution",
    "/gateway/security/": "tokens",
    "/joserfc/": "tokens",
    "/cryptography/": "tokens",
    "/gateway/telemetry": "telemetry",
    "/opentelemetry/": "telemetry",
    "/gateway/metrics": "telemetry",
    "/structlog/": "log",
    "/gateway/edge/": "edge",
    "/gateway/app": "edge",
    "/starlette/": "Starlette",
    "/uvicorn/": "uvicorn",
}
_SERVES = "uvicorn/server.py"  # the thread that answers


def pieces_of(stacks: str) -> list[tuple[str, float]]:
    """The share of each piece, the largest first; `stacks` as py-spy's raw format has them."""
    counted: Counter[str] = Counter()
    for line in stacks.splitlines():
        stack, _, samples = line.rpartition(" ")
        if samples.isdecimal() and serves(stack):
            counted[piece_of(stack.split(";"))] += int(samples)
    whole = counted.total() or 1
    return [(piece, number / whole) for piece, number in counted.most_common()]


def piece_of(frames: list[str]) -> str:
    """The piece of the innermost frame that is one's."""
    for frame in reversed(frames):
        for part, piece in PIECES.items():
            if part in frame:
                return piece
    return _LOOP


def serves(stack: str) -> bool:
    """Whether it is of the thread that answers."""
    return _SERVES in stack
