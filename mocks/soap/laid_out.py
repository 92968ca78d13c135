"""Replies of which a few values differ, written once and filled in."""

from collections.abc import Mapping
from typing import Any

from mocks.soap import envelope
from mocks.soap.envelope import Version
from mocks.soap.text import written

SLOT = "\ue000"  # where a value goes; no reply has such a character


class LaidOut:
    """The whole envelope of a reply, its values at the places of SLOT, in their order.

    Values are filled in as they are: they have no markup, nor a character XML does not have.
    """

    def __init__(
        self, tag: str, content: Mapping[str, Any], version: Version, charset: str, *,
        qualified: bool,
    ) -> None:  # fmt: skip
        told = written(tag, content, qualified=qualified)
        pieces = envelope.around(told, version, charset).decode(charset).split(SLOT)
        self._layout = b"%b".join(p.replace("%", "%%").encode(charset) for p in pieces)
        self._charset = charset

    def filled(self, *values: str) -> bytes:
        """With these values."""
        if not values:
            return self._layout % ()
        return self._layout % tuple("\0".join(values).encode(self._charset).split(b"\0"))
