"""Every example beside a contract holds: the adapter asks what was asked and gives what it gave."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.conformance.covering import lacking
from adapters.conformance.examples import Json, recorded_outcome
from adapters.conformance.replay import structure
from tests.adapters.examples import folder, manifest_of, replayed
from tests.adapters.test_departments_speak import CREDENTIALS

NAMES = sorted(CREDENTIALS)
LIMIT = 400_000  # bytes, all departments together
FILES = [(name, path) for name in NAMES for path in sorted(folder(name).glob("*.json"))]


def read(path: Path) -> Json:
    return json.loads(path.read_text("utf-8"))


def examples(name: str) -> list[Json]:
    return [read(path) for department, path in FILES if department == name]


@pytest.mark.parametrize(
    ("name", "path"), FILES, ids=[f"{name}/{path.stem}" for name, path in FILES]
)
async def test_example_holds(name: str, path: Path) -> None:
    example = read(path)
    heard, found = await replayed(name, example)
    recorded = [structure(one["request"]) for one in example["exchanges"]]
    assert [structure(one) for one in heard] == recorded
    assert found == recorded_outcome(example)


# every declared call has its examples


@pytest.mark.parametrize("name", NAMES)
def test_every_declared_call_has_its_examples(name: str) -> None:
    assert lacking(manifest_of(name), examples(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_example_is_noticed(name: str) -> None:
    call = examples(name)[-1]["call"]
    kept = [example for example in examples(name) if example["call"] != call]
    assert lacking(manifest_of(name), kept) != []


def test_they_stay_small() -> None:
    assert sum(path.stat().st_size for _, path in FILES) < LIMIT


# a check that cannot fail is no check


def texts(told: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for one in told.values():
            yield from texts(one)
    elif isinstance(told, list):
        for one in told:
            yield from texts(one)


def alterable(example: Json) -> str | None:
    """A text of the value that only the last reply can have told."""
    if not example["exchanges"]:
        return None
    last = example["exchanges"][-1]
    asked, said = last["request"].get("body", "") + last["request"]["path"], last["reply"]["body"]
    known = (text for text in texts(example.get("gives")) if text not in asked)
    return next((text for text in known if len(text) > 1 and text in said), None)


@pytest.mark.parametrize("name", NAMES)
async def test_an_altered_reply_is_noticed(name: str) -> None:
    tried = 0
    for example in examples(name):
        text = alterable(example)
        if text is None:
            continue
        reply = example["exchanges"][-1]["reply"]
        other = text[:-1] + ("7" if text[-1] != "7" else "8")
        reply["body"] = reply["body"].replace(text, other)
        _, found = await replayed(name, example)
        assert found != recorded_outcome(example), text
        tried += 1
    assert tried > 0


@pytest.mark.parametrize("name", NAMES)
async def test_an_altered_request_is_noticed(name: str) -> None:
    example = next(e for e in examples(name) if e["call"] in ("file", "read") and "gives" in e)
    heard, _ = await replayed(name, example)
    request = example["exchanges"][-1]["request"]
    told = next(text for text in texts(example["arguments"]) if text in str(request))
    for key in ("path", "body"):
        changed = {**request, key: request.get(key, "").replace(told, told[:-1] + "0")}
        if changed[key] != request.get(key, ""):
            assert structure(heard[-1]) != structure(changed)
            return
    pytest.fail("nothing of what was asked stands in the request")
