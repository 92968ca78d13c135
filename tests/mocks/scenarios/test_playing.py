"""Which filings meet which scenario, and that nothing but seed and reference draws."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocks.core.filed import Status, WrongStatus
from tests.mocks.scenarios.office import Office, on, statuses

Open = Callable[..., Office]
FOOD = "food_permit"


def test_fire_fails_once_asks_for_what_was_mended_and_passes(office: Open) -> None:
    fire = office("fire", "fire_inspection_fails_once")
    number = fire.file("r", "fire_safety_inspection")

    fire.at(on(10, 13))
    asked = fire.seen(number)
    fire.supplement(number)
    fire.at(on(11, 30))

    assert asked.status is Status.SUPPLEMENT
    assert asked.note == "检查不合格,请整改后报送:疏散指示标志整改报告、灭火器年检记录"
    assert statuses(fire.history(number)) == [
        "received", "accepted", "inspection", "supplement_requested", "inspection",
        "inspection_passed", "granted",
    ]  # fmt: skip
    assert fire.seen(number).certificate is not None


def test_more_is_asked_for_twice_and_then_the_ordinary_course_goes_on(office: Open) -> None:
    market = office("market", "supplements_asked_twice")
    number = market.file("r", FOOD)

    for moment in (on(9, 22), on(9, 23)):
        market.at(moment)
        market.supplement(number, str(moment))
    market.at(on(10, 30))

    assert statuses(market.history(number)) == [
        "received", "accepted", "supplement_requested", "accepted", "supplement_requested",
        "accepted", "accepted", "granted",
    ]  # fmt: skip


def test_a_certificate_follows_its_grant_and_is_issued_once(office: Open) -> None:
    market = office("market", "certificate_later_than_grant")
    number = market.file("r", FOOD)

    market.at(on(9, 29, 11))
    granted = market.seen(number)
    with pytest.raises(WrongStatus):
        market.kit.desk.withdraw(number, "w", "too late")
    market.at(on(10, 30))

    assert (granted.status, granted.certificate) == (Status.GRANTED, None)
    certificate = market.seen(number).certificate
    assert certificate is not None
    assert certificate.issued_on == on(10, 9).date()
    assert statuses(market.history(number))[-2:] == ["granted", "granted"]


def test_a_decision_may_bear_an_earlier_date(office: Open) -> None:
    market = office("market", "market_back_dated_decision")
    number = market.file("r", FOOD)

    market.at(on(9, 30))
    filed = market.seen(number)

    assert (filed.status, filed.status_at) == (Status.GRANTED, on(9, 26))
    assert filed.entered_at == on(9, 29)
    assert filed.certificate is not None
    assert filed.certificate.issued_on == on(9, 26).date()
    assert market.kit.desk.changed_since(None).items[-1].at == on(9, 26)
    assert market.reopened().seen(number) == filed


def test_a_department_may_stay_silent_for_ever_and_its_filing_can_be_taken_back(
    office: Open,
) -> None:
    fire = office("fire", "silent_department")
    number = fire.file("r", "fire_safety_inspection")

    fire.at(on(12, 30))
    silent = fire.seen(number).status

    assert (silent, fire.kit.desk.next_due()) == (Status.RECEIVED, None)
    assert fire.kit.desk.withdraw(number, "w", "no answer").status is Status.WITHDRAWN


def test_a_refusal_gives_its_reason_in_the_departments_code(office: Open) -> None:
    fire = office("fire", "fire_inspection_never_passes")
    number = fire.file("r", "fire_safety_inspection")
    for _ in range(2):
        fire.at(fire.kit.desk.next_due() or on(12, 31))
        while due := fire.kit.desk.next_due():
            fire.at(due)
        fire.supplement(number, str(_))
    fire.at(on(12, 31))

    filed = fire.seen(number)
    assert (filed.status, filed.reason) == (Status.REFUSED, "1")
    assert filed.note == "三次检查不合格,不符合消防技术标准"


def test_the_first_active_scenario_a_filing_meets_counts(office: Open) -> None:
    market = office(
        "market", "fire_inspection_fails_once", "silent_department", "everything_overdue"
    )

    assert market.seen(market.file("r", FOOD)).course.id == "silent_department"


def test_a_scenario_told_for_a_reference_goes_before_all_others(office: Open) -> None:
    market = office("market")
    market.play("everything_overdue", filings={"a": "silent_department", "b": "ordinary"})

    courses = [market.seen(market.file(r, FOOD)).course.id for r in ("a", "b", "c")]

    assert courses == ["silent_department", "ordinary", "everything_overdue"]


def test_a_filing_keeps_the_scenario_it_came_in_under(office: Open) -> None:
    market = office("market", "everything_overdue")
    number = market.file("r", FOOD)

    market.play()
    market.at(on(9, 30))
    again = market.reopened()

    assert market.seen(market.file("s", FOOD)).course.id == "ordinary"
    assert again.seen(number).course.id == "everything_overdue"
    assert again.seen(number).pending


def test_a_filing_whose_scenario_is_gone_stays_where_it_is(office: Open, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    mine = own / "mine.toml"
    mine.write_text(
        '[title]\nzh = "题"\nen = "T"\n[states.received]\nthen = '
        '[{ after = { hours = 1 }, to = "accepted" }]\n',
        "utf-8",
    )
    market = office("market", "mine", own=own)
    number = market.file("r", FOOD)
    mine.unlink()

    again = market.reopened()
    again.at(on(12, 30))

    assert (again.seen(number).status, again.seen(number).pending) == (Status.RECEIVED, ())


def test_fields_and_a_share_of_the_references_choose(office: Open) -> None:
    market = office("market", "dessert_shops_are_examined")
    numbers = [market.file(f"r{n}", FOOD, form={"name": "拾光甜品店"}) for n in range(60)]
    other = [market.file(f"r{n}", FOOD, form={"name": "小满餐饮"}) for n in range(60)]

    met = [market.seen(n).course.id != "ordinary" for n in numbers]

    assert 15 < sum(met) < 45
    assert {market.seen(n).course.id for n in other} == {"ordinary"}


def outcomes(market: Office, references: Sequence[str]) -> dict[str, list[tuple[Status, datetime]]]:
    numbers = {reference: market.file(reference, FOOD) for reference in references}
    market.at(on(10, 30))
    return {reference: market.history(numbers[reference]) for reference in sorted(numbers)}


REFERENCES = [f"case:{n}:file:1" for n in range(12)]


@given(st.permutations(REFERENCES), st.lists(st.sampled_from(REFERENCES), max_size=6))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_the_order_of_calls_the_same_filings_fare_the_same(
    office: Open, order: list[str], looked_at: list[str]
) -> None:
    straight = outcomes(office("market", "one_in_ten_refused", seed=4), REFERENCES)
    market = office("market", "one_in_ten_refused", seed=4)
    for reference in looked_at:
        market.kit.desk.by_reference(reference)
        market.kit.city.company(len(reference))

    assert outcomes(market, order) == straight


def test_another_seed_refuses_others(office: Open) -> None:
    references = [f"r{n}" for n in range(40)]
    told = [outcomes(office("market", "one_in_ten_refused", seed=s), references) for s in (1, 1, 2)]
    refused = [[r for r in one if one[r][-1][0] is Status.REFUSED] for one in told]

    assert told[0] == told[1]
    assert refused[0] != refused[2]
    assert all(0 < len(one) < 15 for one in refused)


def test_a_file_that_became_unreadable_is_told_on_the_log_and_plays_nothing(
    office: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)  # whatever a command set in this process
    market = office("market", "silent_department", "no_such_scenario")

    assert market.seen(market.file("r", FOOD)).course.id == "silent_department"
    assert "market plays no scenario no_such_scenario" in caplog.text


def test_what_is_in_the_ledger_says_scenario_and_state(office: Open) -> None:
    market = office("market", "refused_after_hearing")
    market.file("r", FOOD)
    market.at(on(10, 30))

    lines = (market.folder / "ledger" / "market.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]

    assert [entry.get("state") or entry["scenario"] for entry in entries] == [
        "refused_after_hearing", "accepted", "hearing", "refused"
    ]  # fmt: skip
