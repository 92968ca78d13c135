"""The closed list of stages: each makes, from its arguments, a plain function of one value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.mapping import convert
from adapters.mapping.convert import EMPTY, NIL, MappingError, to_text
from adapters.mapping.parse import BadExpression, Literal, Path, Term
from adapters.shape import Kind

Value = Any
Step = Callable[[Value], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a mapping may refer to besides its message."""

    replying: bool  # the direction: their message to our value
    tables: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)  # theirs -> ours
    python: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


Made = tuple[Step, Kind]
Make = Callable[[Environment, tuple[Term, ...]], Made]


@dataclass(frozen=True, slots=True)
class Function:
    """A stage: how it is made, and whether it also sees the absence of a value."""

    make: Make
    least: int = 0
    most: int = 0
    sees_absence: bool = False


def text_of(term: Term) -> str:
    """An argument that must be a text."""
    if isinstance(term, Literal) and isinstance(term.value, str):
        return term.value
    raise BadExpression("a 'quoted' text is needed here")


def number_of(term: Term) -> int:
    """An argument that must be a whole number."""
    if isinstance(term, Literal) and isinstance(term.value, int):
        return term.value
    raise BadExpression("a whole number is needed here")


def _name_of(term: Term) -> str:
    if isinstance(term, Path):
        return str(term)
    raise BadExpression("a name without quotes is needed here")


def _code(env: Environment, args: tuple[Term, ...]) -> Made:
    name = _name_of(args[0])
    table = env.tables.get(name)
    if table is None:
        raise BadExpression(f"there is no table [codes.{name}]")
    if env.replying:
        return _lookup(dict(table), f"has a code that table {name!r} does not know"), Kind.ANY
    back: dict[Value, Value] = {}
    for theirs, ours in table.items():
        if ours in back:
            raise BadExpression(
                f"table {name!r} has two codes for {ours!r}, so our value has no single code"
            )
        back[ours] = theirs
    return _lookup(back, f"has no code in table {name!r}"), Kind.TEXT


def _lookup(table: Mapping[Value, Value], complaint: str) -> Step:
    def step(value: Value) -> Value:
        try:
            return table[value]
        except KeyError:
            pass
        try:
            return table[to_text(value)]
        except KeyError:
            raise MappingError(complaint) from None

    return step


def _date(env: Environment, args: tuple[Term, ...]) -> Made:
    if not args:
        return convert.to_date, Kind.DATE
    layout = text_of(args[0])
    if env.replying:
        return convert.parse_date(layout), Kind.DATE
    return convert.format_date(layout), Kind.TEXT


def _datetime(env: Environment, args: tuple[Term, ...]) -> Made:
    layout = text_of(args[0]) if args else None
    zone = convert.SHANGHAI
    if len(args) > 1:
        try:
            zone = ZoneInfo(text_of(args[1]))
        except (ZoneInfoNotFoundError, ValueError):
            raise BadExpression(f"there is no time zone {text_of(args[1])!r}") from None
    layout = None if layout == "iso" else layout
    if env.replying:
        return convert.parse_datetime(layout, zone), Kind.DATETIME
    return convert.format_datetime(layout, zone), Kind.TEXT


def _decimal(env: Environment, args: tuple[Term, ...]) -> Made:
    if env.replying or not args:
        return convert.to_decimal, Kind.DECIMAL
    return convert.fixed(number_of(args[0])), Kind.TEXT


def _boolean(env: Environment, args: tuple[Term, ...]) -> Made:
    if not args:
        return convert.to_boolean, Kind.BOOLEAN
    if len(args) != 2:
        raise BadExpression("boolean takes no words or two: the one for true, the one for false")
    yes, no = text_of(args[0]), text_of(args[1])
    if env.replying:
        words = {yes: True, no: False}
        return _lookup(words, "is neither the word for true nor the one for false"), Kind.BOOLEAN
    return (lambda value: yes if convert.to_boolean(value) else no), Kind.TEXT


