"""What `python -m mocks serve` will not take is told in a line, exit code 2."""

import re
import socket
import sys
from pathlib import Path

import pytest

from mocks.__main__ import main


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--host 256.1.1.1", "256.1.1.1: is no IPv4 address of this machine"),
        ("--host nobody.invalid", "is no IPv4 address of this machine"),
        ("--port-base 65530", "65530: a number up to 65527"),
        ("--port-base 99999999999", "a number up to 65527"),
        ("--port-base -1", "port-base"),
        ("--only fyre", "fyre: not among planning, "),
        ("--only fyre", "did you mean fire?"),
        ("--workers 0", "a number from 1 to 32"),
        ("--seed x", "a seed is a whole number"),
    ],
)
def test_a_wrong_argument_is_told(
    words: str, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["mocks", "serve", *words.split()])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("number", ["-1", "many", "²", "28629152"])
def test_a_count_of_companies_that_is_none_is_told(
    number: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["mocks", "city", "companies", f"--count={number}"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert f"{number}: a whole number from 0 to 28629151" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["serve", "city"])
def test_every_option_has_its_help(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["mocks", words, "--help"])
    monkeypatch.setenv("COLUMNS", "200")

    with pytest.raises(SystemExit):
        main()

    options = re.split(r"\n  (?=-)", capsys.readouterr().out.partition("options:")[2])[1:]
    assert len(options) > 3
    assert [one for one in options if re.fullmatch(r"-\S+( [A-Z_]+)?\s*", one)] == []


@pytest.mark.parametrize("count", [0, 1, 10, 100])
def test_as_many_keys_of_the_city_are_told_as_were_asked_for(
    count: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for what in ("companies", "titles"):
        monkeypatch.setattr(sys, "argv", ["mocks", "city", what, f"--count={count}"])
        assert main() == 0
        assert len(capsys.readouterr().out.splitlines()) == count


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("serve --prot-base 1", "did you mean --port-base?"),
        ("replay a --contrat b", "did you mean --contract?"),
        ("city companies --cuont 1", "did you mean --count?"),
    ],
)
def test_a_mistyped_option_is_answered_with_the_one_that_was_meant(
    words: str, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["mocks", *words.split()])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_port_that_is_taken_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = f"record --to http://127.0.0.1:1 --as x --port {port} --folder {tmp_path}"
        monkeypatch.setattr(sys, "argv", ["mocks", *words.split()])

        assert main() == 1

    told = f"127.0.0.1:{port}: Address already in use — name another --port; 0 takes a free one"
    assert capsys.readouterr().err == f"not recorded: {told}\n"
