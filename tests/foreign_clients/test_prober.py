"""What foreign clients are told, and what is shown of them; the clients themselves are fetched."""

import tomllib
from pathlib import Path

import pytest
from rich.console import Console

from tests.foreign_clients import soap_clients
from tests.foreign_clients.__main__ import Row, show, verdict
from tests.foreign_clients.prober import LEAVES, Leave, checks, configuration
from tests.foreign_clients.soap_clients import Outcome
from tests.mocks.conftest import REST


def shown(*rows: Row) -> str:
    console = Console(width=200)
    with console.capture() as said:
        show(rows, console)
    return said.get()


def test_a_department_is_held_to_every_check_but_those_left_out_with_a_reason() -> None:
    assert checks(()) == ("--checks", "all")
    assert checks([Leave(reason="r", check="ignored_auth"), Leave(reason="r", status=422)]) == (
        "--checks", "all", "--exclude-checks", "ignored_auth",
    )  # fmt: skip
    assert set(LEAVES) <= set(REST)
    assert all(len(leave.reason) > 20 for leaves in LEAVES.values() for leave in leaves)


@pytest.mark.parametrize("name", REST)
def test_where_a_check_is_off_checks_of_ours_look_into_the_reply(name: str) -> None:
    leaves = LEAVES.get(name, ())
    told = tomllib.loads(configuration(leaves))

    assert ("hooks" in told) == any(leave.check for leave in leaves)
    allowed = told["checks"]["positive_data_acceptance"]["expected-statuses"]
    assert (422 in allowed) == (name in {"fire", "market"})
    assert 400 not in allowed


def test_a_client_that_cannot_be_had_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert soap_clients.missing(tmp_path / "kept") == "npm is not installed"

    for name in ("npm", "node"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    assert soap_clients.missing(tmp_path / "kept") == "npm could not fetch its package soap"

    (tmp_path / "kept/node_modules/soap").mkdir(parents=True)
    assert soap_clients.missing(tmp_path / "kept") == ""


def test_what_failed_and_what_was_skipped_is_shown_with_every_reason() -> None:
    said = shown(
        Row(department="housing", client="schemathesis", outcome=Outcome(wrong="", told="9 asked")),
        Row(department="fire", client="schemathesis", outcome=Outcome(wrong="no [b]", told="")),
        Row(department="police", client="npm soap", skipped="npm is not installed"),
    )

    assert "no failures" in said
    assert "ignored_auth off: HTTP 200 by contract" in said
    assert "FAILED" in said
    assert "fire: no [b]" in said
    assert "skipped: npm is not installed" in said


ASKED = Row(department="fire", client="schemathesis", outcome=Outcome(wrong="", told="9 requests"))
FAILED = Row(department="fire", client="schemathesis", outcome=Outcome(wrong="no", told=""))
SKIPPED = Row(department="police", client="npm soap", skipped="npm is not installed")


@pytest.mark.parametrize(
    ("rows", "required", "code", "said"),
    [
        ([ASKED], True, 0, ""),
        ([ASKED, SKIPPED], False, 0, "no failures; skipped: police (npm soap): npm is not"),
        ([ASKED, SKIPPED], True, 2, "not all were asked: police (npm soap): npm is not installed"),
        ([SKIPPED], False, 2, "nothing was asked: police (npm soap): npm is not installed"),
        ([], False, 0, ""),
        ([FAILED, SKIPPED], True, 1, ""),
    ],
)
def test_nothing_asked_is_no_success(rows: list[Row], required: bool, code: int, said: str) -> None:
    console = Console(width=200)
    with console.capture() as told:
        found = verdict(rows, console, required=required)

    assert found == code
    assert said in told.get()
    assert bool(said) == bool(told.get())
