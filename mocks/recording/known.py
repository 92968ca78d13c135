"""Who is named once in an exchange is named nowhere in it.

What stands under a person's name is looked for in all the rest, in longer texts and in addresses as
well. What might as well be a word of anybody's (a single letter, 本人, a short number) is not.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from urllib.parse import quote, unquote

from mocks.recording.people import Pattern
from mocks.recording.pseudonym import Pseudonym
from mocks.recording.redaction import Redaction

_MOST = 5_000  # values of one exchange
_DIGITS, _HAN = 5, 2
_BETWEEN = re.compile(r"[\s,，、;；/|()（）]+")
_WORDS = re.compile(r"[^\W\d_]+(?:[-'.]? [^\W\d_]+)+")
_ANYBODYS = frozenset(
    {"本人", "自己", "先生", "女士", "未知", "暂无", "没有", "同上", "不详", "匿名"}
)
_AROUND = "[0-9A-Za-z]"  # what a word or a number ends before


def known_in(redaction: Redaction, read: Callable[[Redaction], object]) -> Mapping[str, str]:
    """The sort of each value that stands under a person's name in what is read."""
    found: dict[str, str] = {}
    sorts = {one.name for one in redaction.named}

    def noted(sort: str, value: str) -> str:
        if sort in sorts:
            for part in (value, *_BETWEEN.split(value)):
                if len(found) < _MOST and _is_somebodys_own(part):
                    found.setdefault(part, sort)
        return value

    if sorts:
        read(replace(redaction, instead=noted))
    return found


def knowing(redaction: Redaction, known: Mapping[str, str]) -> Redaction:
    """The same rules, and what is known goes wherever it stands."""
    if not known:
        return redaction
    made = {one.name: one.instead for one in redaction.named}
    by_sort: dict[str, list[str]] = {}
    for value, sort in known.items():
        by_sort.setdefault(sort, []).append(value)
    further = [
        Pattern(name=sort, looks=_any_of(values), instead=_as_found(made[sort]))
        for sort, values in by_sort.items()
    ]
    return replace(redaction, patterns=(*redaction.patterns, *further))


def anywhere(redaction: Redaction, values: Iterable[str]) -> Redaction:
    """The same rules, of which `instead` says what stands for these values wherever they stand."""
    own = [value for value in values if _is_somebodys_own(value)]
    if not own:
        return redaction
    further = Pattern(name="known", looks=_any_of(own))
    return replace(redaction, patterns=(*redaction.patterns, further))


def _is_somebodys_own(value: str) -> bool:
    if value in _ANYBODYS:
        return False
    han = sum("\u3400" <= one <= "\u9fff" for one in value)
    return han >= _HAN or sum(map(str.isdigit, value)) >= _DIGITS or bool(_WORDS.fullmatch(value))


def _as_found(instead: Pseudonym) -> Pseudonym:
    """What stands for a value, escaped where the value was."""

    def made(key: bytes, found: str) -> str:
        plain = unquote(found)
        return instead(key, found) if plain == found else quote(instead(key, plain), safe="")

    return made


def _any_of(values: Iterable[str]) -> re.Pattern[str]:
    """What finds one of many in long texts: first by their first letter, the longest first."""
    spelt = {each for value in values for each in _spellings(value)}
    ordered = sorted(spelt, key=lambda one: (one[0], -len(one), one))
    groups = groupby(ordered, key=lambda one: one[0])
    return re.compile("|".join(_beginning(first, list(ones)) for first, ones in groups))


def _spellings(value: str) -> Iterator[str]:
    yield value
    if not value.isascii():
        escaped = quote(value, safe="")
        yield escaped
        yield re.sub("%..", lambda found: found[0].lower(), escaped)


def _beginning(first: str, values: list[str]) -> str:
    rests = (
        re.escape(value[1:]) + (f"(?!{_AROUND})" if re.match(_AROUND, value[-1]) else "")
        for value in values
    )
    before = f"(?<!{_AROUND}{first})" if re.match(_AROUND, first) else ""
    return f"{re.escape(first)}{before}(?:{'|'.join(rests)})"
