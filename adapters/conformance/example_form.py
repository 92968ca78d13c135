"""What an example must hold: each file that does not is told by place, sentence and remedy."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adapters.conformance.examples import Json
from adapters.errors import (
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
    Unsendable,
)
from adapters.findings import did_you_mean
from schema.domain.problem import ProblemCode

Wrong = tuple[str, str, str]  # place, sentence, remedy
_ERRORS = (NotDelivered, OutcomeUnknown, ContractBroken, Misconfigured, Unsendable)
_CLASSES = (Refused.__name__, *(error.__name__ for error in _ERRORS))
_CALLS = (
    "read", "verify", "file", "find_filing", "supplement", "find_supplement",
    "withdraw", "progress", "changes", "certificate", "callback",
)  # fmt: skip
_GIVES: Mapping[str, tuple[str, ...]] = {
    "read": (),
    "progress": (),
    "verify": ("matches",),
    "changes": ("progress", "cursor"),
}
_FAILS = 'write "Refused <code> <sentence>", or class and our code: "NotDelivered DEPARTMENT_BUSY"'
_ANEW = "record it anew: onething departments call … --example NAME"


def read_examples(folder: Path) -> tuple[dict[str, Json], list[str]]:
    """The sound examples of a department's folder by name, and what is wrong with each other."""
    sound: dict[str, Json] = {}
    faults = []
    for path in sorted((folder / "examples").glob("*.json")):
        example, wrong = _read(path)
        if wrong is None:
            sound[path.stem] = example
        else:
            place, sentence, remedy = wrong
            faults.append(f"examples/{path.name}{place}: {sentence} — {remedy}")
    return sound, faults


def _read(path: Path) -> tuple[Json, Wrong | None]:
    try:
        example = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        return None, ("", "is no JSON in UTF-8", _ANEW)
    return example, next(_wrong(example), None)


def _wrong(example: Json) -> Iterator[Wrong]:
    if not isinstance(example, dict):
        yield "", "is no table", _ANEW
        return
    call = example.get("call")
    if call not in _CALLS:
        yield ":call", f"{call!r} is no call", did_you_mean(str(call), _CALLS)
    if not isinstance(example.get("arguments"), dict):
        yield ":arguments", "must be a table of what the call takes", _ANEW
    yield from _exchanges(example.get("exchanges"))
    yield from _outcome(example, str(call))


_SIDES: Mapping[str, Mapping[str, type]] = {
    "request": {"method": str, "path": str, "headers": dict},
    "reply": {"status": int, "headers": dict},
}


def _exchanges(told: Any) -> Iterator[Wrong]:
    if not isinstance(told, list):
        yield ":exchanges", "must be a list of requests and replies", _ANEW
        return
    for number, one in enumerate(told):
        for side, keys in _SIDES.items():
            said = one.get(side) if isinstance(one, dict) else None
            for key, kind in keys.items():
                if not (isinstance(said, dict) and isinstance(said.get(key), kind)):
                    place = f":exchanges[{number}].{side}.{key}"
                    yield place, f"is missing, or is no {_NAMES[kind]}", _ANEW


_NAMES: Mapping[type, str] = {str: "text", int: "number", dict: "table"}


def _outcome(example: Mapping[str, Any], call: str) -> Iterator[Wrong]:
    if ("gives" in example) == ("fails" in example):
        yield "", 'has both "gives" and "fails", or neither', "keep the one that it shows"
    elif "fails" in example:
        yield from _fails(example["fails"])
    elif call in _GIVES:
        gives = example["gives"]
        if not isinstance(gives, dict) or any(key not in gives for key in _GIVES[call]):
            needed = ", ".join(_GIVES[call]) or "what each key or receipt gave"
            yield ":gives", f"must be a table with {needed}", _ANEW


def _fails(told: Any) -> Iterator[Wrong]:
    if not isinstance(told, str):
        yield ":fails", f"must be a text, not a {_kind(told)}", _FAILS
        return
    name, _, rest = told.partition(" ")
    if name not in _CLASSES:
        yield ":fails", f"{name!r} is no error of a call", did_you_mean(name, _CLASSES)
    elif name == Refused.__name__ and not rest.strip():
        yield ":fails", "a refusal has the department's code", _FAILS
    elif name != Refused.__name__ and rest not in tuple(ProblemCode):
        ours = (code for code in ProblemCode if code.startswith("DEPARTMENT_"))
        yield ":fails", f"{rest!r} is no code of ours", did_you_mean(rest, ours)


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "table"
    return "list" if isinstance(value, list) else type(value).__name__
