"""A desk that follows another's ledger knows what is written there, and writes nothing."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mocks.core.clock import SHANGHAI
from mocks.core.deed import NotOurs
from mocks.core.filed import Status
from mocks.core.kit import Kit, assemble
from mocks.core.ledger import BrokenLedger

SERVICE = "fire_safety_inspection"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Kit, Kit]]:
    """The one who writes, and one who follows."""
    writer = assemble("fire", tmp_path)
    writer.clock.set(datetime(2026, 9, 21, 9, tzinfo=SHANGHAI), rate=0)
    follower = assemble("fire", tmp_path, follows=True, key=writer.key)
    yield writer, follower
    writer.ledger.close()
    follower.ledger.close()


def test_it_knows_a_filing_and_its_decisions_as_soon_as_they_are_written(
    two: tuple[Kit, Kit],
) -> None:
    writer, follower = two
    filed = writer.desk.receive("f:1", SERVICE, {"a": "1"}, key="k")

    follower.desk.catch_up()
    assert follower.desk.by_number(filed.number) == filed
    assert follower.desk.by_key("k") == filed
    writer.clock.advance(working_days=20)
    writer.desk.tick()
    follower.desk.catch_up()

    assert follower.desk.filings() == writer.desk.filings()
    assert follower.desk.by_number(filed.number).status is Status.GRANTED
    assert follower.desk.changed_since("") == writer.desk.changed_since("")


def test_a_line_half_written_is_read_when_it_is_whole(two: tuple[Kit, Kit]) -> None:
    writer, follower = two
    writer.desk.receive("f:1", SERVICE, {})
    path = writer.ledger.path
    whole = path.read_bytes()
    line = whole.replace(b'"f:1"', b'"f:2"').replace(b'"seq": 1', b'"seq": 2')
    line = line.replace(b"000001", b"000002")

    for cut in (1, 40, len(line) - 1):
        path.write_bytes(whole + line[:cut])
        follower.desk.catch_up()
        assert [one.reference for one in follower.desk.filings()] == ["f:1"]
    path.write_bytes(whole + line)
    follower.desk.catch_up()

    assert [one.reference for one in follower.desk.filings()] == ["f:1", "f:2"]


def test_a_ledger_that_was_emptied_is_begun_anew(two: tuple[Kit, Kit]) -> None:
    writer, follower = two
    for number in range(3):
        writer.desk.receive(f"f:{number}", SERVICE, {})
    follower.desk.catch_up()

    writer.desk.reset()
    writer.desk.receive("g", SERVICE, {})
    follower.desk.catch_up()
    assert [one.reference for one in follower.desk.filings()] == ["g"]

    writer.desk.reset()  # and as long as before by the time anybody looks: it has to be told
    writer.desk.receive("h", SERVICE, {})
    follower.desk.reset()
    follower.desk.catch_up()
    assert [one.reference for one in follower.desk.filings()] == ["h"]


def test_whatever_would_change_a_filing_is_not_its_own(two: tuple[Kit, Kit]) -> None:
    writer, follower = two
    number = writer.desk.receive("f:1", SERVICE, {}).number
    follower.desk.catch_up()
    written = writer.ledger.path.read_bytes()

    for act in (
        lambda: follower.desk.receive("f:2", SERVICE, {}),
        lambda: follower.desk.supplement(number, "s", {}),
        lambda: follower.desk.withdraw(number, "w", "why"),
        follower.desk.tick,
    ):
        with pytest.raises(NotOurs):
            act()

    assert writer.ledger.path.read_bytes() == written


@pytest.mark.parametrize("wrong", ["no entry", "3", '{"seq": 1}'])
def test_a_line_that_is_no_entry_is_named_until_it_is_put_right(
    two: tuple[Kit, Kit], wrong: str
) -> None:
    writer, follower = two
    writer.desk.receive("f:1", SERVICE, {})
    follower.desk.catch_up()
    right = writer.ledger.path.read_bytes()
    with writer.ledger.path.open("ab") as file:
        file.write(f"{wrong}\n".encode())

    for _ in "ab":
        with pytest.raises(BrokenLedger, match="line 2 is no entry"):
            follower.desk.catch_up()
    writer.desk.receive("f:2", SERVICE, {})
    with pytest.raises(BrokenLedger, match="line 2 is no entry"):
        follower.desk.catch_up()
    written = writer.ledger.path.read_bytes()
    writer.ledger.path.write_bytes(right + written[len(right) + len(wrong) + 1 :])
    follower.desk.catch_up()

    assert follower.desk.filings() == writer.desk.filings()
