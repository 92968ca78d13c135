"""Dates in a layout the contract's form never has are told at start, with one that fits."""

from pathlib import Path

import pytest

from tests.adapters.bad.manifests import Case, spoiled, told

DAY, STAMP = "verbs.file.request.Day", "verbs.file.request.Stamp"
BUILT, TAKEN = "registers.house.reply.built", "verbs.file.reply.received_at"
REMEDIES = {
    "a day that is sent": (DAY, "answers.opens | date '%Y-%m-%d'", "date '%Y%m%d'"),
    "a moment that is sent": (
        STAMP,
        "sent_at | datetime '%Y-%m-%d %H:%M:%S'",
        "datetime '%Y%m%d%H%M%S'",
    ),
    "a moment where a day belongs": (DAY, "sent_at | datetime 'iso'", "date '%Y%m%d'"),
    "a moment as it comes": (STAMP, "sent_at", "datetime '%Y%m%d%H%M%S'"),
    "a day that is read": (BUILT, ".Since | trim | date '%Y-%m-%d'", "date '%Y%m%d'"),
    "a moment that is read": (TAKEN, "Taken | datetime '%Y%m%d'", "datetime '%Y%m%d%H%M%S'"),
    "a count that is read": (TAKEN, "Taken | datetime 'epoch_ms'", "datetime '%Y%m%d%H%M%S'"),
}
FITTING = {
    "the contract's own layout": (DAY, "answers.opens | date '%Y%m%d'"),
    "a layout cut to the form": (DAY, "sent_at | datetime '%Y%m%d%H%M%S' | slice 0 8"),
    "a layout whose dashes go": (DAY, "answers.opens | date '%Y-%m-%d' | replace '-' ''"),
    "a default in the form": (BUILT, ".Since | default '20260101' | date '%Y%m%d'"),
    "a layout read in many forms": (TAKEN, "Taken | datetime '%Y%m%d%H%M%f'"),
}


def _told(folder: Path, key: str, line: str) -> list[tuple[str, str]]:
    case = Case("stage.layout", {"base": "office", "set": {key: line}})
    return [(one.key, one.remedy) for one in told(spoiled(case, folder))]


@pytest.mark.parametrize("name", REMEDIES)
def test_layout_that_cannot_fit_is_told_with_one_that_does(tmp_path: Path, name: str) -> None:
    key, line, remedy = REMEDIES[name]
    assert _told(tmp_path, key, line) == [(key, f"write | {remedy}")]


@pytest.mark.parametrize("name", FITTING)
def test_layout_that_may_fit_is_not_told(tmp_path: Path, name: str) -> None:
    assert _told(tmp_path, *FITTING[name]) == []
