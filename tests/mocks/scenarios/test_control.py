"""What the controls choose is what departments play; wrong names and files change nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mocks.scenarios.control import Scenarios, Standing, UnknownScenario, WrongScenario
from tests.mocks.scenarios.office import Office, on

Open = Callable[..., Office]


def test_what_is_activated_is_played_until_it_is_reset(office: Open) -> None:
    market = office("market")
    scenarios = Scenarios(market.folder)

    scenarios.activate(["silent_department"])
    scenarios.assign("b", "everything_overdue")
    first = [market.seen(market.file(r, "food_permit")).course.id for r in "ab"]
    scenarios.reset()
    then = [market.seen(market.file(r, "food_permit")).course.id for r in "ab"]

    assert first == ["silent_department", "everything_overdue"]
    assert then == ["ordinary", "ordinary"]
    assert (scenarios.active(), scenarios.assigned()) == ((), {})


def test_where_a_filing_stands_is_read_from_the_ledgers(office: Open) -> None:
    fire = office("fire", "fire_inspection_fails_once")
    number = fire.file("r", "fire_safety_inspection")
    fire.at(on(9, 30, 12))
    taken_back = fire.file("s", "fire_safety_inspection")
    fire.kit.desk.withdraw(taken_back, "w", "why")
    scenarios = Scenarios(fire.folder)

    assert scenarios.standing("r") == (
        Standing(
            department="fire", number=number, reference="r", service="fire_safety_inspection",
            scenario="fire_inspection_fails_once", state="inspection", status="inspection",
            since=on(9, 30).isoformat(),
        ),
    )  # fmt: skip
    assert [one.status for one in scenarios.standing("s")] == ["withdrawn"]
    assert scenarios.standing("nobody") == ()


def test_every_scenario_is_known_with_its_titles(tmp_path: Path) -> None:
    scenarios = Scenarios(tmp_path)
    scenarios.activate(["lunch_break"])

    known = {summary.id: summary for summary in scenarios.known()}

    assert len(known) >= 12
    assert all(one.zh and one.en for one in known.values())
    assert known["fire_inspection_fails_once"].departments == ("fire",)
    assert known["lunch_break"].hours
    assert [one.id for one in known.values() if one.active] == ["lunch_break"]


def test_an_unknown_name_changes_nothing(tmp_path: Path) -> None:
    scenarios = Scenarios(tmp_path)
    scenarios.activate(["lunch_break"])

    with pytest.raises(UnknownScenario):
        scenarios.activate(["lunch_break", "x"])
    with pytest.raises(UnknownScenario):
        scenarios.assign("r", "x")

    assert scenarios.active() == ("lunch_break",)
    assert scenarios.assigned() == {}


def test_a_folder_with_a_mistake_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[title]\n", "utf-8")
    scenarios = Scenarios(tmp_path)

    with pytest.raises(WrongScenario):
        scenarios.use_folder(tmp_path)

    assert "mine" not in {summary.id for summary in scenarios.known()}


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongScenario, match="nowhere: is no folder — name the one"):
        Scenarios(tmp_path).use_folder(tmp_path / "nowhere")
