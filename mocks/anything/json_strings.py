"""Texts and numbers a JSON Schema allows."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from random import Random
from typing import Any
from uuid import UUID

from mocks.anything import pattern
from mocks.anything.refusal import Unmakeable
from mocks.anything.words import day_near, fitted, is_moment, moments, text_for

_PATTERN_TRIES = 20


def texts(schema: Mapping[str, Any], name: str, draw: Random, today: date) -> Iterator[str]:
    """Texts for a field of this name, the likeliest first; the caller tries them."""
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    made = _FORMATS.get(schema.get("format", ""))
    if made is not None:
        yield made(draw, today)
    patterns = schema.get("patterns", [])
    if patterns and is_moment(name):
        yield from moments(draw, today)
    for turn in range(_PATTERN_TRIES if patterns else 0):
        try:
            wanted = patterns[turn % len(patterns)]
            yield pattern.text_of(wanted, draw, low, high, anchors=True)
        except (Unmakeable, ValueError):
            break
    if made is not None:
        yield fitted(made(draw, today), draw, low, high)
    yield text_for(name, draw, today, low, high)


def number(schema: Mapping[str, Any], draw: Random, *, whole: bool) -> int | float:
    """A number within the bounds, a multiple where one is asked for."""
    step = Decimal(str(schema["multipleOf"])) if "multipleOf" in schema else None
    if whole:
        step = _whole_step(step)
    for unit in (step,) if step is not None else _UNITS:
        span = _span(schema, unit)
        if span is not None:
            low, high = span
            start = max(low, min(1, high))
            value = unit * draw.randint(start, min(high, max(start, 1) + 199))
            return int(value) if value == value.to_integral_value() else float(value)
    raise Unmakeable("no number between its ends")


_UNITS = tuple(Decimal(text) for text in ("0.01", "1", "0.0001", "1e-8", "1e-12"))


def _whole_step(step: Decimal | None) -> Decimal:
    if step is None:
        return Decimal(1)
    numerator, _ = step.as_integer_ratio()
    return Decimal(numerator)  # the least whole multiple of a fraction in its lowest terms


def _span(schema: Mapping[str, Any], unit: Decimal) -> tuple[int, int] | None:
    low, high = -(10**12), 10**12
    for word, strict in (("minimum", False), ("exclusiveMinimum", True)):
        if word in schema:
            end = Decimal(str(schema[word])) / unit
            least = int(end.to_integral_value(ROUND_CEILING))
            low = max(low if word != "minimum" else least, least + (strict and least == end))
    for word, strict in (("maximum", False), ("exclusiveMaximum", True)):
        if word in schema:
            end = Decimal(str(schema[word])) / unit
            most = int(end.to_integral_value(ROUND_FLOOR))
            high = min(high if word != "maximum" else most, most - (strict and most == end))
    return (low, high) if low <= high else None


def _time_of_day(draw: Random) -> str:
    return f"{draw.randint(8, 17):02d}:{draw.randint(0, 59):02d}:{draw.randint(0, 59):02d}"


_FORMATS: dict[str, Callable[[Random, date], str]] = {
    "date": lambda d, t: day_near(d, t).isoformat(),
    "date-time": lambda d, t: f"{day_near(d, t)}T{_time_of_day(d)}+08:00",
    "time": lambda d, t: f"{_time_of_day(d)}+08:00",
    "duration": lambda d, t: f"P{d.randint(1, 30)}D",
    "email": lambda d, t: f"wang{d.randint(1, 999)}@example.org",
    "idn-email": lambda d, t: f"wang{d.randint(1, 999)}@example.org",
    "hostname": lambda d, t: f"host{d.randint(1, 999)}.example.org",
    "idn-hostname": lambda d, t: f"host{d.randint(1, 999)}.example.org",
    "ipv4": lambda d, t: f"192.0.2.{d.randint(1, 254)}",
    "ipv6": lambda d, t: f"2001:db8::{d.randint(1, 9999):x}",
    "uri": lambda d, t: f"https://example.org/{d.randint(1, 9999)}",
    "url": lambda d, t: f"https://example.org/{d.randint(1, 9999)}",
    "uri-reference": lambda d, t: f"/{d.randint(1, 9999)}",
    "uri-template": lambda d, t: "/sample/{id}",
    "iri": lambda d, t: f"https://example.org/{d.randint(1, 9999)}",
    "iri-reference": lambda d, t: f"/{d.randint(1, 9999)}",
    "uuid": lambda d, t: str(UUID(int=d.getrandbits(128), version=4)),
    "byte": lambda d, t: b64encode(d.randbytes(6)).decode(),
    "regex": lambda d, t: "^[a-z]+$",
    "json-pointer": lambda d, t: "/sample",
    "relative-json-pointer": lambda d, t: "0/sample",
}
