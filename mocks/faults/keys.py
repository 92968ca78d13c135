"""The keys of rules: how a value is read, and what it may be as JSON Schema says it, both at once.

A reader raises ValueError with the end of the sentence "… is not …".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from typing import Any

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
LONGEST_S = 86_400.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOMENT = (
    r"^20\d\d-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)?)?$"
)
_HOUR = r"([01]\d|2[0-3])(:[0-5]\d){0,2}"
_HOURS = rf"^{_HOUR} ?- ?{_HOUR}$"
_ADDRESS = r"^[!#-;=?-~]{1,2000}$"  # it stands in a header, and between quotes in XML
_PERCENT = r"^(100|\d{1,2}(\.\d{1,6})?)$"
_NAME: Mapping[str, Any] = {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Reader:
    """One key: `read` gives the value that is meant, `schema` admits what it reads."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, value: Any) -> Any:
        """The value; ValueError for what it is not."""
        return self.read(value)


def number(low: float, high: float, what: str) -> Reader:
    """The reader of a number between two others."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{what} from {low:g} to {high:g}")
        if not low <= value <= high:
            raise ValueError(f"{what} from {low:g} to {high:g}")
        return float(value)

    return Reader(read, {"type": "number", "minimum": low, "maximum": high})


def whole(low: int | None = None, high: int | None = None) -> Reader:
    """The reader of a whole number within its bounds."""
    bounds = {"minimum": low, "maximum": high}
    said = "a whole number"
    if low is not None:
        said += f" from {low} to {high}" if high is not None else f", {low} or more"

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(said)
        if (low is not None and value < low) or (high is not None and value > high):
            raise ValueError(said)
        return value

    told = {name: bound for name, bound in bounds.items() if bound is not None}
    return Reader(read, {"type": "integer", **told})


def or_none(reader: Reader) -> Reader:
    """The same, or null: no limit."""

    def read(value: Any) -> Any:
        return None if value is None else reader.read(value)

    return Reader(read, {**reader.schema, "type": [reader.schema["type"], "null"]})


def matching(pattern: str, what: str) -> Reader:
    """The reader of a text of this form."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not re.search(pattern, value):
            raise ValueError(what)
        return value

    return Reader(read, {"type": "string", "pattern": pattern})


def choice(*known: str) -> Reader:
    """The reader of one of these words."""

    def read(value: Any) -> str:
        if value not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return str(value)

    return Reader(read, {"enum": list(known)})


def some_of(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of one of these, or of a list that is not empty."""
    return {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}


def _names(value: Any) -> frozenset[str]:
    told = value if isinstance(value, list) else [value]
    if not told or not all(isinstance(name, str) and name for name in told):
        raise ValueError("a name or a list of names")
    return frozenset(told)


def _span(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("a pair of seconds like [0.1, 0.5]")
    low, high = SECONDS(value[0]), SECONDS(value[1])
    if low > high:
        raise ValueError("a pair of seconds, the lower first")
    return low, high


def _percentiles(value: Any) -> list[tuple[float, float]]:
    if not isinstance(value, dict) or not value:
        raise ValueError('a table like {"50": 0.1, "99": 2}')
    if not all(re.search(_PERCENT, percent) for percent in value):
        raise ValueError("a table from 0 to 100 percent whose seconds grow")
    try:
        table = sorted((float(percent), SECONDS(told)) for percent, told in value.items())
    except ValueError:
        raise ValueError('a table of percent and seconds like {"50": 0.1, "99": 2}') from None
    times = [told for _, told in table]
    if times != sorted(times):
        raise ValueError("a table from 0 to 100 percent whose seconds grow")
    return table


def _moment(value: Any) -> datetime:
    try:
        told = datetime.fromisoformat(MOMENT_TEXT(value).upper())
    except ValueError:
        raise ValueError("a moment like 2026-09-21T09:00, of this century") from None
    return told if told.tzinfo else told.replace(tzinfo=_SHANGHAI)


def _weekdays(value: Any) -> frozenset[int]:
    told = value if isinstance(value, list) else [value]
    if not told or any(day not in DAYS for day in told):
        raise ValueError(f"a list of {', '.join(DAYS)}")
    return frozenset(DAYS.index(day) for day in told)


def _hours(value: Any) -> tuple[time, time]:
    start, end = (time.fromisoformat(part.strip()) for part in HOURS_TEXT(value).split("-"))
    return start, end


SECONDS = number(0, LONGEST_S, "a number of seconds")
SHARE = Reader(
    number(0, 1, "a probability").read, {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
)
ADDRESS = matching(_ADDRESS, "an address of one line, in ASCII")
MOMENT_TEXT = matching(_MOMENT, "a moment like 2026-09-21T09:00")
HOURS_TEXT = matching(_HOURS, "a span like 16:00-18:00")
NAMES = Reader(_names, some_of(_NAME))
MOMENT = Reader(_moment, MOMENT_TEXT.schema)
WEEKDAYS = Reader(_weekdays, some_of({"enum": list(DAYS)}))
HOURS = Reader(_hours, HOURS_TEXT.schema)
SPAN = Reader(
    _span, {"type": "array", "minItems": 2, "maxItems": 2, "items": SECONDS.schema}
)  # fmt: skip
PERCENTILES = Reader(
    _percentiles,
    {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": _PERCENT},
        "additionalProperties": SECONDS.schema,
    },
)
