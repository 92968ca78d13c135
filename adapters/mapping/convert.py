"""Values to and from text, as every contract has them. Raises MappingError, never guesses."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from adapters.shape import Kind
from schema.domain.calendar import YEARS
from schema.domain.formats import UNWRITABLE
from schema.domain.identifiers import is_document_number

_NOT_WHOLE = "is no whole number"
LONGEST_NUMBER = 64  # characters; more are no number anybody counts by
_WHOLE = 10**30  # whole numbers below it are no question
_LOSES = 2.0**53  # from it on what JSON writes with a point or an exponent is read as another
LONGEST_TEXT = 20_000  # characters; what is longer is a document, no field
SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)?|\d{8}", re.ASCII)
_MOMENT = re.compile(r"(?:\d{4}-\d\d-\d\d|\d{8})[T ]\d\d", re.ASCII)


class MappingError(ValueError):
    """A value the mapping has no place for; the message names rules, never the value."""


class NotOfKind(MappingError):
    """A text that writes no value of the kind it has to be of: no number, no date."""


class Marker:
    """A value that is not there in a particular way."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NIL = Marker("nil")
EMPTY = Marker("empty")


def to_text(value: Any) -> str:
    """As XML and URLs write it: true/false, plain decimals, ISO dates."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def to_decimal(value: Any) -> Decimal:
    """A finite Decimal with the digits it was written with.

    A JSON number beyond 64 bits, or a fraction of more than 15 digits, may have lost some when it
    was read: it is refused.
    """
    if value.__class__ is str:
        return _read(value)
    if isinstance(value, Decimal):
        return _finite(value)
    number = _read(str(value))
    if isinstance(value, float) and (abs(value) >= _LOSES or float(f"{value:.15g}") != value):
        raise NotOfKind("has too many digits")
    return number


def _read(text: str) -> Decimal:
    text = text.strip()
    if len(text) > LONGEST_NUMBER:
        raise NotOfKind("has too many digits")
    try:
        return _finite(Decimal(text))
    except InvalidOperation:
        raise NotOfKind("is no decimal number") from None


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise NotOfKind("is no finite number")
    if abs(number.adjusted()) > LONGEST_NUMBER:  # written out, 1E+200000000 has as many zeros
        raise NotOfKind("has too many digits")
    return number


def to_integer(value: Any) -> int:
    """A whole number."""
    if value.__class__ is int and -_WHOLE < value < _WHOLE:
        return int(value)
    try:
        number = to_decimal(value)
    except NotOfKind:
        raise NotOfKind(_NOT_WHOLE) from None
    if number != number.to_integral_value() or abs(number.adjusted()) > 30:
        raise NotOfKind(_NOT_WHOLE)
    return int(number)


def to_document_number(value: Any) -> str:
    """The number of a person's document; a resident's with the right check character."""
    text = to_text(value)
    if not is_document_number(text):
        raise NotOfKind("is no number of a person's document")
    return text


def within_reason(value: str, place: str) -> None:
    """Nothing, unless a text is none of a field, for which no contract's word is needed.

    That is one longer than any field, and one with characters that cannot be written: Chinese that
    was misread as Latin-1 is full of them.
    """
    if len(value) > LONGEST_TEXT:
        raise MappingError(f"{place} is longer than {LONGEST_TEXT:,} characters")
    if not value.isprintable() and UNWRITABLE.search(value):
        raise MappingError(f"{place} has characters that cannot be written")


def to_boolean(value: Any) -> bool:
    """A truth value as XSD and JSON write it."""
    if isinstance(value, bool):
        return value
    word = str(value).strip()
    if word in ("true", "1"):
        return True
    if word in ("false", "0"):
        return False
    raise NotOfKind("is neither true nor false")


def to_date(value: Any) -> date:
    """A calendar date, of a moment its day in Shanghai; a time zone behind a date is dropped."""
    if isinstance(value, datetime):
        return _day_of(value)
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text[:10])
        if _MOMENT.match(text):
            return _day_of(datetime.fromisoformat(text))
    except ValueError:
        pass
    raise NotOfKind("is no ISO date")


def _day_of(moment: datetime) -> date:
    try:
        return (moment.astimezone(SHANGHAI) if moment.tzinfo else moment).date()
    except OverflowError:
        raise NotOfKind("is no moment of any day in Shanghai") from None


def to_datetime(value: Any) -> datetime:
    """An aware moment; without a zone it is Shanghai's."""
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise NotOfKind("is no ISO date and time") from None
    return _moment(moment, SHANGHAI)


