"""The scalars of the graph: strict on the way in, exact on the way out."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

from graphql import ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)

_DIGITS = 40
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def native(value: Any) -> Any:
    """The value in JSON's own types: decimals and dates as text, nothing rounded."""
    if isinstance(value, Mapping):
        return {str(key): native(entry) for key, entry in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence | frozenset | set):
        return [native(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def parse_decimal(value: Any) -> Decimal:
    """A finite decimal of at most 40 digits; NaN, Infinity and huge exponents are refused."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a decimal is written as a string or a number")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("not a decimal") from None
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS:
        raise ValueError("not a decimal of at most 40 digits")
    return number


def parse_date(value: Any) -> date:
    """A day written YYYY-MM-DD, and nothing else."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a date is written YYYY-MM-DD")
    return date.fromisoformat(value)


def _json_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
    value = value_from_ast_untyped(node, variables)
    _refuse_unwritable(value)
    return value


def _refuse_unwritable(value: Any) -> None:
    """ValueError for a number JSON clients do not share: beyond 64 bits, or not finite."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            _refuse_unwritable(inner)
    elif isinstance(value, float) and not abs(value) < 2.0**53:
        raise ValueError("a number of so many digits is not exact; send it as a string")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("a number must fit 64 bits; send it as a string")


SCALARS: Mapping[object, ScalarDefinition] = {
    JSON: ScalarDefinition(
        name="JSON",
        description="Any JSON value. Decimals and dates inside it are strings.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=native,
        parse_value=lambda value: value,
        parse_literal=_json_literal,
        origin=None,
    ),
    Decimal: ScalarDefinition(
        name="Decimal",
        description='An exact decimal number as a string, e.g. "186.5".',
        specified_by_url=None,
        serialize=lambda value: format(value, "f"),
        parse_value=parse_decimal,
        parse_literal=None,
        origin=Decimal,
    ),
    date: ScalarDefinition(
        name="Date",
        description="A day, YYYY-MM-DD.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=lambda value: value.isoformat(),
        parse_value=parse_date,
        parse_literal=None,
        origin=date,
    ),
}
