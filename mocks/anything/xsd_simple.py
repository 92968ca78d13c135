"""Texts a simple type of XML Schema allows."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from mocks.anything import pattern
from mocks.anything.refusal import Unmakeable
from mocks.anything.words import day_near, fitted, is_moment, is_more, moments, text_for
from mocks.anything.xsd_numbers import decimal_of, float_of, number_allowed
from mocks.anything.xsd_types import NUMBERS, Simple

_TRIES = 60
_NAMES = frozenset({"Name", "NCName", "NMTOKEN", "ID", "IDREF", "ENTITY", "QName", "NOTATION"})


def allowed(simple: Simple, text: str) -> bool:
    """Whether the type allows a text, as far as that is told without a validator."""
    if simple.members:
        return any(allowed(member, text) for member in simple.members)
    listed = not simple.enumeration or text in simple.enumeration
    if not listed or simple.item is not None or not _in_patterns(simple, text):
        return False
    if simple.primitive in NUMBERS:
        return number_allowed(simple, text)
    if simple.primitive in _TEXTS:
        return simple.low <= len(text) and (simple.high is None or len(text) <= simple.high)
    return bool(simple.enumeration)


_TEXTS = frozenset({"string", "normalizedString", "token", "anySimpleType"})


def text_of(simple: Simple, name: str, draw: Random, today: date) -> str:
    """A text the type allows, for a field of this name."""
    if simple.enumeration:
        return _chosen(simple, name, draw)
    if simple.members:
        return text_of(simple.members[0], name, draw, today)
    if simple.item is not None:
        return _list_of(simple, simple.item, name, draw, today)
    if simple.patterns:
        return _by_pattern(simple, name, draw, today)
    return _plainly(simple, name, draw, today)


def _chosen(simple: Simple, name: str, draw: Random) -> str:
    fit = [text for text in simple.enumeration if _in_patterns(simple, text)] or simple.enumeration
    # what says how a call went is the good news, which contracts name first
    if name.lower().endswith(("resultcode", "returncode", "retcode", "success")):
        return fit[0]
    return draw.choice(fit)


def _in_patterns(simple: Simple, text: str) -> bool:
    return all(any(pattern.matches(p, text) for p in step) for step in simple.patterns)


def _list_of(simple: Simple, item: Simple, name: str, draw: Random, today: date) -> str:
    count = max(simple.low, 1 if simple.high is None else min(1, simple.high))
    return " ".join(text_of(item, name, draw, today).replace(" ", "") for _ in range(count))


def _by_pattern(simple: Simple, name: str, draw: Random, today: date) -> str:
    loose = replace(simple, patterns=())
    for moment in moments(draw, today) if is_moment(name) else ():
        if _fits(simple, moment):
            return moment
    for turn in range(_TRIES):
        step = simple.patterns[-1 - turn % len(simple.patterns)]
        made = _from_step(simple, draw.choice(step), draw)
        if made is not None and _fits(simple, made):
            return made
        plain = _plainly(loose, name, draw, today)
        if _in_patterns(simple, plain):
            return plain
    raise Unmakeable(f"{name}: no text for the pattern {simple.patterns[-1][0]!r}")


def _from_step(simple: Simple, wanted: str, draw: Random) -> str | None:
    text = simple.primitive not in NUMBERS
    try:
        return pattern.text_of(
            wanted, draw, simple.low if text else 0, simple.high if text else None
        )
    except Unmakeable:
        return None


def _fits(simple: Simple, text: str) -> bool:
    if simple.primitive in _TEXTS or simple.primitive in NUMBERS:
        stripped = simple.primitive in ("string", "normalizedString") or text == text.strip()
        return stripped and allowed(simple, text)
    return _in_patterns(simple, text) and _readable(simple.primitive, text)


def _readable(primitive: str, text: str) -> bool:
    reader = _READERS.get(primitive)
    if reader is None:
        return True
    try:
        reader(text)
    except ValueError:
        return False
    return True


_READERS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "dateTime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "hexBinary": bytes.fromhex,
}


def _plainly(simple: Simple, name: str, draw: Random, today: date) -> str:
    if simple.primitive == "boolean":
        return "false" if is_more(name) else "true"
    if simple.primitive in NUMBERS:
        floating = simple.primitive in ("float", "double")
        return float_of(simple, draw) if floating else decimal_of(simple, name, draw)
    bound = simple.least or simple.most or simple.above or simple.below
    if bound is not None:
        return _beside(simple, bound)
    made = _MADE.get(simple.primitive)
    if made is not None:
        return made(simple, draw, today)
    if simple.primitive in _NAMES:
        return fitted(f"n{draw.randint(0, 999999)}", draw, simple.low, simple.high)
    return text_for(name, draw, today, simple.low, simple.high)


def _beside(simple: Simple, bound: str) -> str:
    """A time at its bound, or just beside it."""
    if bound in (simple.least, simple.most):
        return bound
    step = 1 if bound == simple.above else -1
    try:
        if simple.primitive == "date":
            return (date.fromisoformat(bound[:10]) + timedelta(days=step)).isoformat() + bound[10:]
        if simple.primitive == "dateTime":
            return (datetime.fromisoformat(bound) + timedelta(seconds=step)).isoformat()
    except ValueError as strange:
        raise Unmakeable(f"nothing beside {bound}") from strange
    raise Unmakeable(f"nothing beside {bound}")


def _octets(simple: Simple, draw: Random) -> bytes:
    count = max(simple.low, 6 if simple.high is None else min(6, simple.high))
    return draw.randbytes(count)


def _moment(draw: Random, today: date) -> str:
    clock = f"{draw.randint(8, 17):02d}:{draw.randint(0, 59):02d}:{draw.randint(0, 59):02d}"
    return f"{day_near(draw, today)}T{clock}"


def _base64(simple: Simple, draw: Random, _: date) -> str:
    return b64encode(_octets(simple, draw)).decode()


_MADE: dict[str, Callable[[Simple, Random, date], str]] = {
    "date": lambda s, d, t: day_near(d, t).isoformat(),
    "dateTime": lambda s, d, t: f"{_moment(d, t)}+08:00",
    "time": lambda s, d, t: _moment(d, t)[11:],
    "gYear": lambda s, d, t: str(t.year),
    "gYearMonth": lambda s, d, t: day_near(d, t).isoformat()[:7],
    "gMonthDay": lambda s, d, t: "--" + day_near(d, t).isoformat()[5:],
    "gMonth": lambda s, d, t: "--" + day_near(d, t).isoformat()[5:7],
    "gDay": lambda s, d, t: "---" + day_near(d, t).isoformat()[8:],
    "duration": lambda s, d, t: f"P{d.randint(1, 30)}D",
    "hexBinary": lambda s, d, t: _octets(s, d).hex().upper(),
    "base64Binary": _base64,
    "anyURI": lambda s, d, t: fitted(f"urn:sample:{d.randint(1, 9999)}", d, s.low, s.high),
    "language": lambda s, d, t: d.choice(("zh", "en")),
}
