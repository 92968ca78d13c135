"""Further rules of a recording, as its owner tells them in TOML.

headers = ["x-badge"]           masked, besides those that are named like credentials
fields = ["GMSFHM"]             likewise: parameters, members, elements
off = ["landline"]              of resident_id, phone, landline, email; identity, person, telephone,
                                address, birthday, account, which go by name
[patterns]
case_number = '31\\d{12}'        others of the same shape instead
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mocks.recording.people import PEOPLE, Pattern
from mocks.recording.personal import NAMED
from mocks.recording.redaction import Redaction

FILE = "rules.toml"
_KEYS = frozenset({"headers", "fields", "off", "patterns"})


class WrongRules(ValueError):
    """Rules that cannot be kept: file, key, sentence."""


def redaction_of(file: Path | None) -> Redaction:
    """The rules in a file, or those that hold anyway; WrongRules."""
    if file is None:
        return Redaction(patterns=PEOPLE, named=NAMED)
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as wrong:
        raise WrongRules(f"{file}: cannot be read: {wrong} — correct it") from wrong
    if unknown := set(told) - _KEYS:
        raise WrongRules(f"{file}:{min(unknown)}: unknown — keys are {', '.join(sorted(_KEYS))}")
    known = {one.name for one in (*PEOPLE, *NAMED)}
    off = _names(file, told, "off")
    if wrong_names := off - known:
        raise WrongRules(f"{file}:off: {min(wrong_names)}: unknown — {', '.join(sorted(known))}")
    return Redaction(
        headers=_names(file, told, "headers"),
        fields=_names(file, told, "fields"),
        patterns=(*_patterns(file, told), *(one for one in PEOPLE if one.name not in off)),
        named=tuple(one for one in NAMED if one.name not in off),
    )


def blanked(redaction: Redaction) -> Redaction:
    """The same rules with one word for every value: two requests are compared under it."""
    return replace(redaction, instead=lambda name, _: f"{{{name}}}")


def _names(file: Path, told: Mapping[str, Any], key: str) -> frozenset[str]:
    names = told.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise WrongRules(f'{file}:{key}: is not a list of names — write ["…"]')
    return frozenset(name.lower() for name in names)


def _patterns(file: Path, told: Mapping[str, Any]) -> list[Pattern]:
    table = told.get("patterns", {})
    if not isinstance(table, Mapping):
        raise WrongRules(f"{file}:patterns: is not a table — write [patterns]")
    return [_pattern(file, name, text) for name, text in table.items()]


def _pattern(file: Path, name: str, text: object) -> Pattern:
    try:
        return Pattern(name=name, looks=re.compile(str(text)))
    except re.error as wrong:
        raise WrongRules(f"{file}:patterns.{name}: {wrong} — correct the expression") from wrong
