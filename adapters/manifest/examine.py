"""A manifest against the declared keys: unknown, missing, of the wrong type, out of bounds."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from adapters.findings import Findings, did_you_mean, nearest
from adapters.manifest.key import NAME, SHA, Key, Type
from adapters.manifest.model import AUTH_KINDS
from adapters.rules import Rule
from adapters.undecided import STAND_IN, stands_in

_SENTENCES = {
    Type.TEXT: ("must be a text", "mind the quotes"),
    Type.LINE: ("must be an expression", "write it in quotes, constants as \"'x'\""),
    Type.FLAG: ("must be true or false", "write it without quotes"),
    Type.NUMBER: ("must be a finite number", "write it without quotes"),
    Type.WHOLE: ("must be a whole number", "write it without quotes"),
    Type.WORDS: ("must be a list of texts", 'write ["…"]'),
    Type.CONSTANT: ("must be a text, a number or true/false", "mind the quotes"),
    Type.TREE: ("must be a tree of expressions", "leaves are texts, sections are tables"),
    Type.TABLE: ("must be a table", "write it as [a table]"),
}


_FORMS = {
    NAME: "use small letters, digits and _, a letter first",
    SHA: "64 hexadecimal digits, as sha256sum prints them",
}


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_FITS: Mapping[Type, Callable[[object], bool]] = {
    Type.TEXT: lambda value: isinstance(value, str),
    Type.LINE: lambda value: isinstance(value, str),
    Type.FLAG: lambda value: isinstance(value, bool),
    Type.NUMBER: _number,
    Type.WHOLE: lambda value: isinstance(value, int) and not isinstance(value, bool),
    Type.WORDS: lambda v: isinstance(v, list) and all(isinstance(word, str) for word in v),
    Type.CONSTANT: lambda value: isinstance(value, str | bool | int | float),
    Type.TREE: lambda value: isinstance(value, Mapping),
    Type.TABLE: lambda value: isinstance(value, Mapping),
}


class Examination:
    """Walks one manifest; what is wrong is noted, what is right is what `sound` gives."""

    def __init__(self, findings: Findings, protocol: str) -> None:
        self._findings = findings
        self._protocol = protocol

    def sound(self, key: Key, data: Mapping[str, Any], at: str = "") -> dict[str, Any]:
        """The table without what is wrong in it; every mistake is noted."""
        known, rest = key.members(dict(data)), key.rest()
        kept: dict[str, Any] = {}
        meant: set[str] = set()
        for name, value in data.items():
            place = f"{at}.{name}" if at else name
            member = known.get(name) or rest
            if member is None:
                member = self._misspelt(name, place, known, {*data, *meant})
                if member is None:
                    continue
                meant.add(member.name)
            if self._fits(member, name, value, place):
                kept[name if member is rest else member.name] = self._inside(member, value, place)
        for name, member in known.items():
            if member.required and not {name} & {*data, *meant} and self._spoken(member):
                place = f"{at}.{name}" if at else name
                self._findings.add(place, "is missing", _give(name, member), Rule.KEY_MISSING)
        return kept

    def _misspelt(
        self, name: str, place: str, known: Mapping[str, Key], taken: set[str]
    ) -> Key | None:
        """Notes an unknown key; what it was probably meant to be, so that its users find it."""
        hint = did_you_mean(name, known)
        self._findings.add(place, "is no known key", hint, Rule.KEY_UNKNOWN)
        near = nearest(name, set(known) - taken)
        return known[near] if near else None

    def _inside(self, key: Key, value: Any, place: str) -> Any:
        if key.type in (Type.TREE, Type.WORDS):
            for at in _undecided(value, place):
                self._decide(at)
        return self.sound(key, value, place) if key.type is Type.TABLE else value

    def _spoken(self, key: Key) -> bool:
        """Whether the department's protocol has this key."""
        return key.protocol is None or key.protocol == self._protocol

    def _fits(self, key: Key, name: str, value: Any, place: str) -> bool:
        if not self._spoken(key):
            if self._protocol in AUTH_KINDS:
                self._findings.add(
                    place, f"belongs to {key.protocol}", "remove it", Rule.KEY_PROTOCOL
                )
            return False
        if not _FITS[key.type](value):
            self._findings.add(place, *_SENTENCES[key.type], Rule.KEY_TYPE)
            return False
        if stands_in(value):
            self._decide(place)
            return not key.allowed
        return self._named(key, name, place) and self._allowed(key, value, place)

    def _decide(self, place: str) -> None:
        remedy = f"write what holds in place of {STAND_IN}"
        self._findings.add(place, "is not decided yet", remedy, Rule.KEY_UNDECIDED)

    def _named(self, key: Key, name: str, place: str) -> bool:
        if not key.name.startswith("<") or key.form is None or re.fullmatch(key.form, name):
            return True
        self._findings.add(place, f"{name!r} is no name here", _form(key), Rule.NAME_FORM)
        return False

    def _allowed(self, key: Key, value: Any, place: str) -> bool:
        if key.allowed and value not in key.allowed:
            hint = did_you_mean(value, key.allowed)
            self._findings.add(place, f"{value!r} is not allowed", hint, Rule.KEY_VALUE)
            return False
        own = key.form is not None and not key.name.startswith("<")
        if own and not re.fullmatch(str(key.form), value):
            sentence = f"{value!r} has the wrong form"
            self._findings.add(place, sentence, _form(key), Rule.NAME_FORM)
            return False
        return self._bounded(key, value, place)

    def _bounded(self, key: Key, value: Any, place: str) -> bool:
        sentence = ""
        if key.least is not None and value < key.least:
            sentence = f"must be {key.least:g} or more"
        elif key.above is not None and value <= key.above:
            sentence = f"must be above {key.above:g}"
        elif key.most is not None and value > key.most:
            sentence = f"must be {key.most:.0f} or less"
        if sentence:
            remedy = "give what the department bears"
            self._findings.add(place, sentence, remedy, Rule.KEY_RANGE)
        return not sentence


def _give(name: str, key: Key) -> str:
    """What to type for a key that is missing."""
    return f"add [{name}]: {key.en}" if key.type is Type.TABLE else f"add {name} = …: {key.en}"


def _form(key: Key) -> str:
    return _FORMS.get(str(key.form), f"form: {key.form}")


def _undecided(value: Any, place: str) -> Iterator[str]:
    """The places in a tree of expressions where a stand-in is."""
    if stands_in(value):
        yield place
    elif isinstance(value, Mapping):
        for name, inside in value.items():
            yield from _undecided(inside, f"{place}.{name}")
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _undecided(inside, f"{place}[{number}]")


def plain(value: Any) -> Any:
    """TOML's own dates as texts: no key takes them, and a text is told so."""
    if isinstance(value, Mapping):
        return {name: plain(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [plain(inside) for inside in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value
