"""Who is asked for in place of whom: a recording knows pseudonyms, a replay is asked with others.

Who is asked for first stands for the first one recorded, from then on and wherever a reply names
him: the way from a pseudonym back to a person was never kept. So do the ids of messages.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mocks.anything.exchange import Answer
from mocks.recording.known import anywhere
from mocks.recording.people import Pattern
from mocks.recording.redaction import Redaction

MADE_ANEW = (
    Pattern(
        name="message",
        looks=re.compile(
            r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{8}(?:(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
            r"|[0-9A-Fa-f]{24})(?![0-9A-Za-z-])"
        ),
    ),
    Pattern(
        name="moment",
        looks=re.compile(
            r"(?<![0-9A-Za-z-])20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?"
            r"(?:Z|[+-]\d\d:?\d\d)?(?![0-9A-Za-z])"
            r"|(?<![0-9A-Za-z])(?:20\d{12}(?:\d{3})?|1[6-9]\d{8}(?:\d{3})?)(?![0-9A-Za-z])"
        ),
    ),
)  # what a client makes for each request: its id, which the reply repeats, and when it was sent


Pairs = Sequence[tuple[str, str]]  # a pseudonym, and who is asked for
Leaves = Mapping[str, str]
_WHOLE = re.compile(r"\{(?!moment)\w+\}")


def words(redaction: Redaction) -> Sequence[Pattern]:
    """What stands where no other value fits a pattern, found like a value of it."""
    return [
        Pattern(name=one.name, looks=re.compile(re.escape(f"{{{one.name}}}")))
        for one in redaction.patterns
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Pseudonyms and those who are asked for; each stands for one other and for no more."""

    redaction: Redaction
    _asked_for: dict[str, str] = field(default_factory=dict)
    _stands_for: dict[str, str] = field(default_factory=dict)

    def pairs(self, recorded: Leaves, asked: Leaves, blanked: Leaves) -> Pairs:
        """Who stands where in two requests; `blanked` are the leaves of both without persons."""
        return [
            pair
            for place, blank in blanked.items()
            if "{" in blank or recorded.get(place) != blank
            for pair in zip(
                self._in_leaf(recorded.get(place, ""), blank),
                self._in_leaf(asked.get(place, ""), blank),
                strict=False,
            )
        ]

    def _in_leaf(self, text: str, blank: str) -> Sequence[str]:
        return [text] if _WHOLE.fullmatch(blank) else list(self._found(text))

    def _found(self, text: str) -> Iterator[str]:
        found: list[str] = []

        def noted(name: str, value: str) -> str:
            if name != "moment":
                found.append(value)
            return value

        replace(self.redaction, instead=noted).text(text, "")
        yield from found

    def knows(self, pairs: Pairs) -> bool:
        """Whether each of them is asked for in just this place since before."""
        return all(self._asked_for.get(known) == asked for known, asked in pairs)

    def allows(self, pairs: Pairs) -> bool:
        """Whether none of them stands for somebody else."""
        return all(
            self._asked_for.get(known, asked) == asked
            and self._stands_for.get(asked, known) == known
            for known, asked in pairs
        )

    def remember(self, pairs: Pairs) -> None:
        """From now on they stand for each other, unless they stand for somebody else."""
        for known, asked in pairs:
            if self.allows([(known, asked)]):
                self._asked_for[known], self._stands_for[asked] = asked, known

    def told(self, answer: Answer, pairs: Pairs) -> Answer:
        """The answer as it names those who are asked for."""
        others = {**self._asked_for, **dict(pairs)}
        if all(known == asked for known, asked in others.items()):
            return answer
        named = anywhere(self.redaction, others)
        shown = replace(named, instead=lambda _, value: others.get(value, value))
        body, charset = shown.body(answer.body, answer.headers.get("content-type", ""))
        return replace(
            answer,
            headers=shown.header_lines(answer.headers),
            body=body.encode(charset, "replace"),
        )
