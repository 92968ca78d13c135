"""Bad days on order."""

import logging
from pathlib import Path
from typing import Any

import pytest

from mocks.admin.rules import fault_rules
from mocks.core.clock import write_atomically
from mocks.core.faults import (
    NO_FAULT,
    ON_CHANGES,
    ON_TELLINGS,
    BadRule,
    Fault,
    Faults,
    check_rules,
)


def faults(folder: Path, *rules: dict[str, Any]) -> Faults:
    write_atomically(folder / "faults.json", {"fire": list(rules)})
    return Faults(folder / "faults.json", "fire")


def test_without_rules_every_day_is_good(tmp_path: Path) -> None:
    assert Faults(tmp_path / "none.json", "fire").pick("get") == NO_FAULT
    assert faults(tmp_path).pick("get", Fault(kind="delay")) == Fault(kind="delay")


def test_a_rule_strikes_its_operation_only_and_so_often(tmp_path: Path) -> None:
    rules = faults(tmp_path, {"operation": "create", "kind": "status", "status": 500, "first": 2})

    kinds = [rules.pick(op).kind for op in ("get", "create", "create", "create")]

    assert kinds == ["none", "status", "status", "none"]


def test_a_rule_may_name_several_operations(tmp_path: Path) -> None:
    rules = faults(tmp_path, {"operation": ["create", "revoke"], "kind": "busy"})

    kinds = [rules.pick(op).kind for op in ("get", "create", "revoke")]

    assert kinds == ["none", "busy", "busy"]


def test_each_strike_is_counted_by_kind_also_after_the_rules_changed(tmp_path: Path) -> None:
    rules = faults(
        tmp_path,
        {"operation": "create", "kind": "hang", "first": 2},
        {"operation": "find", "kind": "lag", "delay_s": 1},
    )
    for operation in ("create", "create", "create", "get"):
        rules.pick(operation)
    rules.lag_s("find")

    write_atomically(tmp_path / "faults.json", {"fire": [{"kind": "hang"}, {"kind": "busy"}]})
    rules.pick("get")

    assert rules.struck == {"hang": 3, "lag": 1}


def test_rules_of_one_kind_are_counted_apart(tmp_path: Path) -> None:
    create, find = ({"operation": name, "kind": "busy"} for name in ("create", "find"))
    rules = faults(tmp_path, create, find)
    for operation in ("create", "find", "find", "get"):
        rules.pick(operation)
    before = rules.by_rule

    write_atomically(tmp_path / "faults.json", {"fire": [find, {"kind": "hang", "first": 1}]})
    rules.pick("get")
    beside = rules.by_rule
    rules.anew()

    assert before == [{"rule": create, "struck": 1}, {"rule": find, "struck": 2}]
    assert [one["struck"] for one in beside] == [2, 1]
    assert [one["struck"] for one in rules.by_rule] == [0, 0]
    assert rules.struck == {"busy": 3, "hang": 1}


def test_a_rule_that_stays_as_it_was_goes_on_counting(tmp_path: Path) -> None:
    file, once = tmp_path / "faults.json", {"operation": "get", "kind": "hang", "first": 1}
    third = {"kind": "busy", "every": 3}
    rules = faults(tmp_path, once, third)
    assert [rules.pick("get").kind for _ in "abc"] == ["hang", "none", "none"]

    write_atomically(file, {"market": [{"kind": "busy"}], "fire": [once, third]})
    beside_another_department = rules.pick("get").kind
    write_atomically(file, {"fire": [{"operation": "x", "kind": "html"}, third, once]})
    beside_another_rule = [rules.pick("get").kind for _ in "abc"]
    rules.anew()

    assert (beside_another_department, beside_another_rule) == ("busy", ["none", "none", "busy"])
    assert [rules.pick("get").kind for _ in "abc"] == ["hang", "none", "busy"]


def test_a_rule_lifted_and_ordered_again_strikes_again_though_nobody_looked_in_between(
    tmp_path: Path,
) -> None:
    ordered, once = fault_rules(tmp_path), {"kind": "hang", "first": 1}
    rules = Faults(tmp_path / "faults.json", "fire")

    ordered.order({"fire": [once]})
    first = [rules.pick("get").kind for _ in "ab"]
    ordered.order({"fire": [once], "market": [{"kind": "busy"}]})
    kept = rules.pick("get").kind
    ordered.order({})
    ordered.order({"fire": [once]})
    again = rules.pick("get").kind
    ordered.lift()
    ordered.order({"fire": [once]})

    assert (first, kept, again) == (["hang", "none"], "none", "hang")
    assert rules.pick("get").kind == "hang"
    assert ordered.in_force() == {"fire": [once]}


def test_disorder_of_what_is_told_never_strikes_a_call(tmp_path: Path) -> None:
    rules = faults(tmp_path, {"kind": "reorder"}, {"kind": "late_accept"}, {"kind": "busy"})

    assert rules.pick("told", among=ON_CHANGES).kind == "reorder"
    assert rules.pick("told", among=ON_TELLINGS).kind == "busy"
    assert rules.pick("create").kind == "late_accept"
    assert rules.struck == {"reorder": 1, "busy": 1, "late_accept": 1}


def test_probability_draws_the_same_for_the_same_seed(tmp_path: Path) -> None:
    rule = {"kind": "hang", "probability": 0.5, "seed": 3}

    runs = [[faults(tmp_path, rule).pick("x").kind for _ in range(20)] for _ in range(2)]
    drawn = faults(tmp_path, rule)

    assert runs[0] == runs[1]
    assert {drawn.pick("x").kind for _ in range(40)} == {"none", "hang"}


def test_new_rules_hold_at_once(tmp_path: Path) -> None:
    rules = faults(tmp_path, {"kind": "busy"})
    assert rules.pick("x").kind == "busy"

    write_atomically(tmp_path / "faults.json", {})

    assert rules.pick("x") == NO_FAULT


def test_lag_concerns_look_ups_and_nothing_else(tmp_path: Path) -> None:
    rules = faults(tmp_path, {"operation": "find", "kind": "lag", "delay_s": 2})

    assert (rules.lag_s("find"), rules.lag_s("get"), rules.pick("find")) == (2.0, 0.0, NO_FAULT)


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"kind": "explode"}, "explode"),
        ({"kind": "busy", "opration": "x"}, "opration"),
        ({"kind": "delay", "delay_s": "soon"}, "soon"),
        ({"kind": "busy", "operation": []}, "operation"),
        ({"kind": "busy", "operation": ["create", 7]}, "7"),
    ],
)
def test_an_impossible_rule_is_named(rule: dict[str, Any], word: str) -> None:
    with pytest.raises(BadRule, match=rf"fire\[0\].*{word}"):
        check_rules({"fire": [rule]})


@pytest.mark.parametrize(
    "written", ['{"fire": [{"kind": "bussy"}]}', '{"fire": [{"kind"', "[]", '{"fire": 7}']
)
def test_a_file_spoiled_by_hand_leaves_in_force_what_was_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, written: str
) -> None:
    caplog.set_level(logging.WARNING)  # whatever a command set in this process
    rules = faults(tmp_path, {"kind": "busy"})
    assert rules.pick("get").kind == "busy"

    (tmp_path / "faults.json").write_text(written)

    assert [rules.pick("get").kind for _ in "ab"] == ["busy", "busy"]
    assert len(caplog.messages) == 1
    assert "what was in force stays" in caplog.messages[0]
    (tmp_path / "faults.json").unlink()
    assert rules.pick("get") == NO_FAULT
