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
from collections.abc import Iterator

CAPACITY = 8 * 1024 * 1024
_HEADER = 16
_GAP = 0xFFFFFFFF
_U64 = struct.Struct("<Q")
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
        self._capacity = len(self._memory) - _HEADER

    @property
    def head(self) -> int:
        """Where the next record goes; whoever reads from here on sees only newer ones."""
        head: int = _U64.unpack_from(self._memory, 0)[0]
        return head

    @property
    def tail(self) -> int:
        """The position of the oldest record that is still there."""
        tail: int = _U64.unpack_from(self._memory, 8)[0]
        return tail

    def append(self, payload: bytes) -> int:
        """Keep a record and return its position; the oldest give way. TooLong over a quarter."""
        need = _room(len(payload))
        memory, capacity = self._memory, self._capacity
        if need > capacity // 4:
            raise TooLong(f"{len(payload)} bytes")
        head = self.head
        at = head % capacity
        start = head if need <= capacity - at else head + capacity - at
        if (until := start + need - capacity) > 0:
            self._give_way(until)
        if start != head:
            _U32.pack_into(memory, _HEADER + at, _GAP)
            at = 0
        at += _HEADER
        memory[at + 4 : at + 4 + len(payload)] = payload
        _U32.pack_into(memory, at, len(payload))
        _U64.pack_into(memory, 0, start + need)
        return start

    def amend(self, position: int, beginning: bytes) -> None:
        """Write over the beginning of a record's payload; nothing happens when it is gone."""
        if position >= self.tail:
            at = self._at(position) + 4
            self._memory[at : at + len(beginning)] = beginning

    def records(self, since: int = 0) -> list[tuple[int, bytes]]:
        """Position and payload of every record from a position on, oldest first.

        `since` is 0, or a `head` or position seen before.
        """
        tail, head = self.tail, self.head
        found = list(self._read(max(since, tail), head))
        kept = self.tail  # what was written over while we read is not what it was
        return [(position, payload) for position, payload in found if position >= kept]

    def clear(self) -> None:
        """Forget every record. For the writer, or when there is none."""
        _U64.pack_into(self._memory, 8, self.head)

    def _read(self, position: int, head: int) -> Iterator[tuple[int, bytes]]:
        while position < head:
            at = self._at(position)
            (length,) = _U32.unpack_from(self._memory, at)
            if length == _GAP:
                position += self._capacity - position % self._capacity
                continue
            if length > self._capacity:  # torn: it was being written over
                return
            yield position, self._memory[at + 4 : at + 4 + length]
            position += _room(length)

    def _give_way(self, until: int) -> None:
        tail = self.tail
        if tail >= until:
            return
        while tail < until:
            (length,) = _U32.unpack_from(self._memory, self._at(tail))
            gap = self._capacity - tail % self._capacity
            tail += gap if length == _GAP else _room(length)
        _U64.pack_into(self._memory, 8, tail)

    def _at(self, position: int) -> int:
        return _HEADER + position % self._capacity


def _room(length: int) -> int:
    return (4 + length + 7) // 8 * 8
