"""What is said comes through in every encoding; where it cannot be written, that is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NARROW = (
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)


def run(words: str, out: int, **environ: str) -> "subprocess.CompletedProcess[bytes]":
    told = [f"{name}={value}" for name, value in environ.items()]
    command = ["/usr/bin/env", *told, sys.executable, "-m", *words.split()]
    return subprocess.run(  # noqa: S603 - our own interpreter and words
        command, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, check=False
    )


@pytest.mark.parametrize("environ", NARROW)
@pytest.mark.parametrize(
    "words",
    [
        "gateway --help",
        "gateway catalogue list",
        "gateway mocks scenarios keys",
        "gateway mocks city companies --count 2",
        "mocks city titles --count 2",
        "mocks scenarios check mocks/scenarios/library/lunch_break.toml",
    ],
)
def test_words_that_an_encoding_has_not_are_escaped(words: str, environ: dict[str, str]) -> None:
    done = run(words, subprocess.PIPE, **environ)

    assert done.returncode in (0, 2), done.stderr
    assert b"internal error" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    ["gateway --help", "gateway version", "gateway mocks city companies", "mocks city companies",
     "gateway mocks scenarios keys"],
)  # fmt: skip
def test_an_output_that_cannot_be_written_is_told_so(words: str) -> None:
    full = os.open("/dev/full", os.O_WRONLY)

    done = run(words, full)

    os.close(full)
    told = b"the output cannot be written: No space left on device"
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, told)
    assert b"traceback" not in done.stderr.lower()
