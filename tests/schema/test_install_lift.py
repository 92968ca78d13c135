"""Installing a lift, as the catalogue declares it: all four kinds of edge, stopped clocks."""

from decimal import Decimal

from schema.domain.one_thing import EdgeKind, Fate, OneThing
from schema.domain.plan import missing, plan, waits_for
from schema.domain.reduction import Measure, reduction
from schema.domain.selection import materials_of

ALL = tuple(f"L{n}" for n in range(1, 11))


def test_107_statutory_days_become_33_of_which_21_count(lift: OneThing) -> None:
    result = plan(lift)
    assert result.statutory_serial_days == 107
    assert result.promised_days == 33
    assert result.counted_days == 21
    assert result.notice_calendar_days == 10


def test_path_runs_through_the_notice_and_the_inspection(lift: OneThing) -> None:
    assert plan(lift).critical_path == ("L1", "L2", "L3", "L4", "L6", "L7", "L8", "L9")


def test_contracts_run_beside_the_permits(lift: OneThing) -> None:
    result = plan(lift)
    assert result.waves[1] == ("L2", "L5")
    assert result.waves[-1] == ("L9", "L10")
    steps = {step.item: step for step in result.steps}
    assert (steps["L5"].starts_after, steps["L5"].ends_by) == (5, 6)
    assert steps["L5"].alongside == ("L2", "L3", "L4")
    assert not steps["L5"].critical


def test_eight_of_47_material_lines_fall_away(lift: OneThing) -> None:
    row = reduction(lift).row(Measure.MATERIALS)
    assert (row.before, row.before - row.after) == (47, 8)
    assert {reason.code: reason.count for reason in row.reasons} == {
        "output": 6,
        "duplicate": 1,
        "share": 1,
    }
    fates = [m.fate for m in materials_of(lift.items)]
    assert fates.count(Fate.SUBMIT) == 39


def test_every_kind_of_edge_occurs(lift: OneThing) -> None:
    assert {edge.kind for item in lift.items for edge in item.edges} == set(EdgeKind)


def test_use_registration_is_a_duty_of_thirty_calendar_days(lift: OneThing) -> None:
    duty = [e for e in lift.item("L9").edges if e.kind is EdgeKind.POST]
    assert [(edge.item, edge.within_days) for edge in duty] == [("L8", 30)]


def test_inspection_waits_for_the_construction_to_be_finished(lift: OneThing) -> None:
    inspection = lift.item("L8")
    assert missing(inspection, ALL, ("L7",), ()) == ("construction_finished",)
    assert missing(inspection, ALL, (), ()) == ("L7", "construction_finished")
    assert missing(inspection, ALL, ("L7",), ("construction_finished",)) == ()


def test_commencement_waits_for_all_three_before_it(lift: OneThing) -> None:
    assert waits_for(lift, "L6", ("L3",), ()) == ("L4", "L5")


def test_item_waits_for_no_item_that_was_not_selected(lift: OneThing) -> None:
    assert missing(lift.item("L6"), ("L3", "L6"), (), ()) == ("L3",)


def test_expensive_works_are_registered_for_supervision(lift: OneThing) -> None:
    def codes(cost: int) -> set[str]:
        return {m.code for m in materials_of(lift.items, {"cost": Decimal(cost)})}

    assert "L6.5" not in codes(1_000_000)
    assert "L6.5" in codes(1_000_001)


def test_clock_stands_still_for_notice_review_and_inspection(lift: OneThing) -> None:
    assert [item.id for item in lift.items if item.clock_stopped] == ["L2", "L4", "L8"]
    assert lift.item("L2").suspending_event == "objection_raised"


def test_joint_acceptance_is_decided_with_two_other_departments(lift: OneThing) -> None:
    assert lift.item("L10").with_departments == ("construction", "planning")
