"""What whoever reads the replies takes for good ones, told beside the contract: `--expected FILE`.

    {"Read": {"success": {"head.code": ["0"]}, "codes": {"Record.Kind": ["A", "B"]},
              "forms": {"Record.Built": "%Y%m%d"}, "echoes": {"Record.Id": ["Id"]},
              "reads": ["Record.Id"], "inner": {"at": "out", "root": "answer.xsd#ROWS"},
              "says": ["head.code"], "fault": "detail.Code", "failures": {"busy": ["9001"]},
              "follows": {"Receipt.No": ["Ref"]}, "passing": ["Head.Sign"]}}

Places are dotted paths below the root of a message. A reply stays valid: what the contract does
not allow at a place is not put there, and the contract's own value stands.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

from mocks.anything.echo import Keys, Steps
from mocks.anything.forms import following, formed
from mocks.anything.refusal import Refused
from mocks.anything.spots import Spot

_HTTP = "http "


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of the replies to one operation."""

    success: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    codes: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    echoes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    reads: Sequence[str] = ()
    inner: Mapping[str, str] = field(default_factory=dict)
    says: Sequence[str] = ()
    fault: str = ""
    failures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    follows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    passing: Sequence[str] = ()

    def failing(self, kind: str) -> "Expected | None":
        """The same of a reply whose result code says this; None where no reply does."""
        codes = self.codes_of(kind)
        if not codes or not self.says:
            return None
        return replace(self, success=dict.fromkeys(self.says, codes))

    def told(self, kind: str, values: Iterable[tuple[Steps, object]]) -> bool:
        """Whether these values of a reply say it: a contract may not allow the code there."""
        codes = self.codes_of(kind)
        said = {f".{'.'.join(steps)}" for steps, value in values if str(value) in codes}
        return any(at.endswith(f".{place}") for at in said for place in self.says)

    def codes_of(self, kind: str) -> list[str]:
        """The department's own codes for this."""
        return [code for code in self.failures.get(kind, ()) if not code.startswith(_HTTP)]

    def statuses_of(self, kind: str) -> list[int]:
        """The HTTP statuses that say this."""
        said = self.failures.get(kind, ())
        return [int(code.removeprefix(_HTTP)) for code in said if code.startswith(_HTTP)]

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
        followed = next(filter(None, map(keys.at, self.follows.get(spot.place, ()))), None)
        if followed is not None:
            yield from following(followed[0], self.forms.get(spot.place), spot.text or "", today)
            return
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
