"""The counter: scripts in working days, markers, memory."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mocks.core.clock import SHANGHAI, VirtualClock
from mocks.core.desk import Desk
from mocks.core.filed import (
    Paper,
    Status,
    Step,
    UnknownNumber,
    UnknownService,
    WrongStatus,
    decided_within,
)
from mocks.core.ledger import Ledger

S = Status
PAPER = Paper(name="证", number="沪{day:%Y}{seq:04d}", type_code="1" * 21, issuer="2" * 18, years=5)
SERVICES = (
    decided_within(5, id="sign", name="店招", paper=PAPER),
    decided_within(10, Step(status=S.INSPECTION, working_days=6), id="fire", name="消防"),
    decided_within(0, id="notice", name="告知"),
    decided_within(5, id="food", name="食品", paper=PAPER, defers=True),
)


def on(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


class Counter:
    """A desk whose clock stands still, and which can come back from its ledger."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(folder / "clock.json")
        self.ledger = Ledger(folder / "desk.jsonl")
        self.at(on(9, 21, 9))
        self.desk = self.reopened()

    def at(self, moment: datetime) -> None:
        self.clock.set(moment, rate=0)

    def reopened(self) -> Desk:
        self.ledger.close()
        self.ledger = Ledger(self.ledger.path)
        self.desk = Desk("test", self.ledger, self.clock, SERVICES, number="N{seq:03d}")
        return self.desk

    def steps_until(self, moment: datetime) -> list[tuple[Status, datetime]]:
        self.at(moment)
        return [(change.status, change.at) for change in self.desk.tick()]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path)
    yield made
    made.ledger.close()


def test_a_filing_is_accepted_and_granted_at_ten_on_the_fifth_working_day(counter: Counter) -> None:
    counter.at(on(9, 29, 15))
    number = counter.desk.receive("ref", "sign", {"signText": "小满"}).number

    assert counter.desk.next_due() == on(9, 29, 15, 1)
    # the holiday of 1–7 October does not count, Saturday the 10th does
    assert counter.steps_until(on(10, 31)) == [
        (S.ACCEPTED, on(9, 29, 15, 1)),
        (S.GRANTED, on(10, 12)),
    ]
    assert counter.desk.by_number(number).status is S.GRANTED
    assert counter.desk.next_due() is None


def test_a_granted_filing_carries_its_certificate(counter: Counter) -> None:
    counter.desk.receive("ref", "sign", {})
    counter.steps_until(on(9, 30))

    (filed,) = counter.desk.filings()

    assert filed.certificate is not None
    assert filed.certificate.number == "沪20260003"
    assert filed.certificate.valid_until is not None
    assert filed.certificate.valid_until.year == 2031


def test_the_fire_script_inspects_on_the_sixth_day(counter: Counter) -> None:
    counter.desk.receive("ref", "fire", {})

    statuses = [status for status, _ in counter.steps_until(on(9, 30))]

    assert statuses == [S.ACCEPTED, S.INSPECTION]
    assert counter.desk.next_due() == on(10, 12)


def test_no_working_days_means_done_the_same_minute(counter: Counter) -> None:
    counter.desk.receive("ref", "notice", {})

    assert counter.steps_until(on(9, 21, 9, 1)) == [
        (S.ACCEPTED, on(9, 21, 9, 1)),
        (S.GRANTED, on(9, 21, 9, 1)),
    ]


def test_a_supplement_is_asked_once_and_stops_the_clock(counter: Counter) -> None:
    number = counter.desk.receive("ref", "sign", {"form": {"signText": "小满补正"}}).number

    # asked on the first working day; then nothing moves, however long
    assert counter.steps_until(on(10, 14, 9))[-1] == (S.SUPPLEMENT, on(9, 22))
    assert counter.desk.next_due() is None

    counter.desk.supplement(number, "ref:s", {"note": "已补正"})
    assert counter.desk.by_number(number).status is S.ACCEPTED
    assert counter.desk.next_due() == on(10, 20)  # the four days that were left


def test_a_supplement_repeated_under_its_reference_counts_once(counter: Counter) -> None:
    number = counter.desk.receive("ref", "sign", {"text": "补正"}).number
    counter.steps_until(on(9, 22))

    first = counter.desk.supplement(number, "ref:s", {})

    assert counter.desk.supplement(number, "ref:s", {}) == first
    with pytest.raises(WrongStatus):
        counter.desk.supplement(number, "another", {})


def test_what_may_follow_is_named_and_puts_the_decision_off_by_nothing(counter: Counter) -> None:
    fields = {"materials": [{"name": "健康证(容缺)"}, {"name": "平面图"}]}
    number = counter.desk.receive("ref", "food", fields).number

    assert counter.steps_until(on(9, 24)) == [(S.CONDITIONALLY_ACCEPTED, on(9, 21, 9, 1))]
    told = counter.desk.by_number(number)
    more = counter.desk.supplement(number, "ref:s", {"name": "健康证"})

    assert told.note == "可容缺后补:健康证(容缺), 10个工作日内补交"
    assert (more.status, more.note, more.pending) == (S.ACCEPTED, None, told.pending)
    assert counter.reopened().by_number(number) == more
    assert counter.steps_until(on(10, 30)) == [(S.GRANTED, on(9, 29))]


