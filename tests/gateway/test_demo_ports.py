"""A port found free is still free when it is listened on."""

import socket
from pathlib import Path

import pytest

from gateway.demo.ports import free_port, taken_ports
from mocks.ports import free_ports

LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")


def lent() -> range:
    """The ports this system gives to outgoing connections."""
    if not LENT.exists():
        pytest.skip("only Linux says which ports it lends")
    first, last = map(int, LENT.read_text("ascii").split())
    return range(first, last + 1)


def test_a_free_port_is_none_an_outgoing_connection_may_get() -> None:
    found = {free_port() for _ in range(20)} | set(free_ports("127.0.0.1", 20))

    assert not found & set(lent())
    assert len(found) > 20


def test_a_port_somebody_listens_on_is_taken() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", free_port()))
        busy.listen()
        port = busy.getsockname()[1]

        assert taken_ports([port]) == [port]


def test_ports_found_together_differ() -> None:
    found = free_ports("127.0.0.1", 9)

    assert len(set(found)) == 9
