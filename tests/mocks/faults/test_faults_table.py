"""The table of kinds is whole: names, both titles, a sentence, a stage, a fate of the deed."""

import re
from pathlib import Path

import pytest

from mocks.core.kit import DEPARTMENTS, department_module
from mocks.faults.operations import LOOK_UPS, callbacks_of, operations_of
from mocks.faults.table import GROUPS, KINDS, TOKEN_KINDS, Kind, Point, Stage
from mocks.faults.tokens import TOKENS, TOKENS_DOWN

ROOT = Path(__file__).parents[3]


def test_there_are_at_least_sixty_four_kinds_and_every_stage_has_some() -> None:
    assert len(KINDS) >= 64
    assert {kind.stage for kind in KINDS.values()} == set(Stage)
    assert {point for kind in KINDS.values() for point in kind.at} == set(Point)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_says_what_it_is_in_both_languages(kind: Kind) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]+", kind.name)
    assert kind.group in GROUPS
    assert re.search(r"[\u4e00-\u9fff]|1xx", kind.zh)
    assert kind.en
    assert kind.does.endswith(".")
    named = set(re.findall(r"`([a-z_]+)`", kind.does))
    assert set(kind.parameters) - {"delay_s"} <= named, "a parameter is explained"
    assert kind.drawn == ("seed" in named), "what is drawn is explained"


def test_token_kinds_are_those_that_are_done_to_tokens() -> None:
    assert {*TOKENS_DOWN, *TOKENS} == TOKEN_KINDS


def test_look_ups_that_may_lag_are_those_that_ask_whether_they_do() -> None:
    sources = {name: (ROOT / f"mocks/departments/{name}.py").read_text() for name in DEPARTMENTS}

    assert {name for name, text in sources.items() if "seen_by_now(" in text} == set(LOOK_UPS)
    for department, operation in LOOK_UPS.items():
        assert operation in operations_of(department)
        assert f'"{operation}"' in sources[department]


def test_callbacks_are_those_of_the_departments_that_have_a_pump() -> None:
    telling = {name for name in DEPARTMENTS if callbacks_of(name)}

    assert callbacks_of("market") == {"applicationStatusChanged"}
    assert telling == {n for n in DEPARTMENTS if hasattr(department_module(n), "pump")}


def test_no_two_kinds_bear_the_same_title() -> None:
    assert len({kind.zh for kind in KINDS.values()}) == len(KINDS)
    assert len({kind.en for kind in KINDS.values()}) == len(KINDS)
