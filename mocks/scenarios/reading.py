"""A scenario file read by its declared keys; every mistake is found before anything is said."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mocks.scenarios.building import scenario
from mocks.scenarios.courses import wrong_courses
from mocks.scenarios.keys import FILE, Key
from mocks.scenarios.model import Mistake, Scenario, WrongScenario
from mocks.scenarios.sense import senseless
from mocks.scenarios.terms import Terms

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def read(path: Path, terms: Sequence[Terms] = ()) -> Scenario:
    """The scenario in this file; WrongScenario with every mistake.

    With the `terms` of departments it is held against their services, statuses and reasons, and
    every course it makes must come to an end. What it makes is looked at once its words are right.
    """
    return understood(path, _told(path), terms)


def _told(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as wrong:
        raise _unreadable(path, wrong.strerror or "?", "name a file that is there") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise _unreadable(path, str(wrong), "write it as TOML, in UTF-8") from None


def _unreadable(path: Path, why: str, remedy: str) -> WrongScenario:
    sentence = f"cannot be read: {why}"
    return WrongScenario([Mistake(file=path.name, key="", sentence=sentence, remedy=remedy)])


def understood(path: Path, told: Mapping[str, Any], terms: Sequence[Terms] = ()) -> Scenario:
    """The scenario a file of this name tells."""
    mistakes = [
        *_wrong_name(path),
        *_wrong(path.name, "", FILE, told),
        *senseless(path.name, told, terms),
    ]
    if not mistakes:
        made = scenario(path, told)
        mistakes = list(wrong_courses(made, terms))
        if not mistakes:
            return made
    raise WrongScenario(sorted(set(mistakes)))


def _wrong_name(path: Path) -> Iterator[Mistake]:
    """A scenario is called by the name of its file."""
    if not _NAME.fullmatch(path.stem):
        remedy = "write small letters, digits, - and _, like lunch_break.toml"
        yield Mistake(file=path.name, key="", sentence="has no name to call it by", remedy=remedy)


def _wrong(file: str, above: str, keys: tuple[Key, ...], told: Any) -> Iterator[Mistake]:
    """What is wrong with one table and everything under it."""
    if not isinstance(told, Mapping):
        yield Mistake(file=file, key=above, sentence="is not a table", remedy="write a table")
        return
    known = {key.name: key for key in keys}
    for name in told.keys() - known.keys():
        near = get_close_matches(name, known, n=1)
        remedy = f"write {near[0]}" if near else f"take it out; there are {', '.join(known)}"
        yield Mistake(file=file, key=_under(above, name), sentence="is unknown", remedy=remedy)
    for name, key in known.items():
        where = _under(above, name)
        if name in told:
            yield from _wrong_value(file, where, key, told[name])
        elif key.required:
            yield Mistake(file=file, key=where, sentence="is missing", remedy=_write(key))


def _wrong_value(file: str, where: str, key: Key, value: Any) -> Iterator[Mistake]:
    if key.kind is not None:
        if not key.kind.right(value):
            yield Mistake(
                file=file, key=where, sentence=f"cannot be {_shown(value)}", remedy=_write(key)
            )
        return
    tables: Mapping[str, Any] = {where: value}
    if key.many == "named" and isinstance(value, Mapping):
        tables = {_under(where, name): inner for name, inner in value.items()}
    elif key.many == "list" and isinstance(value, list):
        tables = {f"{where}[{place}]": inner for place, inner in enumerate(value, 1)}
    elif key.many:
        yield Mistake(file=file, key=where, sentence="is not so told", remedy=_write(key))
        return
    for place, inner in tables.items():
        yield from _wrong(file, place, key.table, inner)


def _under(above: str, name: str) -> str:
    return f"{above}.{name}" if above else name


def _write(key: Key) -> str:
    if key.kind is not None:
        return f"write {key.kind.wanted}"
    shape = {"": f"[{key.name}]", "list": f"[[{key.name}]]", "named": f"[{key.name}.<name>]"}
    return f"write {shape[key.many]} with {', '.join(inner.name for inner in key.table)}"


def _shown(value: Any) -> str:
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}…"
