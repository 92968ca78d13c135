"""What is set for departments and read by none of them is told, with what was probably meant."""

from typing import Any

import pytest

from gateway.declared import departments_of
from gateway.settings import SettingsInvalid, load_settings


def problems(values: dict[str, Any]) -> tuple[str, ...]:
    settings = load_settings({"profile": "dev"} | values, environ={})
    with pytest.raises(SettingsInvalid) as caught:
        departments_of(settings)
    return caught.value.problems


def test_the_demo_sets_nothing_that_is_not_read() -> None:
    loaded = departments_of(load_settings({"profile": "dev"}, environ={}))

    assert len(loaded.departments) == 8


def test_a_department_there_is_not_is_told_with_the_one_that_was_meant() -> None:
    assert problems({"departments.fier.url": "http://127.0.0.1:9"}) == (
        "flag:departments.fier: no department has this id — did you mean 'fire'?",
    )


def test_a_credential_nobody_takes_is_told_and_never_its_value() -> None:
    (told,) = problems({"departments.fire.tokn": "t0p-s3cret"})

    assert told.startswith("flag:departments.fire.tokn: fire takes no such credential — ")
    assert "did you mean" in told
    assert "t0p-s3cret" not in told