def _moment(moment: datetime, zone: ZoneInfo) -> datetime:
    """Aware, and of years in which something can have happened."""
    if moment.year not in YEARS:
        raise NotOfKind(f"is no moment of the years {YEARS.start} to {YEARS.stop - 1}")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


TO_KIND: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: to_text,
    Kind.INTEGER: to_integer,
    Kind.DECIMAL: to_decimal,
    Kind.BOOLEAN: to_boolean,
    Kind.DATE: to_date,
    Kind.DATETIME: to_datetime,
}


def parse_date(layout: str) -> Callable[[Any], date]:
    """Text in `layout` to a date."""
    compact = layout == "%Y%m%d"

    def read(value: Any) -> date:
        try:
            text = str(value).strip()
            if compact and len(text) == 8 and text.isascii() and text.isdigit():
                return date.fromisoformat(text)  # as strptime does, at a hundredth of its cost
            return datetime.strptime(text, layout).date()  # noqa: DTZ007 — a date
        except ValueError:
            raise NotOfKind(f"is no date in the form {layout}") from None

    return read


def format_date(layout: str) -> Callable[[Any], str]:
    """A date to text in `layout`."""
    return lambda value: to_date(value).strftime(layout)


_NUMBERS = {"%Y": "year", "%m": "month", "%d": "day", "%H": "hour", "%M": "minute", "%S": "second"}


def written(layout: str) -> Callable[[datetime], str]:
    """What strftime writes, at a third of its cost where the layout has numbers alone."""
    parts = [_NUMBERS.get(mark) for mark in re.findall("%.?", layout, re.DOTALL)]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return lambda moment: moment.strftime(layout)
    form = re.sub("%.", lambda mark: "%d" if mark[0] == "%Y" else "%02d", layout)
    numbers = attrgetter(*known)
    return lambda moment: form % numbers(moment)


_EPOCH = {"epoch_ms": 1000, "epoch_s": 1}


def parse_datetime(layout: str | None, zone: ZoneInfo) -> Callable[[Any], datetime]:
    """Text (or a count since 1970) to an aware moment."""
    if layout in _EPOCH:
        scale = _EPOCH[layout]

        def count(value: Any) -> datetime:
            try:
                moment = datetime.fromtimestamp(to_integer(value) / scale, UTC).astimezone(zone)
            except (OverflowError, OSError, ValueError):
                raise NotOfKind(f"is no {layout}") from None
            return _moment(moment, zone)

        return count

    def read(value: Any) -> datetime:
        try:
            text = str(value).strip()
            if layout is None:
                moment = datetime.fromisoformat(text)
            else:
                moment = datetime.strptime(text, layout)  # noqa: DTZ007 — the zone follows
        except ValueError:
            raise NotOfKind(f"is no time in the form {layout or 'ISO 8601'}") from None
        return _moment(moment, zone)

    return read


def format_datetime(layout: str | None, zone: ZoneInfo) -> Callable[[Any], Any]:
    """An aware moment to text (or a count since 1970) in `zone`."""
    if layout in _EPOCH:
        scale = _EPOCH[layout]
        return lambda value: int(to_datetime(value).timestamp() * scale)
    if layout is None:
        return lambda value: to_datetime(value).astimezone(zone).isoformat()
    write = written(layout)
    return lambda value: write(to_datetime(value).astimezone(zone))


def fixed(scale: int) -> Callable[[Any], str]:
    """A decimal with exactly `scale` places, rounded half up as a clerk would."""
    step = Decimal(1).scaleb(-scale)

    def write(value: Any) -> str:
        try:
            return format(to_decimal(value).quantize(step, ROUND_HALF_UP), "f")
        except InvalidOperation:
            raise MappingError("has too many digits") from None

    return write
