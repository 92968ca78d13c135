"""What people type: scenarios listed and checked, and what `serve` leaves for its departments."""

import argparse
from pathlib import Path

import pytest

from mocks.__main__ import parser
from mocks.core.seed import OtherSeed, seed_of
from mocks.fleet_command import prepare
from mocks.scenarios import command
from mocks.scenarios.control import Scenarios, UnknownScenario
from mocks.scenarios.library import LIBRARY


def parsed(*typed: str) -> argparse.Namespace:
    return parser(typed).parse_args(typed)


def said(capsys: pytest.CaptureFixture[str], *typed: str) -> tuple[int, str, str]:
    code = command.run(parsed("scenarios", *typed))
    out, err = capsys.readouterr()
    return code, out, err


def test_those_in_force_bear_a_star(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Scenarios(tmp_path).activate(["lunch_break"])

    code, out, _ = said(capsys, "list", "--state", str(tmp_path))

    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("*")] == [
        "* lunch_break                       Closed over lunch, in the evening and on rest days · "
        "午休时间系统停止服务"
    ]


def test_files_are_checked_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("[title]\n", "utf-8")
    (tmp_path / "two.toml").write_text("[[open]]\n", "utf-8")

    code, out, err = said(capsys, "check", *map(str, sorted(tmp_path.glob("*.toml"))))
    good = said(capsys, "check", str(LIBRARY / "lunch_break.toml"))

    assert (code, out, len(err.splitlines())) == (1, "", 6)
    assert err.startswith("one.toml:states: there are no states and no hours — tell ")
    assert good[0] == 0
    assert good[1].endswith(
        "lunch_break.toml: Closed over lunch, in the evening and on rest days\n"
    )


def test_serving_leaves_seed_and_scenarios_in_the_state(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.toml").write_text((LIBRARY / "lunch_break.toml").read_text("utf-8"), "utf-8")
    state = tmp_path / "state"
    typed = ["serve", "--state", str(state), "--seed", "7", "--scenarios", str(own)]

    prepare(parsed(*typed, "--scenario", "mine", "--scenario", "lunch_break"))
    prepare(parsed("serve", "--state", str(state)))

    assert seed_of(state) == 7
    assert Scenarios(state).active() == ("mine", "lunch_break")


def test_a_wrong_seed_or_scenario_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "fire.jsonl").write_text("{}\n", "utf-8")
    for typed, refused in ((["--seed", "7"], OtherSeed), (["--scenario", "x"], UnknownScenario)):
        with pytest.raises(refused):
            prepare(parsed("serve", "--state", str(tmp_path), *typed))
    with pytest.raises(SystemExit):
        parsed("serve", "--seed", "-1")


def test_every_file_of_a_folder_is_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    right = (LIBRARY / "lunch_break.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(right, "utf-8")

    good = said(capsys, "check", str(tmp_path))
    (tmp_path / "other.toml").write_text("[title]\n", "utf-8")
    bad = said(capsys, "check", str(tmp_path))
    (tmp_path / "empty").mkdir()
    none = said(capsys, "check", str(tmp_path / "empty"))

    assert (good[0], good[1].partition(":")[0]) == (0, str(tmp_path / "mine.toml"))
    assert bad[0] == 1
    assert bad[2].startswith("other.toml:")
    assert none[0] == 1
    assert "has no scenario file" in none[2]


@pytest.mark.parametrize("name", ["Bad Name!", "-x", "大", ".hidden"])
def test_a_file_whose_name_names_no_scenario_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    file = tmp_path / f"{name}.toml"
    file.write_text((LIBRARY / "lunch_break.toml").read_text("utf-8"), "utf-8")

    code, _, err = said(capsys, "check", str(file))

    assert code == 1
    assert "has no name to call it by" in err


def test_a_file_that_goes_before_the_librarys_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "lunch_break.toml").write_text((LIBRARY / "lunch_break.toml").read_text("utf-8"))
    typed = ["serve", "--state", str(tmp_path / "state"), "--scenarios", str(own)]

    prepare(parsed(*typed))

    assert "lunch_break.toml is played for the library's lunch_break" in capsys.readouterr().err
