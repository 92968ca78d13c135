"""What answers a whole request without waiting for anything."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from starlette.responses import Response
from starlette.types import Scope

Deed = Callable[[Scope, bytes], Response]
"""The response to a request and its body; made now, and sent as it is."""

FindDeed = Callable[[Scope], Deed | None]
"""The deed for a request whose head is read; None: it is not answered at once."""

Say = Callable[[bytes, bytes, datetime], bytes | None]
"""The body of a good answer to a query and a body, at a moment of the city.

None: nothing was done, and the deed is to be asked.
"""


class NotOurs(Exception):
    """What only the process may do that takes filings in; nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """How questions under the head of one that was answered well are answered without its scope.

    `plain` says whether the day is one for that, the clock looked at; `until` up to when in real
    time the caller is let in. `meets` counts what each call meets, and names it; `keep` is given
    each answer.
    """

    operation: str
    say: Say
    media_type: str
    plain: Callable[[], bool]
    keep: Callable[[bytes], None]
    until: float = math.inf
    meets: Callable[[], str] = str


B = TypeVar("B")


class Briefly(Generic[B]):
    """A deed; and what answers the same without it, to whoever asks under the same head.

    `brief` is asked once for a head, with the scope of a request that the deed answered.
    """

    __slots__ = ("_deed", "brief")

    def __init__(self, deed: Deed, brief: Callable[[Scope], B | None]) -> None:
        self._deed, self.brief = deed, brief

    def __call__(self, scope: Scope, content: bytes) -> Response:
        """As the deed answers."""
        return self._deed(scope, content)
