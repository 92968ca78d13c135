"""Ports for departments: which are taken, and some that stay free until they are listened on."""

import secrets
import socket
from itertools import chain, islice

# Below what systems lend to outgoing connections (Linux from 32768, others from 49152): a port of
# those may be gone between being found free and being listened on.
_NEVER_LENT = range(15_000, 32_000)


def free_ports(host: str, count: int) -> list[int]:
    """Ports nobody listens on now, and no outgoing connection is given."""
    first = secrets.choice(_NEVER_LENT)
    onwards = chain(range(first, _NEVER_LENT.stop), range(_NEVER_LENT.start, first))
    return list(islice((port for port in onwards if is_free(host, port)), count))


def is_free(host: str, port: int) -> bool:
    """Whether one could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
