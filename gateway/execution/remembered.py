"""Answers that are the same for everybody: made once, remembered as bytes.

What may come in here is said in `schema.graph.public`, field by field; see `publicity.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, TypeAlias

from gateway.execution.bounded import Bounded
from schema.domain.text import Language

MOST_ANSWERS: Final = 1_000
MOST_BYTES: Final = 8_000_000
ENTRY: Final = 1_000  # bytes an entry takes besides its texts

Head: TypeAlias = list[tuple[bytes, bytes]]
_Asked: TypeAlias = tuple[bytes, Language]


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """The bytes of a response map without errors, a digest of them, and the heads they went with.

    `lasting`: whether the same request would be answered with it again.
    """

    content: bytes
    digest: bytes
    lasting: bool = True
    heads: dict[tuple[str, Language], Head] = field(default_factory=dict, compare=False)


def public_answer(content: bytes, *, lasting: bool) -> PublicAnswer:
    """These bytes as an answer to everybody."""
    return PublicAnswer(content, blake2b(content, digest_size=12).hexdigest().encode(), lasting)


class Remembered:
    """At most so many answers and bytes, the least recently used leaving first.

    An answer hangs on document, name, variables and language. What was asked is kept as it was
    sent, which tells all of these and is compared at once; sent otherwise, it is another entry. All
    answers were given over one catalogue; with another, all are forgotten.
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
        self._known: Bounded[_Asked, PublicAnswer] = Bounded(most=most, most_bytes=most_bytes)
        self._of: object = None

    def __len__(self) -> int:
        return len(self._known)

    @property
    def weight(self) -> int:
        """About how many bytes they take."""
        return self._known.bytes

    def find(self, sent: bytes, language: Language) -> PublicAnswer | None:
        """What was answered to this; `found` is called where something was."""
        known = self._known.find((sent, language))
        if known is None:
            return None
        if self._catalogue() is not self._of:
            self._forget()
            return None
        self._found()
        return known

    def keep(self, sent: bytes, language: Language, answer: PublicAnswer) -> None:
        """Remember it, unless it is larger than an eighth of all that may be."""
        if self._catalogue() is not self._of:
            self._forget()
        if answer.lasting:
            weight = ENTRY + len(sent) + len(answer.content)
            self._known.keep((sent, language), answer, weight)

    def _forget(self) -> None:
        self._known.clear()
        self._of = self._catalogue()
