"""The order in which tests run speaks of tests that are there."""

from pathlib import Path

from tests.conftest import LONG_FIRST, SHARED

ROOT = Path(__file__).parents[2]


def test_what_is_said_to_take_long_is_there() -> None:
    files = set(LONG_FIRST) - set(SHARED.values())

    assert sorted(file for file in files if not (ROOT / file).is_file()) == []
    assert set(SHARED.values()) <= set(LONG_FIRST)
