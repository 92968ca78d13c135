"""Dates and times: the stages `date` and `datetime`, and layouts that lose nothing."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.mapping import convert
from adapters.mapping.parse import BadExpression, Term
from adapters.mapping.stage import Environment, Made, text_of
from adapters.rules import Rule
from adapters.shape import Kind

_DAY = date(2026, 11, 23)
_MOMENT = datetime(2026, 11, 23, 10, 41, 57, tzinfo=convert.SHANGHAI)
_CLOCK = ("%H", "%I", "%M", "%S")
_COUNTS = ("epoch_ms", "epoch_s")


def date_stage(env: Environment, args: tuple[Term, ...]) -> Made:
    """The stage `date`."""
    if not args:
        return convert.to_date, Kind.DATE
    layout = text_of(args[0])
    if any(directive in layout for directive in _CLOCK):
        raise _bad(layout, "%m is the month, %d the day")
    if env.replying:
        _keeps_the_day(layout)
        return convert.parse_date(layout), Kind.DATE
    return convert.format_date(layout), Kind.DATE if layout == "%Y-%m-%d" else Kind.TEXT


def datetime_stage(env: Environment, args: tuple[Term, ...]) -> Made:
    """The stage `datetime`."""
    layout = text_of(args[0]) if args else None
    zone = convert.SHANGHAI
    if len(args) > 1:
        try:
            zone = ZoneInfo(text_of(args[1]))
        except (ZoneInfoNotFoundError, ValueError):
            sentence = f"there is no time zone {text_of(args[1])!r}"
            raise BadExpression(
                sentence, Rule.STAGE_ARGUMENTS, "for example 'Asia/Shanghai'"
            ) from None
    layout = None if layout == "iso" else layout
    if env.replying:
        if layout is not None and layout not in _COUNTS:
            _keeps_the_day(layout)
        return convert.parse_datetime(layout, zone), Kind.DATETIME
    return convert.format_datetime(layout, zone), _written(layout)


def _written(layout: str | None) -> Kind:
    if layout in _COUNTS:
        return Kind.INTEGER
    iso = layout is None or layout.startswith("%Y-%m-%dT%H:%M:%S")
    return Kind.DATETIME if iso else Kind.TEXT


def _keeps_the_day(layout: str) -> None:
    """A day written in this layout is read as the same day."""
    try:
        read = datetime.strptime(_MOMENT.strftime(layout), layout)  # noqa: DTZ007 — a date
    except ValueError:
        raise _bad(layout, "directives are those of strptime, as in '%Y%m%d'") from None
    if read.date() != _DAY:
        raise _bad(layout, "name year, month and day: %Y %m %d")


def _bad(layout: str, remedy: str) -> BadExpression:
    return BadExpression(f"{layout!r} is no layout of a date", Rule.STAGE_LAYOUT, remedy)
