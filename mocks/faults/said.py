"""Reading what a rule says, key by key; what is wrong is said with what would be right."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta, timezone
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_LONGEST_S = 86_400.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Reader = Callable[[Any], Any]
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Wrong(ValueError):
    """A key that cannot be obeyed, and how to mend it."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}" if key else why)


def near(wrong: object, known: Iterable[str]) -> str:
    """The end of a sentence that offers the nearest known name."""
    found = get_close_matches(str(wrong), list(known), n=1, cutoff=0.5)
    return f" — did you mean {found[0]}?" if found else ""


def read(key: str, reader: Reader, value: Any) -> Any:
    """The value as its reader takes it; Wrong, naming the key, when it does not."""
    try:
        return reader(value)
    except (ValueError, TypeError) as wrong:
        raise Wrong(key, f"{value!r} is not {wrong}") from None


def like(default: Any) -> Reader:
    """The reader for a parameter with this default."""
    if isinstance(default, str):
        return text
    return positive if isinstance(default, int) else seconds


def text(value: Any) -> str:
    """A text of one line: it may become a header."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError("a text of one line")
    return value


def names(value: Any) -> frozenset[str]:
    """One name or a list of names."""
    told = value if isinstance(value, list) else [value]
    if not told or not all(isinstance(name, str) and name for name in told):
        raise ValueError("a name or a list of names")
    return frozenset(told)


def whole(value: Any) -> int:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a whole number")
    return value


def count(value: Any) -> int:
    """A whole number, 0 or more; None is told as no limit."""
    if value is not None and whole(value) < 0:
        raise ValueError("a whole number, 0 or more")
    return value  # type: ignore[no-any-return]  # None stays None


def positive(value: Any) -> int:
    """A whole number from 1."""
    if whole(value) < 1:
        raise ValueError("a whole number, 1 or more")
    return value  # type: ignore[no-any-return]  # checked above


def number(value: Any, low: float, high: float, what: str) -> float:
    """A number between two others."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{what} from {low:g} to {high:g}")
    return float(value)


def share(value: Any) -> float:
    """A probability."""
    return number(value, 0, 1, "a probability")


def seconds(value: Any) -> float:
    """A span in seconds, a day at most."""
    return number(value, 0, _LONGEST_S, "a number of seconds")


def span(value: Any) -> tuple[float, float]:
    """Two numbers of seconds, the lower first."""
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("a pair of seconds like [0.1, 0.5]")
    low, high = seconds(value[0]), seconds(value[1])
    if low > high:
        raise ValueError("a pair of seconds, the lower first")
    return low, high


def spread(value: Any) -> float:
    """The sigma of a log-normal distribution."""
    return number(value, 0, 5, "a sigma")


def rate(value: Any) -> float:
    """Calls a second."""
    return number(value, 0.001, 1_000_000, "a rate")


def choice(*known: str) -> Reader:
    """The reader of one of these words."""

    def reader(value: Any) -> str:
        if value not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return str(value)

    return reader


def percentiles(value: Any) -> list[tuple[float, float]]:
    """Percent and seconds, in order; both grow."""
    if not isinstance(value, dict) or not value:
        raise ValueError('a table like {"50": 0.1, "99": 2}')
    try:
        table = sorted((float(percent), seconds(told)) for percent, told in value.items())
    except ValueError:
        raise ValueError('a table of percent and seconds like {"50": 0.1, "99": 2}') from None
    times = [told for _, told in table]
    if table[0][0] < 0 or table[-1][0] > 100 or times != sorted(times):
        raise ValueError("a table from 0 to 100 percent whose seconds grow")
    return table


def moment(value: Any) -> datetime:
    """A moment; without an offset it is Shanghai's."""
    try:
        told = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueError("a moment like 2026-09-21T09:00") from None
    return told if told.tzinfo else told.replace(tzinfo=_SHANGHAI)


def weekdays(value: Any) -> frozenset[int]:
    """Days of the week, Monday is 0."""
    told = value if isinstance(value, list) else [value]
    if not told or any(day not in DAYS for day in told):
        raise ValueError(f"a list of {', '.join(DAYS)}")
    return frozenset(DAYS.index(day) for day in told)


def hours(value: Any) -> tuple[time, time]:
    """From when until when each day; it may pass midnight."""
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except (ValueError, AttributeError):
        raise ValueError("a span like 16:00-18:00") from None
    return start, end


def any_like(patterns: Iterable[str], words: Iterable[str]) -> bool:
    """Whether a word matches a pattern; * stands for anything."""
    return any(fnmatchcase(word, pattern) for pattern in patterns for word in words)


def obeyable(
    file: Path, department: str, told: Mapping[str, Any], make: Callable[[Any], T]
) -> list[T] | None:
    """The rules a file tells a department; None, with a word on the log, for what is impossible.

    The controls write none of that: somebody did by hand, and what was in force stays.
    """
    try:
        return [make(spec) for spec in told.get(department, [])]
    except (TypeError, ValueError, OverflowError) as wrong:
        _log.warning("%s: %s: %s — what was in force stays", file, department, wrong)
        return None
