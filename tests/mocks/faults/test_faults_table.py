"""The table of kinds is whole: names, both titles, a sentence, a stage, a fate of the deed."""

import re

import pytest

from mocks.faults.table import GROUPS, KINDS, Kind, Point, Stage


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


def test_no_two_kinds_bear_the_same_title() -> None:
    assert len({kind.zh for kind in KINDS.values()}) == len(KINDS)
    assert len({kind.en for kind in KINDS.values()}) == len(KINDS)
