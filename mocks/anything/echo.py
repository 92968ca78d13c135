"""The keys of a request, to be found again in the reply: who asks for P-17 is told of P-17."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Steps: TypeAlias = tuple[str, ...]

_SHORT = {"number": "no", "num": "no", "nr": "no", "identifier": "id"}
_ALIKE = 4  # letters from which the end of a name is enough


def plain(name: str) -> str:
    """A field's name without case, signs and the many ways to say "number"."""
    bare = re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", name.lower())
    for long, short in _SHORT.items():
        if bare.endswith(long):
            return bare.removesuffix(long) + short
    return bare


@dataclass(slots=True)
class Keys:
    """Values by name; `row` says which of several is meant."""

    values: dict[str, list[str]] = field(default_factory=dict)
    row: int = 0
    places: dict[str, list[str]] = field(default_factory=dict)
    _found: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[Steps, object]], unnamed: Sequence[str] = ()) -> "Keys":
        """The keys among a request's values: texts and whole numbers, not flags or nothing.

        Below the steps that are `unnamed` a value is known by its place only.
        """
        made = cls()
        for steps, value in pairs:
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                made.places.setdefault(".".join(steps), []).append(str(value))
                if steps[0] not in unnamed:
                    made.values.setdefault(plain(steps[-1]), []).append(str(value))
        return made

    def echoing(self, echoes: Mapping[str, Sequence[str]]) -> "Keys":
        """These, known too by the names of the reply's places that repeat places of the request."""
        for place, asked in echoes.items():
            found = next(filter(None, map(self.at, asked)), None)
            if found is not None:
                self.values[plain(place.rpartition(".")[2])] = found
        return self

    def at(self, place: str) -> list[str] | None:
        """The values at a place of the request, None when there are none."""
        return self.places.get(place)

    def count(self, name: str) -> int:
        """How many values were asked for under this name."""
        return len(self._of(plain(name)))

    def value(self, name: str) -> str | None:
        """The request's value for a field of this name, if it has one."""
        found = self._of(plain(name))
        return found[self.row % len(found)] if found else None

    def _of(self, name: str) -> list[str]:
        if name not in self._found:
            self._found[name] = self._seek(name)
        return self._found[name]

    def _seek(self, name: str) -> list[str]:
        for wanted in (name, f"{name}s", f"{name}es", f"{name}list"):
            if wanted in self.values:
                return self.values[wanted]
        for asked, values in self.values.items():
            if _alike(asked, name):
                return values
        return []


def leaves(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    """Every plain value inside a JSON value, with the steps to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*steps, key))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, steps)
    else:
        yield steps, value


def with_keys(example: Any, keys: Keys, name: str = "") -> Any:
    """An example with the request's values in the fields of the same name."""
    if isinstance(example, dict):
        return {key: with_keys(value, keys, key) for key, value in example.items()}
    if isinstance(example, list):
        return [with_keys(value, keys, name) for value in example]
    asked = keys.values.get(plain(name), ())
    if len(asked) != 1 or isinstance(example, bool):
        return example
    if isinstance(example, str):
        return asked[0]
    whole = isinstance(example, int) and re.fullmatch(r"-?\d{1,18}", asked[0])
    return int(asked[0]) if whole else example


def _alike(asked: str, name: str) -> bool:
    short, long = sorted((asked, name), key=len)
    return len(short) >= _ALIKE and long.endswith(short)
