"""Answers made of nothing but what departments said in the last seconds, as bytes, for who asked.

Which operations these are is said in `schema.graph.records`. Such an answer is the same until one
of the readings in it may no longer stand for a new one; nobody else is ever given it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.execution.bounded import Bounded
from gateway.execution.remembered import ENTRY
from schema.domain.text import Language
from schema.graph.ports import Viewer

MOST_ANSWERS: Final = 1_000
MOST_BYTES: Final = 8_000_000

_Asked: TypeAlias = tuple[bytes, Language, str, str | None]


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The bytes of a response map without errors, and for how long they are the answer.

    Until that time of the loop, unless a value is forgotten meanwhile: see `Memory.mark`.
    """

    content: bytes
    until: float
    mark: int


class OwnAnswers:
    """At most so many answers and bytes, the least recently used leaving first.

    What was asked is kept as it was sent. Who asks must be the very viewer who was answered, as one
    token is read: roles, claims and for whom they act are among what an answer hangs on. Of two
    tokens of one subject, the last has its answer kept.
    """

    def __init__(
        self,
        mark: Callable[[], int],
        catalogue: Callable[[], object],
        *,
        found: Callable[[], None],
        now: Callable[[], float] = _loop_time,
        most: int = MOST_ANSWERS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._mark = mark
        self._catalogue = catalogue
        self._found = found
        self._now = now
        self._known: Bounded[_Asked, tuple[OwnAnswer, Viewer, object]] = Bounded(
            most=most, most_bytes=most_bytes
        )

    def __len__(self) -> int:
        return len(self._known)

    @property
    def weight(self) -> int:
        """About how many bytes they take."""
        return self._known.bytes

    def find(self, sent: bytes, language: Language, viewer: Viewer) -> bytes | None:
        """What this viewer would be answered to this; `found` is called where something is."""
        asked = (sent, language, viewer.subject, viewer.acting_for)
        known = self._known.find(asked)
        if known is None:
            return None
        answer, whose, catalogue = known
        if (
            self._now() >= answer.until
            or answer.mark != self._mark()
            or catalogue is not self._catalogue()
        ):
            self._known.drop(asked)
            return None
        if whose is not viewer:
            return None
        self._found()
        return answer.content

    def keep(self, sent: bytes, language: Language, viewer: Viewer, answer: OwnAnswer) -> None:
        """Remember it, unless it is larger than an eighth of all that may be."""
        asked = (sent, language, viewer.subject, viewer.acting_for)
        weight = ENTRY + len(sent) + len(answer.content)
        self._known.keep(asked, (answer, viewer, self._catalogue()), weight)
