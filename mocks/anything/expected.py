"""What whoever reads the replies takes for good ones, told beside the contract: `--expected FILE`.

    {"Read": {"success": {"head.code": ["0"]}, "codes": {"Record.Kind": ["A", "B"]},
              "forms": {"Record.Built": "%Y%m%d"}, "echoes": {"Record.Id": ["Id"]},
              "reads": ["Record.Id"], "inner": {"at": "out", "root": "answer.xsd#ROWS"}}}

Places are dotted paths below the root of a message. A reply stays valid: what the contract does
not allow at a place is not put there, and the contract's own value stands.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from mocks.anything.echo import Keys
from mocks.anything.forms import formed
from mocks.anything.refusal import Refused
from mocks.anything.spots import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of the replies to one operation."""

    success: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    codes: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    echoes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reads: Sequence[str] = ()
    inner: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The names on the way to what is read: of two branches, the one that has them is made."""
        return frozenset(step for place in self.reads for step in place.split("."))

    def settle(
        self,
        spots: Iterable[Spot],
        keys: Keys,
        draw: Random,
        today: date,
        valid: Callable[[], bool],
    ) -> None:
        """Put what is expected where the contract allows it."""
        for spot in spots:
            offers = list(self._offers(spot, keys, draw, today))
            if offers and not any(_stands(spot, text, valid) for text in offers):
                spot.back()

    def _offers(self, spot: Spot, keys: Keys, draw: Random, today: date) -> Iterator[str | None]:
        asked = next(filter(None, map(keys.at, self.echoes.get(spot.place, ()))), None)
        if asked is not None:
            yield asked[spot.row % len(asked)]
        success, codes = self.success.get(spot.place, ()), self.codes.get(spot.place, ())
        if success and spot.text not in success:
            yield from success
        elif codes and spot.text not in codes:
            yield from draw.sample(codes, len(codes))
        elif form := self.forms.get(spot.place):
            yield from formed(form, spot.text, draw, today)


NOTHING = Expected()


def _stands(spot: Spot, text: str | None, valid: Callable[[], bool]) -> bool:
    spot.put(text)
    return valid()


def read_expected(file: Path) -> Mapping[str, Expected]:
    """By operation; Refused for a file that says nothing of the kind."""
    try:
        said = json.loads(file.read_text("utf-8"))
        return {operation: Expected(**one) for operation, one in said.items()}
    except (OSError, ValueError, TypeError, AttributeError) as wrong:
        raise Refused(f"{file}: does not say what is expected: {wrong} — write it anew") from wrong
