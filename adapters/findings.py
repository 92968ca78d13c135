"""Everything wrong with a declaration, told at once: `file:key: sentence — remedy`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One mistake and what mends it."""

    file: str
    key: str
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        tail = f" — {self.remedy}" if self.remedy else ""
        return f"{self.file}:{self.key}: {self.sentence}{tail}"


@dataclass(slots=True)
class Findings:
    """Collects mistakes of one file; nothing stops at the first."""

    file: str
    items: list[Finding] = field(default_factory=list)

    def add(self, key: str, sentence: str, remedy: str = "") -> None:
        """Note one mistake; the same one is noted once."""
        found = Finding(file=self.file, key=key, sentence=sentence, remedy=remedy)
        if found not in self.items:
            self.items.append(found)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy: the nearest known name, else the known ones."""
    names = sorted(str(one) for one in known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return "known: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else ""
