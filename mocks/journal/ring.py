"""Memory two processes see: one appends records, the other reads them and disturbs nobody.

A killed writer takes nothing along, and an old record gives way to a new one. Positions grow for
ever; a record stands at its position modulo the capacity and is never split: what is left at the
end, too short for it, is a gap.

    0   head u64    where the next record goes
    8   tail u64    the oldest record; moved on before its bytes are written over
    16  records     length u32 (a gap: GAP), payload, up to a multiple of 8
"""

import mmap
import os
import struct
import tempfile
from bisect import bisect_left
from collections.abc import Iterator

CAPACITY = 8 * 1024 * 1024
_HEADER = 16
_HEAD, _TAIL = 0, 1
_GAP = 0xFFFFFFFF
_SPARE = 128  # what gives way does for some that come later too: a hundredth of all
_U32 = struct.Struct("<I")


class TooLong(ValueError):
    """A record that would push out too much of the others."""


def shared_memory(capacity: int = CAPACITY) -> int:
    """A descriptor of memory that children may inherit; gone with the last who holds it."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("mocks-journal", 0)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, _HEADER + capacity)
    return descriptor


class Ring:
    """The records in shared memory. One process appends; any may read; positions are bytes."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, os.fstat(descriptor).st_size)
        # Written whole: `struct` would write zeros first, and a reader would take them for it.
        self._ends = memoryview(self._memory)[:_HEADER].cast("Q")
        self._capacity = len(self._memory) - _HEADER
        self._quarter = self._capacity // 4
        self._free_until = 0  # up to there records can stand without further ado

    @property
    def head(self) -> int:
        """Where the next record goes; whoever reads from here on sees only newer ones."""
        return self._ends[_HEAD]

    @property
    def tail(self) -> int:
        """The position of the oldest record that is still there."""
        return self._ends[_TAIL]

    def append(self, payload: bytes) -> int:
        """Keep a record and return its position; the oldest give way. TooLong over a quarter."""
        length, ends = len(payload), self._ends
        start, need = ends[_HEAD], (length + 11) & -8  # its `_room`
        if start + need > self._free_until:
            start = self._made_room(start, need)
        if need > self._quarter:
            raise TooLong(f"{length} bytes")
        at = _HEADER + start % self._capacity
        self._memory[at : at + 4 + length] = _U32.pack(length) + payload
        ends[_HEAD] = start + need
        return start

    def _made_room(self, start: int, need: int) -> int:
        """Where a record so long can stand, what was there having given way."""
        capacity = self._capacity
        if need > self._quarter:
            return start
        left = capacity - start % capacity
        after = start + left if need > left else start
        if after + need > self.tail + capacity:
            self._give_way(after + need - capacity + capacity // _SPARE)
        if after > start:
            _U32.pack_into(self._memory, self._at(start), _GAP)
        self._free_until = min(after - after % capacity + capacity, self.tail + capacity)
        return after

    def amend(self, position: int, beginning: bytes) -> None:
        """Write over the beginning of a record's payload; nothing happens when it is gone."""
        if position >= self._ends[_TAIL]:
            at = _HEADER + position % self._capacity + 4
            self._memory[at : at + len(beginning)] = beginning

    def positions(self, since: int = 0) -> list[int]:
        """The position of every record from a position on, oldest first; none of them is read.

        `since` is 0, or a `head` or position seen before.
        """
        start = max(since, self.tail)
        while True:
            found = list(self._walk(start, self.head))
            tail = self.tail
            if tail <= start:
                return found
            # Lengths before the tail may be of what was written over them while we walked. The
            # tail is a record's beginning: met on the way, all from there on is right.
            met = bisect_left(found, tail)
            if met < len(found) and found[met] == tail:
                return found[met:]
            start = tail

    def payload(self, position: int, most: int = CAPACITY) -> bytes | None:
        """A record's payload, or its first so many bytes; None when it has given way."""
        at = self._at(position)
        (length,) = _U32.unpack_from(self._memory, at)
        found = self._memory[at + 4 : at + 4 + min(length, most)]
        return found if position >= self.tail else None

    def records(self, since: int = 0) -> list[tuple[int, bytes]]:
        """Position and payload of every record from a position on, oldest first."""
        found = ((position, self.payload(position)) for position in self.positions(since))
        return [(position, payload) for position, payload in found if payload is not None]

    def clear(self) -> None:
        """Forget every record. For the writer, or when there is none."""
        self._ends[_TAIL] = self.head

    def _walk(self, position: int, head: int) -> Iterator[int]:
        while position < head:
            (length,) = _U32.unpack_from(self._memory, self._at(position))
            if length == _GAP:
                position += self._capacity - position % self._capacity
                continue
            if length > self._capacity:  # torn: it was being written over
                return
            yield position
            position += _room(length)

    def _give_way(self, until: int) -> None:
        tail = self.tail
        if tail >= until:
            return
        while tail < until:
            (length,) = _U32.unpack_from(self._memory, self._at(tail))
            gap = self._capacity - tail % self._capacity
            tail += gap if length == _GAP else _room(length)
        self._ends[_TAIL] = tail

    def _at(self, position: int) -> int:
        return _HEADER + position % self._capacity


def _room(length: int) -> int:
    return (4 + length + 7) // 8 * 8
