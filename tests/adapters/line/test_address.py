"""Requests as bytes: headers said again are written as before, and not too many are remembered."""

import pytest

from adapters.errors import Misconfigured
from adapters.line.address import MOST_SAID, Written, address_of
from adapters.wire import WireRequest

WRITTEN = b"GET /x HTTP/1.1\r\nHost: a:1\r\nAccept-Encoding: identity\r\nUser-Agent: onething\r\n"


def _asks(**headers: str) -> WireRequest:
    return WireRequest(method="GET", path="/x", headers=headers, asks=True)


def _written() -> Written:
    return Written("fire", address_of("fire", "http://a:1"))


def test_the_same_headers_are_written_alike_and_others_are_not_mixed_up() -> None:
    written = _written()

    said = [written(_asks(Token=token)) for token in ("one", "two", "one")]

    assert said[0] == said[2] == WRITTEN + b"Token: one\r\n\r\n"
    assert said[1] == WRITTEN + b"Token: two\r\n\r\n"


def test_a_header_that_cannot_be_carried_is_refused_every_time() -> None:
    written = _written()

    for _ in range(2):
        with pytest.raises(Misconfigured, match="cannot be carried"):
            written(_asks(Token="one\r\nOther: two"))


def test_headers_that_differ_each_time_do_not_pile_up() -> None:
    written = _written()

    for number in range(3 * MOST_SAID):
        written(_asks(Token=str(number)))

    assert written.remembered <= MOST_SAID
