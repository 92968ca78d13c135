"""The closed list of stages: each makes, from its arguments, a plain function of one value."""

from collections.abc import Callable, Mapping

from adapters.mapping import codes, convert, moments, python
from adapters.mapping.convert import EMPTY, NIL, to_text
from adapters.mapping.parse import BadExpression, Literal, Term
from adapters.mapping.stage import (
    Environment,
    Function,
    Made,
    Make,
    Step,
    Value,
    number_of,
    text_of,
)
from adapters.rules import Rule
from adapters.shape import Kind

__all__ = ["FUNCTIONS", "Environment", "Step", "text_of"]


def _decimal(env: Environment, args: tuple[Term, ...]) -> Made:
    if env.replying or not args:
        return convert.to_decimal, Kind.DECIMAL
    scale = number_of(args[0])
    return convert.fixed(scale), Kind.DECIMAL if scale else Kind.INTEGER


def _boolean(env: Environment, args: tuple[Term, ...]) -> Made:
    if not args:
        return convert.to_boolean, Kind.BOOLEAN
    if len(args) != 2:
        sentence = "boolean takes no words or two: the one for true, the one for false"
        raise BadExpression(sentence, Rule.STAGE_ARGUMENTS)
    yes, no = text_of(args[0]), text_of(args[1])
    if yes == no:
        raise BadExpression(f"both words are {yes!r}", Rule.STAGE_ARGUMENTS)
    if env.replying:
        words = {yes: True, no: False}
        return codes.lookup(
            words, "is neither the word for true nor the one for false"
        ), Kind.BOOLEAN
    return (lambda value: yes if convert.to_boolean(value) else no), Kind.TEXT


def _times(env: Environment, args: tuple[Term, ...]) -> Made:
    number = isinstance(args[0], Literal) and not isinstance(args[0].value, str | bool)
    if not number or not isinstance(args[0], Literal):
        raise BadExpression("times needs a number", Rule.STAGE_ARGUMENTS)
    factor = convert.to_decimal(args[0].value)
    return (lambda value: convert.to_decimal(value) * factor), Kind.DECIMAL


def _part(env: Environment, args: tuple[Term, ...]) -> Made:
    separator, index = text_of(args[0]), number_of(args[1])
    if not separator:
        raise BadExpression("part needs a separator", Rule.STAGE_ARGUMENTS)

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
        raise BadExpression("default needs a constant", Rule.STAGE_ARGUMENTS)
    other = args[0].value
    return (lambda value: other if value is None else value), Kind.ANY


def _join(env: Environment, args: tuple[Term, ...]) -> Made:
    separator = text_of(args[0])
    return (lambda value: separator.join(to_text(v) for v in value)), Kind.TEXT


def _equals(env: Environment, args: tuple[Term, ...]) -> Made:
    word = text_of(args[0])
    return (lambda value: to_text(value) == word), Kind.BOOLEAN


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
            sentence = f"else_{marker.name} belongs to requests"
            raise BadExpression(sentence, Rule.STAGE_REQUEST, "use default")
        return (lambda value: marker if value is None else value), Kind.ANY

    return make


_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_NO_DATE = frozenset({Kind.BOOLEAN, Kind.DECIMAL})
_NO_NUMBER = frozenset({Kind.BOOLEAN}) | _DATES
_NO_TRUTH = frozenset({Kind.DECIMAL}) | _DATES

FUNCTIONS: Mapping[str, Function] = {
    "code": Function(codes.stage, 1, 1),
    "date": Function(moments.date_stage, 0, 1, refuses=_NO_DATE),
    "datetime": Function(moments.datetime_stage, 0, 2, refuses=frozenset({Kind.BOOLEAN})),
    "decimal": Function(_decimal, 0, 1, refuses=_NO_NUMBER),
    "integer": Function(_plain(convert.to_integer, Kind.INTEGER), refuses=_NO_NUMBER),
    "text": Function(_plain(to_text, Kind.TEXT)),
    "boolean": Function(_boolean, 0, 2, refuses=_NO_TRUTH),
    "times": Function(_times, 1, 1, refuses=_NO_NUMBER),
    "document_number": Function(_plain(convert.to_document_number, Kind.TEXT)),
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
    "python": Function(python.stage, 1, 1),
}
