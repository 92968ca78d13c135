"""Memory two processes see."""

import os
import random
import signal
import subprocess
import sys

import pytest

from mocks.journal.ring import Ring, TooLong, shared_memory

CAPACITY = 4096


def ring() -> Ring:
    return Ring(shared_memory(CAPACITY))


def test_what_is_kept_is_always_the_newest_of_what_was_appended() -> None:
    kept, draw, appended = ring(), random.Random(7), []
    for number in range(2_000):
        payload = bytes([number % 251]) * draw.randrange(1, 400)
        appended.append((kept.append(payload), payload))
        found = kept.records()
        assert found == appended[-len(found) :]
        assert sum(len(payload) for _, payload in found) > CAPACITY // 4 or len(found) == number + 1


def test_a_reader_asks_for_what_is_new() -> None:
    kept = ring()
    kept.append(b"before")
    seen = kept.head
    kept.append(b"after")

    assert [payload for _, payload in kept.records(since=seen)] == [b"after"]
    assert kept.records(since=kept.head) == []


def test_the_beginning_of_a_record_is_filled_in_later_unless_it_is_gone() -> None:
    kept = ring()
    early, late = kept.append(b"....early"), kept.append(b"....late")
    kept.amend(late, b"done")
    assert [payload for _, payload in kept.records()] == [b"....early", b"donelate"]

    for _ in range(10):
        kept.append(b"x" * 1000)
    before = kept.records()
    kept.amend(early, b"????")

    assert kept.records() == before


def test_cleared_memory_holds_nothing_and_takes_more() -> None:
    kept = ring()
    kept.append(b"old")
    kept.clear()
    assert kept.records() == []

    kept.append(b"new")

    assert [payload for _, payload in kept.records()] == [b"new"]


def test_one_record_does_not_push_out_the_others() -> None:
    with pytest.raises(TooLong):
        ring().append(b"x" * (CAPACITY // 4))


def test_a_reader_beside_a_busy_writer_sees_whole_records_and_never_goes_back() -> None:
    memory = shared_memory(CAPACITY)
    program = (
        "import sys\nfrom mocks.journal.ring import Ring\n"
        f"ring = Ring({memory})\nring.append(bytes(40))\nprint('there', flush=True)\n"
        "for number in range(10**9):\n"
        "    size = 1 + number % 59\n    ring.append(bytes([size]) * size * 4)\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", program], pass_fds=[memory], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"there\n"
        read, head = Ring(memory), 0
        try:
            for turn in range(1_000_000):
                before, head = head, read.head
                assert before <= head, turn
                assert turn % 500 or read.positions(), turn
                for _, payload in read.records() if turn % 500 == 0 else ():
                    size = payload[0]
                    assert payload == (bytes([size]) * size * 4 or bytes(40)), turn
        finally:
            writer.kill()


def test_a_killed_writer_takes_nothing_along() -> None:
    memory = shared_memory(CAPACITY)
    program = (
        "import sys\nfrom mocks.journal.ring import Ring\n"
        f"ring = Ring({memory})\nring.append(b'one')\nring.append(b'two')\n"
        "print('there', flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", program],
        pass_fds=[memory],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"there\n"
        os.kill(writer.pid, signal.SIGKILL)

    assert [payload for _, payload in Ring(memory).records()] == [b"one", b"two"]
