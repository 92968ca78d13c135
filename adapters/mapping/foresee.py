"""What is known of an expression before it is ever computed: its values, and whether it has one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.mapping.codes import codes_of
from adapters.mapping.compile import Scope, compile_expression
from adapters.mapping.convert import EMPTY, NIL
from adapters.mapping.functions import Environment
from adapters.mapping.parse import BadExpression, Combined, Expression, Literal, Part, Path, Stage

_ALWAYS: Mapping[str, tuple[str, ...]] = {
    "file": ("reference", "case", "item", "submitted_at"),
    "find_filing": ("reference",),
    "supplement": ("reference", "receipt"),
    "find_supplement": ("reference", "receipt"),
    "withdraw": ("reference", "receipt"),
    "progress": ("receipt",),
    "certificate": ("receipt",),
    "lookup": ("key",),
}
_COMMON = ("service", "sent_at", "call_id")
_MAY_LOSE = ("blank", "part", "python")
_SETTLES = ("default", "exists")


def possible(expression: Expression, env: Environment, const: Mapping[str, Any]) -> list[Any]:
    """The values the expression surely can give; empty when nothing is known beforehand.

    Raises MappingError when a constant cannot pass its stages.
    """
    if expression.uses("python"):
        return []
    settled = _settled(expression, const)
    if settled is not None:
        return computed(settled, env)
    found: list[Any] = []
    if isinstance(expression.start, Combined) and expression.start.name == "first":
        for part in expression.parts:
            known = _settled(_behind(part, expression.stages), const)
            found += computed(known, env) if known else []
    for at, stage in enumerate(expression.stages):
        later = expression.stages[at + 1 :]
        outputs = _outputs(stage, env)
        if outputs is not None:
            decided = any(_outputs(one, env) is not None for one in later)
            found = [] if decided else _each(outputs, later, env)
        elif stage.name == "default" and isinstance(stage.args[0], Literal):
            found += _each([stage.args[0].value], later, env)
    return found


def certain(call: str, expression: Expression, const: Mapping[str, Any]) -> bool:
    """Whether the expression always has a value, whatever is asked."""
    known = [_sure(part, call, const) for part in expression.parts]
    start = expression.start
    some = isinstance(start, Combined) and start.name in ("first", "join")
    there = any(known) if some else all(known)
    for stage in expression.stages:
        there = stage.name in _SETTLES or (there and stage.name not in _MAY_LOSE)
    return there


def constant(expression: Expression) -> bool:
    """Whether nothing in it depends on what is asked."""
    return all(isinstance(term, Literal) for term in expression.terms)


def _sure(part: Part, call: str, const: Mapping[str, Any]) -> bool:
    if isinstance(part, Expression):
        return certain(call, part, const)
    if isinstance(part, Literal) or _constant(part, const) is not None:
        return True
    return not part.relative and str(part) in (*_ALWAYS.get(call, ()), *_COMMON)


def _constant(term: Literal | Path, const: Mapping[str, Any]) -> Literal | None:
    if isinstance(term, Literal):
        return term
    if term.steps[:1] == ("const",) and len(term.steps) == 2 and not term.relative:
        value = const.get(term.steps[1])
        return Literal(value) if isinstance(value, str | bool | int | float) else None
    return None


def _settled(expression: Expression, const: Mapping[str, Any]) -> Expression | None:
    """The same of constants alone; None where it is made of anything else."""
    parts = [
        _settled(part, const) if isinstance(part, Expression) else _constant(part, const)
        for part in expression.parts
    ]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    start = expression.start
    if isinstance(start, Combined):
        return replace(expression, start=replace(start, parts=tuple(known)))
    return _behind(known[0], expression.stages)


def _behind(part: Part, stages: tuple[Stage, ...]) -> Expression:
    """The part, running through these stages as well."""
    if isinstance(part, Expression):
        return replace(part, stages=part.stages + stages)
    return Expression(part, stages)


def computed(expression: Expression, env: Environment) -> list[Any]:
    """The one value of an expression of constants, unless it is a kind of absence."""

    def resolve(path: Path) -> Any:
        raise BadExpression(f"{path} is no constant")

    value = compile_expression(expression, env, resolve)[0](Scope({}))
    return [] if value is None or value is NIL or value is EMPTY else [value]


def _each(values: list[Any], stages: tuple[Stage, ...], env: Environment) -> list[Any]:
    return [one for value in values for one in computed(Expression(Literal(value), stages), env)]


def _outputs(stage: Stage, env: Environment) -> list[Any] | None:
    """All values a stage can give, where it has a list of them."""
    if stage.name == "code":
        return list(codes_of(env.tables.get(str(stage.args[0]), {})))
    if stage.name == "boolean" and len(stage.args) == 2:
        return [arg.value for arg in stage.args if isinstance(arg, Literal)]
    return None


def places_of(expression: Expression) -> int | None:
    """How many decimal places are written, where a stage says it and none changes it after."""
    last = expression.stages[-1] if expression.stages else None
    if last is None or last.name != "decimal" or not last.args:
        return None
    scale = last.args[0]
    return scale.value if isinstance(scale, Literal) and isinstance(scale.value, int) else None
