"""A file that is no example is told by place, sentence and remedy; the others are used."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.conformance.declared import examples_are_complete
from adapters.conformance.example_form import read_examples
from adapters.conformance.examples import Json
from adapters.conformance.subject import Subject
from adapters.conformance.tiers import State
from tests.adapters.archive_running import ARCHIVE, unrecorded

GOOD: Json = json.loads((ARCHIVE / "examples/busy.json").read_text("utf-8"))


def _set(**change: Any) -> Callable[[Json], Json]:
    return lambda whole: {**whole, **change}


def _read(folder: Path, text: str) -> tuple[list[str], list[str]]:
    (folder / "examples").mkdir()
    (folder / "examples/one.json").write_text(text, "utf-8")
    sound, faults = read_examples(folder)
    return list(sound), faults


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            _set(fails={"class": "Refused"}),
            'one.json:fails: must be a text, not a table — write "Refused <code> <sentence>"',
        ),
        (_set(fails="Refused"), "one.json:fails: a refusal has the department's code"),
        (_set(fails="Refusd 1 no"), "'Refusd' is no error of a call — did you mean 'Refused'?"),
        (_set(fails="NotDelivered BUSY"), "one.json:fails: 'BUSY' is no code of ours"),
        (_set(gives={}), 'one.json: has both "gives" and "fails", or neither'),
        (_set(call="fill"), "one.json:call: 'fill' is no call — did you mean 'file'?"),
        (_set(arguments=[]), "one.json:arguments: must be a table"),
        (_set(exchanges={}), "one.json:exchanges: must be a list"),
        (
            _set(exchanges=[{"request": GOOD["exchanges"][0]["request"], "reply": {}}]),
            "one.json:exchanges[0].reply.status: is missing, or is no number",
        ),
        (lambda whole: [whole], "one.json: is no table"),
        (
            lambda whole: {k: v for k, v in whole.items() if k != "fails"} | {
                "call": "read", "gives": None
            },
            "one.json:gives: must be a table with what each key or receipt gave",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_example_is_told(
    tmp_path: Path, change: Callable[[Json], Json], told: str
) -> None:
    sound, faults = _read(tmp_path, json.dumps(change(GOOD)))

    assert sound == []
    assert len(faults) == 1
    assert told in faults[0]
    assert " — " in faults[0]


def test_a_file_that_is_no_json_is_told(tmp_path: Path) -> None:
    assert _read(tmp_path, "{")[1][0].startswith("examples/one.json: is no JSON in UTF-8 — ")


async def test_a_bad_example_fails_its_check_and_leaves_the_others(tmp_path: Path) -> None:
    folder = unrecorded(tmp_path)
    (folder / "examples").mkdir()
    for name, change in {"good": _set(), "bad": _set(fails={"class": "Refused"})}.items():
        (folder / f"examples/{name}.json").write_text(json.dumps(change(GOOD)), "utf-8")
    subject = Subject(folder=folder)

    result = await examples_are_complete(subject)

    assert list(subject.examples) == ["good"]
    assert result.state is State.FAILED
    assert result.evidence.startswith("examples/bad.json:fails: must be a text, not a table")
