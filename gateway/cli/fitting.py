"""How wide the columns of a table are, so that it fits the terminal."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # rich comes with the first word
    from rich.text import Text

_RIM = 3  # between two columns; and one more on the right
_LEAST = 4
_CHINESE = "[\u2e80-\uffef]"  # a line breaks between any two of these
_WORD = re.compile(rf"{_CHINESE}|(?:(?!{_CHINESE})\S)+")


def widths(rows: Iterable[Iterable["Text"]], whole: Sequence[int], terminal: int) -> Sequence[int]:
    """The width of each column in cells, a Chinese character two.

    What does not fit is taken from the widest, between words as long as it goes; never from a
    `whole` one.
    """
    columns = [[text.plain for text in column] for column in zip(*rows, strict=True)]
    found = [_longest(line for text in column for line in text.split("\n")) for column in columns]
    room = terminal - _RIM * len(columns) - 1
    words = [
        _longest(word for text in column for word in _WORD.findall(text)) for column in columns
    ]
    for least in (words, [_LEAST] * len(columns)):
        while sum(found) > room:
            could = [n for n in range(len(found)) if n not in whole and found[n] > least[n]]
            if not could:
                break
            found[max(could, key=found.__getitem__)] -= 1
    return found


def _longest(texts: Iterable[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, texts), default=_LEAST)
