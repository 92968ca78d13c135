"""Whether a condition can be judged: its field exists and its value is of that field's kind."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from schema.declaration.finding import Findings, did_you_mean
from schema.declaration.table import UNKNOWN
from schema.domain.one_thing import Condition, FieldKind, FormField, Operator, Scalar

Fields = Mapping[str, FormField]

_ORDERED = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.DATE})
_ORDERING = frozenset({Operator.AT_MOST, Operator.AT_LEAST, Operator.MORE_THAN, Operator.LESS_THAN})
_SETS = frozenset({Operator.IN, Operator.NOT_IN})
_TYPES: Mapping[FieldKind, tuple[type, ...]] = {
    FieldKind.INTEGER: (int,),
    FieldKind.DECIMAL: (int, Decimal),
    FieldKind.BOOLEAN: (bool,),
    FieldKind.DATE: (date,),
}


def check_condition(condition: Condition, at: str, fields: Fields, findings: Findings) -> None:
    """Note what makes this condition impossible to judge."""
    if UNKNOWN in (condition.field, condition.value):
        return  # noted when it was read
    field = fields.get(condition.field)
    if field is None:
        hint = did_you_mean(condition.field, fields)
        findings.add(at, f'compares the unknown field "{condition.field}"{hint}')
        return
    operator = condition.operator
    if operator in _ORDERING and field.kind not in _ORDERED:
        findings.add(at, f"{operator.value} cannot compare the {field.kind.value} {field.key}")
        return
    if (operator in _SETS) is not isinstance(condition.value, tuple):
        wanted = "an array" if operator in _SETS else "a single value"
        findings.add(at, f"{operator.value} needs {wanted}")
        return
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    for value in values:
        _check_value(value, field, at, findings)


def _check_value(value: Scalar, field: FormField, at: str, findings: Findings) -> None:
    types = _TYPES.get(field.kind, (str,))
    mistaken_bool = isinstance(value, bool) and bool not in types
    if mistaken_bool or not isinstance(value, types):
        findings.add(at, f"compares the {field.kind.value} {field.key} with {value!r}")
        return
    allowed = [choice.value for choice in field.choices]
    if allowed and value not in allowed:
        hint = did_you_mean(str(value), allowed)
        findings.add(at, f'"{value}" is no choice of {field.key}{hint}')
