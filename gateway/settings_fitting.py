"""Values as they were given, in files, variables and flags, made what their settings are."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass
from datetime import time
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from gateway.settings_section import AnySection, Secret, Section, settings_in

_YES: Final = frozenset({"true", "yes", "on", "1", "t", "y"})
_NO: Final = frozenset({"false", "no", "off", "0", "f", "n"})
_WHOLE: Final = re.compile(r"\s*[+-]?\d+(\.0+)?\s*", re.ASCII)
_HOUR: Final = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)  # without an offset: it is Shanghai's


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """What is wrong with one key; `sentence` never tells the value, which may be a secret."""

    key: str
    what: Literal["unknown", "missing", "unfit"]
    sentence: str = ""


class Unfit(Exception):
    """A value that is none of its kind; the message says what it must be."""


class SectionUnfit(Exception):
    """A table that is none of these settings; `misfits` is everything wrong with it."""

    def __init__(self, misfits: list[Misfit]) -> None:
        self.misfits = misfits
        super().__init__(", ".join(one.key for one in misfits))


def section_of(kind: type[AnySection], given: object) -> AnySection:
    """The section this table is; SectionUnfit with everything wrong in it."""
    wrong: list[Misfit] = []
    made = _section(kind, given, "", wrong)
    if made is None or wrong:
        raise SectionUnfit(wrong)
    return made


def _section(
    kind: type[AnySection], given: object, at: str, wrong: list[Misfit]
) -> AnySection | None:
    if not isinstance(given, Mapping):
        wrong.append(Misfit(key=at, what="unfit", sentence="must be a table"))
        return None
    before, kinds = len(wrong), kinds_in(kind)
    known = {one.name: one for one in settings_in(kind)}
    wrong.extend(_missing(known, given, at))
    rest = {name: value for name, value in given.items() if name not in known}
    values = {
        name: _value(kinds[name], value, _below(at, name), wrong)
        for name, value in given.items()
        if name in known
    }
    if kind.REST is not None:
        inner = get_args(kinds[kind.REST])[1]
        values[kind.REST] = {n: _value(inner, v, _below(at, n), wrong) for n, v in rest.items()}
    else:
        wrong.extend(Misfit(key=_below(at, name), what="unknown") for name in rest)
    return kind(**values) if len(wrong) == before else None


def _missing(known: Mapping[str, Field[Any]], given: object, at: str) -> Iterator[Misfit]:
    for name, one in known.items():
        required = one.default is MISSING and one.default_factory is MISSING
        if required and name not in dict(given):  # type: ignore[call-overload]
            yield Misfit(key=_below(at, name), what="missing")


def _below(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _value(kind: Any, given: Any, at: str, wrong: list[Misfit]) -> Any:
    if isinstance(kind, type) and issubclass(kind, Section):
        return _section(kind, given, at, wrong)
    if get_origin(kind) is Mapping or get_origin(kind) is dict:
        return _each(get_args(kind)[1], given, at, wrong)
    try:
        return fitted(kind, given)
    except Unfit as unfit:
        wrong.append(Misfit(key=at, what="unfit", sentence=str(unfit)))
        return None


def _each(kind: Any, given: Any, at: str, wrong: list[Misfit]) -> Any:
    if not isinstance(given, Mapping):
        wrong.append(Misfit(key=at, what="unfit", sentence="must be a table"))
        return None
    return {name: _value(kind, value, _below(at, name), wrong) for name, value in given.items()}


def kinds_in(section: type[Section]) -> Mapping[str, Any]:
    """The kind of every field, with its rules."""
    return get_type_hints(section, include_extras=True)


def fitted(kind: Any, given: Any) -> Any:
    """What was given as a value of this kind; Unfit when it is none."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _ruled(fitted(inner[0], given), kind.__metadata__)
    if origin is Union or origin is UnionType:
        [some] = [one for one in inner if one is not NoneType]
        return None if given is None else fitted(some, given)
    if origin is tuple:
        return tuple(fitted(inner[0], one) for one in _listed(given))
    if origin is Literal:
        if given in inner:
            return given
        raise Unfit(f"must be {' or '.join(map(str, inner))}")
    return _PLAIN[kind](given)


def _ruled(value: Any, rules: tuple[Any, ...]) -> Any:
    for rule in rules:
        if wrong := rule.wrong(value):
            raise Unfit(wrong)
    return value


def _listed(given: Any) -> list[Any]:
    if isinstance(given, str):
        return [part.strip() for part in given.split(",") if part.strip()]
    if isinstance(given, list | tuple):
        return list(given)
    raise Unfit("must be a list")


def _text(given: Any) -> str:
    if isinstance(given, str):
        return given
    raise Unfit("must be text")


def _whole(given: Any) -> int:
    number = _number(given, "must be a whole number")
    written = not isinstance(given, str) or _WHOLE.fullmatch(given)
    if not written or not number.is_integer():
        raise Unfit("must be a whole number")
    return int(given.partition(".")[0]) if isinstance(given, str) else int(given)


def _number(given: Any, told: str = "must be a number") -> float:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise Unfit(told)
    try:
        number = float(given)
    except (ValueError, OverflowError):
        raise Unfit(told) from None
    if not math.isfinite(number):
        raise Unfit(told)
    return number


def _truth(given: Any) -> bool:
    told = str(given).strip().lower() if isinstance(given, str | int) else ""
    if told in _YES or told in _NO:
        return told in _YES
    raise Unfit("must be true or false")


def _path(given: Any) -> Path:
    if isinstance(given, str | Path):
        return Path(given)
    raise Unfit("must be a path")


def _hour(given: Any) -> time:
    told = given.isoformat() if isinstance(given, time) else _text(given)
    try:
        if _HOUR.fullmatch(told):
            return time.fromisoformat(told)
    except ValueError:
        pass
    raise Unfit("must be a time of day, as 03:00")


_PLAIN: Final[Mapping[Any, Callable[[Any], Any]]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _truth,
    Path: _path,
    time: _hour,
    Secret: lambda given: Secret(_text(given)),
}