def test_what_may_follow_and_never_does_is_decided_all_the_same(counter: Counter) -> None:
    counter.desk.receive("ref", "food", {"text": "容缺"})

    assert counter.steps_until(on(10, 30))[-1] == (S.GRANTED, on(9, 29))


def test_a_service_that_defers_nothing_accepts_as_usual(counter: Counter) -> None:
    number = counter.desk.receive("ref", "sign", {"text": "容缺"}).number

    assert counter.steps_until(on(9, 21, 9, 1)) == [(S.ACCEPTED, on(9, 21, 9, 1))]
    with pytest.raises(WrongStatus):
        counter.desk.supplement(number, "ref:s", {})


@pytest.mark.parametrize(
    ("text", "end"), [("违规", S.REFUSED), ("搁置", S.ACCEPTED), ("平常", S.GRANTED)]
)
def test_markers_decide_the_end(counter: Counter, text: str, end: Status) -> None:
    number = counter.desk.receive("ref", "sign", {"list": [{"deep": text}]}).number

    counter.steps_until(on(10, 30))

    filed = counter.desk.by_number(number)
    assert filed.status is end
    assert (filed.note is not None) == (end is S.REFUSED)


def test_a_withdrawn_filing_is_never_decided_and_a_decided_one_stays(counter: Counter) -> None:
    taken, kept = (counter.desk.receive(r, "sign", {}).number for r in "ab")

    counter.desk.withdraw(taken, "w", "不开了")
    counter.steps_until(on(9, 30))

    assert counter.desk.withdraw(taken, "w2", "again").status is S.WITHDRAWN
    with pytest.raises(WrongStatus):
        counter.desk.withdraw(kept, "w", "late")
    assert [entry["kind"] for entry in counter.ledger.entries()].count("withdrawal") == 1


def test_what_was_due_before_is_decided_before_anything_is_taken_in(counter: Counter) -> None:
    number = counter.desk.receive("a", "sign", {}).number
    counter.at(on(9, 29, 11))  # the decision was due at ten, and nobody has looked yet

    with pytest.raises(WrongStatus):
        counter.desk.withdraw(number, "w", "too late")
    counter.desk.receive("b", "sign", {})

    times = [entry["at"] for entry in counter.ledger.entries()]
    assert times == sorted(times)


def test_a_certificate_is_issued_without_copying_the_book(tmp_path: Path) -> None:
    class Counted(Ledger):
        copies = 0

        def entries(self) -> Any:
            self.copies += 1
            return super().entries()

    clock, ledger = VirtualClock(tmp_path / "clock.json"), Counted(tmp_path / "desk.jsonl")
    clock.set(on(9, 21, 9), rate=0)
    desk = Desk("test", ledger, clock, SERVICES)
    for number in range(20):
        desk.receive(f"r{number}", "sign", {})
    clock.set(on(10, 30), rate=0)

    changes = desk.tick()

    assert [change.status for change in changes].count(S.GRANTED) == 20
    assert ledger.copies == 1  # when the desk was opened
    ledger.close()


def test_the_same_reference_twice_makes_two_filings(counter: Counter) -> None:
    numbers = [counter.desk.receive("same", "sign", {}).number for _ in range(2)]

    assert [filed.number for filed in counter.desk.by_reference("same")] == numbers
    assert counter.desk.by_reference("other") == ()


def test_unknown_numbers_and_services_are_said(counter: Counter) -> None:
    calls: tuple[tuple[type[Exception], Callable[[], Any]], ...] = (
        (UnknownNumber, lambda: counter.desk.by_number("N999")),
        (UnknownService, lambda: counter.desk.receive("r", "dancing", {})),
    )
    for error, call in calls:
        with pytest.raises(error):
            call()


def test_changes_come_in_pages_and_none_is_told_twice(counter: Counter) -> None:
    for reference in "abc":
        counter.desk.receive(reference, "sign", {})
    counter.steps_until(on(9, 21, 9, 1))

    first = counter.desk.changed_since(None, limit=4)
    second = counter.desk.changed_since(first.cursor, limit=4)

    assert (first.more, second.more) == (True, False)
    assert [c.seq for c in (*first.items, *second.items)] == [1, 2, 3, 4, 5, 6]
    assert counter.desk.changed_since(second.cursor).items == ()


def test_a_desk_comes_back_from_its_ledger_as_it_was(counter: Counter) -> None:
    desk = counter.desk
    one = desk.receive("a", "sign", {"text": "补正"}, key="key-a").number
    desk.receive("b", "fire", {})
    desk.withdraw(desk.receive("c", "sign", {}).number, "w", "why")
    counter.steps_until(on(9, 23))
    desk.supplement(one, "s", {"more": 1})
    before = (desk.filings(), desk.changed_since(None), desk.next_due(), desk.by_key("key-a"))

    again = counter.reopened()

    after = (again.filings(), again.changed_since(None), again.next_due(), again.by_key("key-a"))
    assert after == before
    assert again.receive("d", "sign", {}).number == "N004"


def test_a_reset_desk_is_empty_also_on_disk(counter: Counter) -> None:
    counter.desk.receive("a", "sign", {})

    counter.desk.reset()

    assert counter.desk.filings() == ()
    assert counter.reopened().filings() == ()
