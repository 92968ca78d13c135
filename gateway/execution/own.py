"""Answers made of nothing but what departments said in the last seconds, as bytes, for who asked.

Which operations these are is said in `schema.graph.records`. Such an answer is the same until one
of the readings in it may no longer stand for a new one; nobody else is ever given it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.execution.bounded import Bounded
from gateway.execution.remembered import ENTRY
from schema.domain.text import Language
from schema.graph.ports import Viewer

MOST_ANSWERS: Final = 1_000
MOST_BYTES: Final = 8_000_000

_Asked: TypeAlias = tuple[bytes, Language, int]


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The bytes of a response map without errors, whether they are the answer still, what catalogue
    they were made over, and about how many bytes the readings in them take.
    """

    content: bytes
    stands: Callable[[], bool]
    catalogue: object
    holds: int = 0


class OwnAnswers:
    """At most so many answers and bytes, the least recently used leaving first.

    What was asked is kept as it was sent. Who asks must be the very viewer who was answered, as one
    token is read: roles, claims and for whom they act are among what an answer hangs on.
    """

    def __init__(
        self,
        catalogue: Callable[[], object],
        *,
        found: Callable[[], None],
        most: int = MOST_ANSWERS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._catalogue = catalogue
        self._found = found
        self._known: Bounded[_Asked, tuple[OwnAnswer, Viewer]] = Bounded(
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
        asked = (sent, language, id(viewer))  # nobody else's while it is kept with the answer
        known = self._known.find(asked)
        if known is None:
            return None
        answer, whose = known
        if whose is not viewer or answer.catalogue is not self._catalogue() or not answer.stands():
            self._known.drop(asked)
            return None
        self._found()
        return answer.content

    def keep(self, sent: bytes, language: Language, viewer: Viewer, answer: OwnAnswer) -> None:
        """Remember it, unless it is larger than an eighth of all that may be."""
        asked = (sent, language, id(viewer))
        weight = ENTRY + len(sent) + len(answer.content) + answer.holds
        self._known.keep(asked, (answer, viewer), weight)
