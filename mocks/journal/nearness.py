"""Which of the requests that do not match came closest, and where each differs.

A value that is not there is farther off than another value, and another value the farther the less
it shares with what was wanted: who asks by a reference sees the reference that was mistyped before
the requests that bear none.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from mocks.journal.entry import Entry
from mocks.journal.matching import ANY, Difference, Matcher
from mocks.journal.plain import UNSURE

_ABSENT = 1.0
_OTHER = 0.5  # at least: two values that are almost right are as far off as one that is missing
_CHOSEN = frozenset({"department", "operation", "method", "fault", "status"})  # one of a few words
_COMPARED = 256  # characters
_NOWHERE = (inf, inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A request that came close, and where it differs."""

    entry: Entry
    differences: tuple[Difference, ...]


def near_misses(matcher: Matcher, entries: Iterable[Entry], limit: int) -> list[NearMiss]:
    """Those that differ least, the newest first among equals; none that matches.

    One that is already farther off than those found is not looked into any further.
    """
    nearest: list[tuple[tuple[float, float], NearMiss]] = []
    for entry in filter(matcher.in_question, entries):
        most = nearest[-1][0][0] if len(nearest) == limit else matcher.size * _ABSENT
        last = nearest[-1][0] if len(nearest) == limit else _NOWHERE
        if (_at_least(matcher, entry), -entry.received.real_at) > last:
            continue
        distance, found = _differing(matcher, entry, most)
        if found and distance <= most:
            near = NearMiss(entry=entry, differences=found)
            insort(nearest, ((distance, -entry.received.real_at), near), key=_nearness)
            del nearest[limit:]
    return [one for _, one in nearest]


def _nearness(found: tuple[tuple[float, float], NearMiss]) -> tuple[float, float]:
    return found[0]


def _at_least(matcher: Matcher, entry: Entry) -> float:
    """How far off its body is at least, as it came: what is masked in it is farther off."""
    found = 0.0
    for path, expected in matcher.body.items():
        got = entry.as_it_came(path, expected)
        if got is not UNSURE and (got is None or expected not in (ANY, got)):
            found += _apart(Difference(where=path, expected=expected, got=got))
    return found


def _differing(matcher: Matcher, entry: Entry, most: float) -> tuple[float, tuple[Difference, ...]]:
    """How far off it is, and its differences as far as that is no more than `most`."""
    distance, found = 0.0, []
    for one in matcher.differences(entry):
        distance += _apart(one)
        found.append(one)
        if distance > most:
            break
    return distance, tuple(found)


def _apart(one: Difference) -> float:
    if one.got is None or one.where in _CHOSEN:
        return _ABSENT
    wanted, got = one.expected[:_COMPARED], one.got[:_COMPARED]
    longer = max(len(wanted), len(got), 1)
    return _ABSENT - (_ABSENT - _OTHER) * min(_shared(wanted, got) / longer, 1)


def _shared(one: str, other: str) -> int:
    """How many characters both begin and end with."""
    shorter = min(len(one), len(other))
    first = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    rest = shorter - first
    last = next((n for n in range(rest) if one[-1 - n] != other[-1 - n]), rest)
    return first + last
