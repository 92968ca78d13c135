"""Expressions to plain functions of a Scope, made once at start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.findings import did_you_mean
from adapters.mapping.convert import MappingError, to_text
from adapters.mapping.functions import FUNCTIONS, Environment, Step, text_of
from adapters.mapping.parse import BadExpression, Combined, Expression, Literal, Part, Path, Stage
from adapters.mapping.sources import Ask
from adapters.rules import Rule
from adapters.shape import Kind


@dataclass(slots=True)
class Scope:
    """Where an expression is evaluated: what is asked, the reply's root, the current row."""

    ask: Ask
    root: Any = None
    row: Any = None


_LAYOUTS = {Kind.DATE: "date '%Y%m%d'", Kind.DATETIME: "datetime '%Y%m%d%H%M%S'"}
MARKERS = ("else_nil", "else_empty")
Compute = Callable[[Scope], Any]
Resolve = Callable[[Path], tuple[Compute, Kind]]
"""How a path is fetched, and what kind of value it gives; raises BadExpression."""


Staged = tuple[Step, bool]
"""A step, and whether it also sees the absence of a value."""


def compile_expression(
    expression: Expression, env: Environment, resolve: Resolve
) -> tuple[Compute, Kind]:
    """The function that computes `expression`, and the kind of its value."""
    compute, steps, kind = staged(expression, env, resolve)
    return chained(compute, steps), kind


def staged(
    expression: Expression, env: Environment, resolve: Resolve
) -> tuple[Compute, tuple[Staged, ...], Kind]:
    """The same in its parts: where the value comes from, and what is done to it."""
    compute, kind = _start(expression.start, env, resolve)
    steps: list[Staged] = []
    _markers_last(expression)
    for stage in expression.stages:
        step, made, sees = _stage(stage, env, kind)
        steps.append((step, sees))
        kind = made if made is not Kind.ANY or stage.name in ("code", "python") else kind
    return compute, tuple(steps), kind


def _markers_last(expression: Expression) -> None:
    for stage in expression.stages[:-1]:
        if stage.name in MARKERS:
            sentence = f"stages after {stage.name} would change what is not there"
            raise BadExpression(sentence, Rule.STAGE_LAST, f"put {stage.name} last")


def _start(start: Part | Combined, env: Environment, resolve: Resolve) -> tuple[Compute, Kind]:
    if isinstance(start, Literal):
        value = start.value
        return (lambda scope: value), _literal_kind(value)
    if isinstance(start, Path):
        return resolve(start)
    if isinstance(start, Expression):
        return _nested(start, env, resolve)
    return _combine(start, env, resolve), Kind.TEXT if start.name != "first" else Kind.ANY


def _nested(part: Expression, env: Environment, resolve: Resolve) -> tuple[Compute, Kind]:
    """A part with stages of its own."""
    for marker in MARKERS:
        if part.uses(marker):
            sentence = f"{marker} says of a whole value that it is not there"
            raise BadExpression(sentence, Rule.STAGE_LAST, f"put {marker} last, behind |")
    return compile_expression(part, env, resolve)


def _literal_kind(value: object) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int):
        return Kind.INTEGER
    return Kind.TEXT if isinstance(value, str) else Kind.DECIMAL


def _combine(start: Combined, env: Environment, resolve: Resolve) -> Compute:
    parts = start.parts
    separator = ""
    if start.name == "join":
        if isinstance(parts[0], Expression):
            raise BadExpression("join begins with a 'quoted' text", Rule.STAGE_ARGUMENTS)
        separator, parts = text_of(parts[0]), parts[1:]
    made = [_start(part, env, resolve) for part in parts]
    steps = [step for step, _ in made]
    if start.name == "first":
        return lambda scope: next((v for s in steps if (v := s(scope)) is not None), None)
    if not env.replying:
        for part, (_, kind) in zip(parts, made, strict=True):
            _laid_out(part, kind)
    if start.name == "concat":
        return lambda scope: _concat([step(scope) for step in steps])
    return lambda scope: _join(separator, [step(scope) for step in steps])


def _laid_out(part: Part, kind: Kind) -> None:
    """BadExpression for a day or moment put into a text as it happens to be held."""
    bare = part.start if isinstance(part, Expression) and not part.stages else part
    stage = _LAYOUTS.get(kind)
    if isinstance(bare, Path) and stage is not None:
        sentence = f"{bare} is a {kind}, and nothing says how it is written"
        raise BadExpression(sentence, Rule.CONCAT_LAYOUT, f"write ({bare} | {stage})")


def _concat(values: Sequence[Any]) -> str | None:
    if any(value is None for value in values):
        return None
    return "".join(to_text(value) for value in values)


def _join(separator: str, values: Sequence[Any]) -> str | None:
    there = [to_text(value) for value in values if value is not None]
    return separator.join(there) if there else None


def _stage(stage: Stage, env: Environment, kind: Kind) -> tuple[Step, Kind, bool]:
    function = FUNCTIONS.get(stage.name)
    if function is None:
        hint = did_you_mean(stage.name, FUNCTIONS)
        raise BadExpression(f"there is no stage {stage.name!r}", Rule.STAGE_UNKNOWN, hint)
    least, most = function.least, function.most
    if not least <= len(stage.args) <= most:
        wanted = str(most) if least == most else f"{least} to {most}"
        sentence = f"{stage.name} takes {wanted} arguments, not {len(stage.args)}"
        raise BadExpression(sentence, Rule.STAGE_ARGUMENTS)
    if kind in function.refuses:
        sentence = f"{stage.name} can make nothing of a value of kind {kind}"
        raise BadExpression(sentence, Rule.STAGE_INPUT, "choose another path or stage")
    step, made = function.make(env, stage.args)
    return step, made, function.sees_absence


def chained(compute: Compute, steps: tuple[Staged, ...]) -> Compute:
    """The function that does all of it."""
    if not steps:
        return compute
    if len(steps) == 1 and not steps[0][1]:
        only = steps[0][0]

        def one(scope: Scope) -> Any:
            value = compute(scope)
            return None if value is None else only(value)

        return one

    def chain(scope: Scope) -> Any:
        value = compute(scope)
        for step, sees_absence in steps:
            if value is not None or sees_absence:
                value = step(value)
        return value

    return chain


# a value of an unforeseen type may raise all of these
UNFORESEEN = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)


def guarded(name: str, compute: Compute) -> Compute:
    """The same, naming the mapping line when the value has no place in it."""

    def call(scope: Scope) -> Any:
        try:
            return compute(scope)
        except UNFORESEEN as error:
            raise named(name, error) from None

    return call


def named(name: str, error: Exception) -> MappingError:
    """That the value has no place in the mapping line of this name; never the value."""
    if isinstance(error, MappingError):
        return type(error)(f"{name} {error}")
    return MappingError(f"{name} cannot be mapped ({type(error).__name__})")