def _times(env: Environment, args: tuple[Term, ...]) -> Made:
    if not isinstance(args[0], Literal):
        raise BadExpression("times needs a number")
    factor = convert.to_decimal(args[0].value)
    return (lambda value: convert.to_decimal(value) * factor), Kind.DECIMAL


def _part(env: Environment, args: tuple[Term, ...]) -> Made:
    separator, index = text_of(args[0]), number_of(args[1])

    def step(value: Value) -> Value:
        pieces = to_text(value).split(separator)
        return pieces[index] if -len(pieces) <= index < len(pieces) else None

    return step, Kind.TEXT


def _slice(env: Environment, args: tuple[Term, ...]) -> Made:
    piece = slice(number_of(args[0]), number_of(args[1]))
    return (lambda value: to_text(value)[piece]), Kind.TEXT


def _blank(env: Environment, args: tuple[Term, ...]) -> Made:
    words = {"", *(text_of(arg) for arg in args)}
    return (lambda value: None if to_text(value).strip() in words else value), Kind.ANY


def _default(env: Environment, args: tuple[Term, ...]) -> Made:
    if not isinstance(args[0], Literal):
        raise BadExpression("default needs a constant")
    other = args[0].value
    return (lambda value: other if value is None else value), Kind.ANY


def _join(env: Environment, args: tuple[Term, ...]) -> Made:
    separator = text_of(args[0])
    return (lambda value: separator.join(to_text(v) for v in value)), Kind.TEXT


def _equals(env: Environment, args: tuple[Term, ...]) -> Made:
    word = text_of(args[0])
    return (lambda value: to_text(value) == word), Kind.BOOLEAN


def _python(env: Environment, args: tuple[Term, ...]) -> Made:
    name = _name_of(args[0])
    function = env.python.get(name)
    if function is None:
        raise BadExpression(f"adapter.py has no function {name!r}")
    return function, Kind.ANY


def _text(change: Callable[..., str], takes: int = 0) -> Make:
    def make(env: Environment, args: tuple[Term, ...]) -> Made:
        words = [text_of(arg) for arg in args[:takes]]
        return (lambda value: change(to_text(value), *words)), Kind.TEXT

    return make


def _plain(step: Step, kind: Kind) -> Make:
    return lambda env, args: (step, kind)


def _else(marker: convert.Marker) -> Make:
    def make(env: Environment, args: tuple[Term, ...]) -> Made:
        if env.replying:
            raise BadExpression(f"else_{marker.name} belongs to requests")
        return (lambda value: marker if value is None else value), Kind.ANY

    return make


FUNCTIONS: Mapping[str, Function] = {
    "code": Function(_code, 1, 1),
    "date": Function(_date, 0, 1),
    "datetime": Function(_datetime, 0, 2),
    "decimal": Function(_decimal, 0, 1),
    "integer": Function(_plain(convert.to_integer, Kind.INTEGER)),
    "text": Function(_plain(to_text, Kind.TEXT)),
    "boolean": Function(_boolean, 0, 2),
    "times": Function(_times, 1, 1),
    "upper": Function(_text(str.upper)),
    "lower": Function(_text(str.lower)),
    "trim": Function(_text(str.strip)),
    "prefix": Function(_text(lambda value, word: word + value, 1), 1, 1),
    "suffix": Function(_text(lambda value, word: value + word, 1), 1, 1),
    "replace": Function(_text(str.replace, 2), 2, 2),
    "part": Function(_part, 2, 2),
    "slice": Function(_slice, 2, 2),
    "blank": Function(_blank, 0, 20),
    "default": Function(_default, 1, 1, sees_absence=True),
    "else_nil": Function(_else(NIL), sees_absence=True),
    "else_empty": Function(_else(EMPTY), sees_absence=True),
    "exists": Function(_plain(lambda value: value is not None, Kind.BOOLEAN), sees_absence=True),
    "equals": Function(_equals, 1, 1),
    "join": Function(_join, 1, 1),
    "count": Function(_plain(len, Kind.INTEGER)),
    "python": Function(_python, 1, 1),
}
