"""Conditions on answers: true, false, or not to be told yet."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from schema.domain.one_thing import Condition, Operator, Scalar

Answers = Mapping[str, Scalar | None]

_ORDER: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.AT_MOST: lambda answer, bound: bool(answer <= bound),
    Operator.AT_LEAST: lambda answer, bound: bool(answer >= bound),
    Operator.MORE_THAN: lambda answer, bound: bool(answer > bound),
    Operator.LESS_THAN: lambda answer, bound: bool(answer < bound),
}


def verdict(condition: Condition, answers: Answers) -> bool | None:
    """Whether the condition holds; None when its field is not answered."""
    answer = answers.get(condition.field)
    if answer is None:
        return None
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    match condition.operator:
        case Operator.EQUALS | Operator.IN:
            return any(_same(answer, value) for value in values)
        case Operator.NOT_IN:
            return not any(_same(answer, value) for value in values)
        case Operator.AT_MOST | Operator.AT_LEAST | Operator.MORE_THAN | Operator.LESS_THAN:
            return _comparable(answer, values[0]) and _ORDER[condition.operator](answer, values[0])


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether the condition is known to hold; a missing answer never passes."""
    return verdict(condition, answers) is True


def all_hold(conditions: Sequence[Condition], answers: Answers) -> bool:
    """Whether every condition is known to hold."""
    return all(holds(condition, answers) for condition in conditions)


def none_fails(conditions: Sequence[Condition], answers: Answers) -> bool:
    """Whether no condition is known to fail: what cannot be told yet stays in."""
    return all(verdict(condition, answers) is not False for condition in conditions)


def _same(answer: Scalar, value: Scalar) -> bool:
    """Equality that does not take true for 1."""
    return isinstance(answer, bool) is isinstance(value, bool) and answer == value


def _comparable(answer: Scalar, bound: Scalar) -> bool:
    """Numbers compare with numbers, dates with dates; anything else never passes."""
    return (_number(answer) and _number(bound)) or (
        isinstance(answer, date) and isinstance(bound, date)
    )


def _number(value: Scalar) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
