"""One mistake in a declaration, as `file:key: sentence`."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One mistake: in which file, at which key, and what is wrong there."""

    file: str
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.key}: {self.sentence}"


class Findings:
    """The mistakes of one file, in the order they were found, each once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Finding, None] = {}

    def add(self, key: str, sentence: str) -> None:
        """Note one mistake."""
        self._found[Finding(file=self.file, key=key, sentence=sentence)] = None

    def all(self) -> tuple[Finding, ...]:
        """Every mistake noted so far."""
        return tuple(self._found)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " — did you mean …?" when a known word is close, else what is allowed, else nothing."""
    words = list(dict.fromkeys(known))
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f' — did you mean "{close[0]}"?'
    return f" (one of: {', '.join(words)})" if 0 < len(words) <= 12 else ""
