"""What is known of an expression before it is ever computed: its values, and whether it has one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.mapping.codes import codes_of
from adapters.mapping.compile import Scope, compile_expression
from adapters.mapping.convert import EMPTY, NIL
from adapters.mapping.functions import Environment
from adapters.mapping.parse import BadExpression, Expression, Literal, Path, Stage, Term

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
    if any(stage.name == "python" for stage in expression.stages):
        return []
    terms = [_constant(term, const) for term in expression.terms]
    if all(term is not None for term in terms):
        return computed(_with_terms(expression, [term for term in terms if term]), env)
    found: list[Any] = []
    if isinstance(expression.start, Stage) and expression.start.name == "first":
        for term in terms:
            found += computed(Expression(term, expression.stages), env) if term else []
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
    always = (*_ALWAYS.get(call, ()), *_COMMON)
    known = [_sure(term, always, const) for term in expression.terms]
    start = expression.start
    some = isinstance(start, Stage) and start.name in ("first", "join")
    there = any(known) if some else all(known)
    for stage in expression.stages:
        there = stage.name in _SETTLES or (there and stage.name not in _MAY_LOSE)
    return there


def constant(expression: Expression) -> bool:
    """Whether nothing in it depends on what is asked."""
    return all(isinstance(term, Literal) for term in expression.terms)


def _sure(term: Term, always: tuple[str, ...], const: Mapping[str, Any]) -> bool:
    if isinstance(term, Literal):
        return True
    return _constant(term, const) is not None or (not term.relative and str(term) in always)


def _constant(term: Term, const: Mapping[str, Any]) -> Literal | None:
    if isinstance(term, Literal):
        return term
    if term.steps[:1] == ("const",) and len(term.steps) == 2 and not term.relative:
        value = const.get(term.steps[1])
        return Literal(value) if isinstance(value, str | bool | int | float) else None
    return None


def _with_terms(expression: Expression, terms: list[Literal]) -> Expression:
    start = expression.start
    made: Term | Stage = replace(start, args=tuple(terms)) if isinstance(start, Stage) else terms[0]
    return Expression(made, expression.stages)


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
