"""What departments said lately, in this process: fresh for seconds, then the last known.

Bounded twice: so many readings, so many bytes. What a tag names is no longer fresh from the moment
it is forgotten on, whatever call brought it that began before; it stays the last known.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from schema.domain.reading import Reading


class Key(NamedTuple):
    """One value of one department for one viewer; nothing is shared between viewers."""

    department: str
    source: str  # register, or service for progress
    way: str  # lookup, or "progress"
    key: str
    scope: str


key_of: Final[Callable[[tuple[str, str, str, str, str]], Key]] = partial(tuple.__new__, Key)
"""The key of these, made without a step in Python: one is made for every read."""

Tag = tuple[str, ...]
"""What may be forgotten at once; see `of_department`, `of_source`, `of_number`, `of_people`."""

_ENTRY = 900  # bytes an entry takes besides its value: key, reading, provenance, places in dicts
_NOTHING, _WORD, _ROW = (
    16,
    50,
    200,
)  # bytes None takes, and a word and a record take besides their letters
_ASTRAL: Final = b"\xf0"  # begins a letter beyond the first plane, in UTF-8
_TAGS: Final = 10_000


def of_department(department: str) -> Tag:
    """All that a department said."""
    return ("department", department)


def of_source(department: str, source: str) -> Tag:
    """One register, or what is told of one service's filings."""
    return ("source", department, source)


def of_number(department: str, number: str) -> Tag:
    """What was asked by this number, a receipt for example, for whomever."""
    return ("number", department, number)


def of_people(department: str, scope: str) -> Tag:
    """All that a department said for one viewer."""
    return ("people", department, scope)


class _Entry(msgspec.Struct, eq=False):
    reading: Reading
    put_at: float
    fresh_s: float
    known_s: float
    mark: int
    bytes: int


class Memory:
    """At most `size` readings and about `bytes` bytes, the least recently used leaving first.

    What is never the last known, that there is no such record, takes a tenth of each at most: who
    asks for numbers nobody has pushes nobody's values out. Time is an argument.
    """

    def __init__(self, size: int = 10_000, *, most_bytes: int = 32_000_000) -> None:
        self._size = size
        self._most_bytes = most_bytes
        self._heaviest = most_bytes // 8
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self.keys: Final = self._entries.keys()  # as they are at any time
        self._brief: OrderedDict[Key, None] = (
            OrderedDict()
        )  # which of them are never the last known
        self._brief_bytes = 0
        self._forgotten: OrderedDict[Tag, int] = OrderedDict()
        self._floor = 0  # what is older is not fresh: its tags are no longer remembered
        self.mark = 0  # a moment; take it when a call begins, and hand it in with the answer
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(
        self, key: Key, reading: Reading, now: float, fresh_s: float, known_s: float, mark: int
    ) -> None:
        """Remember what a department said to a call that began at `mark`.

        What was said to a call that began later, after something was forgotten, is the newer.
        """
        entries = self._entries
        before = entries.get(key)
        if before is not None:
            if before.mark > mark:
                return
            self._drop(key)
        # What was asked for may be long as well; a letter takes four bytes at most.
        weight = _ENTRY + len(key.key) * 4 + weight_of(reading.value)
        if weight > self._heaviest:
            return
        entries[key] = _Entry(reading, now, fresh_s, known_s, mark, weight)
        self.bytes = held = self.bytes + weight
        if known_s <= fresh_s:
            self._keep_briefly(key, weight)
        if len(entries) > self._size or held > self._most_bytes:
            self._make_room()

    def _make_room(self) -> None:
        entries = self._entries
        while len(entries) > self._size or self.bytes > self._most_bytes:
            self._dropped(*entries.popitem(last=False))

    def _keep_briefly(self, key: Key, weight: int) -> None:
        brief = self._brief
        brief[key] = None
        self._brief_bytes += weight
        while len(brief) > self._size / 10 or self._brief_bytes > self._most_bytes / 10:
            self._drop(next(iter(brief)))

    def _drop(self, key: Key) -> None:
        self._dropped(key, self._entries.pop(key))

    def _dropped(self, key: Key, entry: _Entry) -> None:
        self.bytes -= entry.bytes
        if self._brief and key in self._brief:
            del self._brief[key]
            self._brief_bytes -= entry.bytes

    def fresh(self, key: Key, now: float) -> Reading | None:
        """The reading, as long as it may stand for a new one."""
        entry = self._entries.get(key)
        if entry is None or now >= entry.put_at + entry.fresh_s or not self.holds(key, entry.mark):
            return None
        self._entries.move_to_end(key)
        return entry.reading

    def known(self, key: Key, *, now: float) -> Reading | None:
        """The last known reading, fresh or not."""
        entry = self._entries.get(key)
        if entry is None or now >= entry.put_at + entry.known_s:
            return None
        return entry.reading

    def weight(self, key: Key) -> int:
        """About how many bytes its entry takes."""
        entry = self._entries.get(key)
        return 0 if entry is None else entry.bytes

    def forget(self, tag: Tag) -> None:
        """From now on, what bears the tag is asked anew."""
        self.mark += 1
        self._forgotten[tag] = self.mark
        self._forgotten.move_to_end(tag)
        if len(self._forgotten) > _TAGS:
            self._floor = self._forgotten.popitem(last=False)[1]

    def holds(self, key: Key, mark: int) -> bool:
        """Whether nothing of this key was forgotten since `mark`."""
        if mark == self.mark:
            return True
        forgotten = self._forgotten
        return mark >= self._floor and not any(forgotten.get(tag, 0) > mark for tag in tags_of(key))


def weight_of(value: Any) -> int:
    """About how many bytes a value takes.

    By its text as JSON, found in a tenth of the time it takes to ask every value inside. The names
    of fields, which are shared and in it, stand for some of what else a word takes.
    """
    if value is None:
        return _NOTHING
    try:
        text = orjson.dumps(value, default=str)
    except TypeError:  # what JSON has no form for
        text = repr(value).encode("utf-8", "replace")
    # Words that are not ASCII take two or four bytes a letter, and are there as they came as well.
    letters = len(text)
    if not text.isascii():
        letters = letters * 5 if _ASTRAL in text else letters * 5 // 2
    if value.__class__ is dict:  # as most are
        return letters + _ROW + _WORD * len(value)
    if value.__class__ is list:
        return letters + len(value) * _frame(next(filter(None, value), None))
    return letters + _frame(value)


def _frame(value: Any) -> int:
    return _ROW + _WORD * len(value) if isinstance(value, Mapping) else _WORD


def tags_of(key: Key) -> tuple[Tag, ...]:
    """Every tag a key bears."""
    return (
        of_department(key.department),
        of_source(key.department, key.source),
        of_number(key.department, key.key),
        of_people(key.department, key.scope),
    )
