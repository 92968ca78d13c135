"""What a reader of some form of text asks of the rules, and who stands beside whom in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from mocks.recording.names import bears_a_value, names_another


class Inside(Protocol):
    """The rules, as they hold for what is found within a text."""

    def hides(self, name: str) -> bool:
        """Whether whatever stands under this name goes."""

    def hides_value(self, name: str) -> bool:
        """Whether it goes if it is one value."""

    def instead_of(self, name: str, value: str, above: str = "") -> str | None:
        """What stands there if it is one value of a person's; None for what is none.

        `above` is the name of the structure it stands in.
        """

    def hides_beside(self, label: str) -> bool:
        """Whether the value goes that has this text for its name."""

    def prose(self, text: str) -> str:
        """The text, redacted, as one without a form."""

    def leaf(self, text: str) -> str:
        """A text found within, redacted, whatever it is itself."""


class Neighbour(NamedTuple):
    """What stands in a structure: its name, its text if it is one, from where to where."""

    name: str
    text: str | None
    start: int
    end: int


def named_beside(
    members: Sequence[Neighbour], inside: Inside, *, cut: bool = False
) -> Iterator[Neighbour]:
    """The values whose neighbour is a credential's name: `name=password, value=…`.

    They follow it up to the next name, and may stand before it where there is no other. In what
    was `cut` the name may be missing: there, every single value goes.
    """
    labels = [one for one in members if names_another(one.name)]
    often = Counter(one.name for one in labels)
    hidden = {one for one in labels if one.text is not None and inside.hides_beside(one.text)}
    anywhere = any(often[one.name] == 1 for one in hidden)
    last: set[str] = set()  # the labels of which the last one hides
    for one in members:
        if one.name in often:
            (last.add if one in hidden else last.discard)(one.name)
        if bears_a_value(one.name) and (anywhere or last or (cut and one.text is not None)):
            yield one
