"""Offers to switch to another protocol that nobody takes up: a request without them is the same.

RFC 9110, 7.8: a server may ignore `Upgrade`. Clients of Java offer `h2c` with their first request,
whatever its body; the parser takes such a head for the end of the request.
"""

import re
from collections.abc import Callable
from typing import Final

_OFFER: Final = re.compile(rb"\r\nupgrade[ \t]*:[ \t]*([^\r\n]*)(?=\r\n)", re.IGNORECASE)
_LONGEST: Final = 16_384  # bytes of a head that is looked at


def without_offers(data: bytes, taken: Callable[[bytes], bool]) -> bytes:
    """The beginning of a message, without the offers in its head that are not taken up."""
    if b"\nupgrade" not in data[:_LONGEST].lower():
        return data
    end = data.find(b"\r\n\r\n", 0, _LONGEST)
    if end < 0:
        return data
    head = _OFFER.sub(
        lambda offer: offer[0] if taken(offer[1].strip().lower()) else b"", data[: end + 2]
    )
    return head + data[end + 2 :]
