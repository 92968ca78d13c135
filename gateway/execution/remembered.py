"""Answers that are the same for everybody: made once, remembered as bytes.

What may come in here is said in `schema.graph.public`, field by field; see `publicity.py`.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from sys import getsizeof
from typing import Final, NamedTuple

from schema.domain.text import Language

MOST_ANSWERS: Final = 1_000
MOST_BYTES: Final = 8_000_000
_ENTRY: Final = 400  # bytes an entry takes besides its texts


class Asked(NamedTuple):
    """All that such an answer depends on: not who asks, not when."""

    document: str
    name: str | None
    variables: bytes
    language: Language


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """The bytes of a response map without errors, and a digest of them."""

    content: bytes
    digest: bytes


class Remembered:
    """At most so many answers and bytes, the least recently used leaving first.

    All of them were given over one catalogue; with another, all are forgotten.
    """

    def __init__(self, *, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._known: OrderedDict[Asked, PublicAnswer] = OrderedDict()
        self._of: object = None
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._known)

    def find(self, asked: Asked, catalogue: object) -> PublicAnswer | None:
        """What was answered to this over this catalogue."""
        if catalogue is not self._of:
            self._forget(catalogue)
        known = self._known.get(asked)
        if known is not None:
            self._known.move_to_end(asked)
        return known

    def keep(self, asked: Asked, catalogue: object, content: bytes) -> PublicAnswer:
        """The answer, remembered unless it is larger than an eighth of all that may be."""
        answer = PublicAnswer(content, blake2b(content, digest_size=12).hexdigest().encode())
        if catalogue is not self._of:
            self._forget(catalogue)
        weight = _weight(asked, answer)
        if weight <= self._most_bytes // 8 and asked not in self._known:
            self._known[asked] = answer
            self.bytes += weight
        while len(self._known) > self._most or self.bytes > self._most_bytes:
            self.bytes -= _weight(*self._known.popitem(last=False))
        return answer

    def _forget(self, catalogue: object) -> None:
        self._known.clear()
        self.bytes = 0
        self._of = catalogue


def _weight(asked: Asked, answer: PublicAnswer) -> int:
    return _ENTRY + getsizeof(asked.document) + len(asked.variables) + len(answer.content)
