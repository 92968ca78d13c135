"""The journals looked through again and again: what was read before is not read again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mocks.journal.matching import Matcher
from mocks.journal.record import Outcome, Received, packed
from mocks.journal.ring import Ring, shared_memory
from mocks.journal.shelf import Shelf

CAPACITY = 65_536
DONE = Outcome(status=200, duration_s=0.01, operation="find")


class Watched(Ring):
    """A ring that counts what is read of its records."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        super().__init__(shared_memory(capacity))
        self.asked = 0

    def payload(self, position: int, most: int = 8 * 1024 * 1024) -> bytes | None:
        self.asked += 1
        return super().payload(position, most)


class Written:
    """Rings somebody wrote in, and the shelf they stand on."""

    def __init__(self, *workers: str) -> None:
        self.rings = {worker: Watched() for worker in workers}
        self.shelf = Shelf(rings=self.rings)
        self._now = 1_800_000_000.0

    def write(self, worker: str, reference: str, outcome: Outcome | None = DONE) -> int:
        self._now += 1
        received = Received(
            real_at=self._now, virtual_at=datetime(2026, 9, 21, tzinfo=UTC), method="POST",
            path="/applications", query=b"", headers=[(b"content-type", b"application/json")],
            body=f'{{"reference": "{reference}"}}'.encode(), size=40,
        )  # fmt: skip
        return self.rings[worker].append(packed(received, outcome))

    def find(self, limit: int = 100, **wanted: Any) -> tuple[list[str | None], int, int]:
        found = self.shelf.find(Matcher.of(wanted), limit)
        return [entry.reference for entry in found.entries], found.count, found.kept

    @property
    def asked(self) -> int:
        """How often a record was read since this was asked last."""
        count = sum(ring.asked for ring in self.rings.values())
        for ring in self.rings.values():
            ring.asked = 0
        return count


def test_the_newest_of_all_departments_come_in_order_of_arrival() -> None:
    written = Written("market", "market.1", "fire")
    for number in range(9):
        written.write(("market", "fire", "market.1")[number % 3], f"c:{number}")

    assert written.find() == ([f"c:{n}" for n in range(9)], 9, 9)
    assert written.find(limit=2) == (["c:7", "c:8"], 9, 9)
    assert written.find(department="market") == (
        ["c:0", "c:2", "c:3", "c:5", "c:6", "c:8"], 6, 6
    )  # fmt: skip
    assert written.find(reference="c:4") == (["c:4"], 1, 9)


@pytest.mark.parametrize("wanted", [{}, {"reference": "c:7"}, {"operation": "find"}])
def test_the_same_question_reads_what_is_new_and_what_is_shown(wanted: dict[str, Any]) -> None:
    written = Written("market", "fire")
    for number in range(200):
        written.write(("market", "fire")[number % 2], f"c:{number}")
    written.find(limit=5, **wanted)
    assert written.asked >= 200

    written.find(limit=5, **wanted)
    again = written.asked
    written.write("fire", "c:7")
    references, _, kept = written.find(limit=5, **wanted)

    assert again <= 5 + len(written.rings)
    assert written.asked <= 5 + len(written.rings) + 2
    assert (references[-1], kept) == ("c:7", 201)


def test_a_request_that_goes_on_is_looked_at_again_once_something_came_of_it() -> None:
    written = Written("fire")
    position = written.write("fire", "c:1", None)
    written.write("fire", "c:2")
    assert written.find(status=200) == (["c:2"], 1, 2)
    assert written.find(reference="c:1") == (["c:1"], 1, 2)

    written.rings["fire"].amend(position, DONE.packed())

    assert written.find(status=200) == (["c:1", "c:2"], 2, 2)
    assert written.find(reference="c:1") == (["c:1"], 1, 2)


def test_what_gave_way_or_was_forgotten_is_found_no_more() -> None:
    written = Written("fire")
    hanging = written.write("fire", "c:old", None)
    assert written.find(reference="c:old") == (["c:old"], 1, 1)

    for number in range(1_000):
        written.write("fire", f"c:{number}")
        if number % 97 == 0:
            written.find(reference="c:5")
    references, count, kept = written.find()

    assert written.find(reference="c:old")[:2] == ([], 0)
    assert written.shelf.one(f"fire-{hanging}") is None
    assert (references[-1], count) == ("c:999", kept)
    assert kept == len(written.rings["fire"].records())
    written.rings["fire"].clear()
    assert written.find() == ([], 0, 0)
    written.write("fire", "c:new")
    assert written.find() == (["c:new"], 1, 1)


def test_one_is_found_by_its_id_and_nothing_by_what_is_none() -> None:
    written = Written("market", "market.1")
    written.write("market", "c:1")
    second = written.write("market.1", "c:2")

    found = written.shelf.one(f"market.1-{second}")

    assert found is not None
    assert (found.reference, found.department) == ("c:2", "market")
    for wrong in ("", "market", "market-", "market-x", "market-7", "market-²", f"fire-{second}"):
        assert written.shelf.one(wrong) is None


def test_a_line_is_an_entry_without_what_is_long_and_changes_until_it_is_over() -> None:
    written = Written("fire")
    position = written.write("fire", "c:1", None)

    def line() -> dict[str, Any]:
        entry = written.shelf.one(f"fire-{position}")
        assert entry is not None
        assert {**entry.shown(), **written.shelf.line(entry)} == entry.shown()
        return written.shelf.line(entry)

    assert (line()["status"], line()["reference"]) == (None, "c:1")
    written.rings["fire"].amend(position, DONE.packed())
    assert line()["status"] == 200
    assert not {"body", "headers", "query"} & set(line())
