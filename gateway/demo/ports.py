"""Ports of this machine: which are taken, and one that stays free until it is listened on."""

import secrets
import socket
from collections.abc import Sequence
from itertools import chain

# Below what systems lend to outgoing connections (Linux from 32768, others from 49152): a port of
# those may be gone between being found free and being listened on.
_NEVER_LENT = range(15_000, 32_000)


def taken_ports(ports: Sequence[int]) -> list[int]:
    """Those of `ports` on loopback that somebody else listens on."""
    return [port for port in ports if not _is_free(port)]


def free_port() -> int:
    """A port on loopback nobody listens on now, and no outgoing connection is given."""
    first = secrets.choice(_NEVER_LENT)
    onwards = chain(range(first, _NEVER_LENT.stop), range(_NEVER_LENT.start, first))
    return next(port for port in onwards if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
