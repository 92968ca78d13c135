"""Everything wrong with a declaration, told at once: `file:key: sentence — remedy (line n)`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol

from adapters.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One mistake, the rule it breaks and what mends it. `line`: where the key is written."""

    file: str
    key: str
    sentence: str
    remedy: str = ""
    rule: Rule = Rule.CONTRACT_UNUSABLE
    line: int | None = None

    def __str__(self) -> str:
        tail = f" — {self.remedy}" if self.remedy else ""
        line = f" (line {self.line})" if self.line else ""
        return f"{self.file}:{self.key}: {self.sentence}{tail}{line}"


class Where(Protocol):
    """Knows where keys are written."""

    def find(self, key: str) -> tuple[str, int | None]:
        """The key as the file has it, and its line."""
        ...


@dataclass(slots=True)
class Findings:
    """Collects mistakes of one file; nothing stops at the first."""

    file: str
    items: list[Finding] = field(default_factory=list)
    places: Where | None = None

    def add(
        self, key: str, sentence: str, remedy: str = "", rule: Rule = Rule.CONTRACT_UNUSABLE
    ) -> None:
        """Note one mistake; the same one is noted once."""
        line: int | None = None
        if self.places is not None:
            key, line = self.places.find(key)
        found = Finding(
            file=self.file, key=key, sentence=sentence, remedy=remedy, rule=rule, line=line
        )
        if found not in self.items:
            self.items.append(found)

    def told(self, key: str, besides: Rule | None = None) -> bool:
        """Whether something is wrong already with this key, or with a table it stands in.

        `besides`: a rule whose own findings do not count.
        """
        place = key if self.places is None else self.places.find(key)[0]
        return any(
            f"{place}.".startswith(f"{one.key}.") for one in self.items if one.rule is not besides
        )

    def told_within(self, key: str) -> bool:
        """Whether something is wrong already with this key or below it."""
        place = key if self.places is None else self.places.find(key)[0]
        return self.told(key) or any(one.key.startswith(f"{place}.") for one in self.items)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one was probably meant to be."""
    near = get_close_matches(name, sorted(map(str, known)), n=1, cutoff=0.6)
    return near[0] if near else None


def surely(name: str, known: Iterable[str]) -> str | None:
    """The only known name that this one can have been meant to be."""
    near = get_close_matches(name, sorted(map(str, known)), n=2, cutoff=0.8)
    return near[0] if len(near) == 1 else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A remedy: the nearest known name, else the known ones."""
    names = sorted(str(one) for one in known)
    near = nearest(name, names)
    if near:
        return f"did you mean {near!r}?"
    if not names:
        return "remove it: none is known here"
    return "known: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
