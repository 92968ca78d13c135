"""Mistakes are told together: those of a manifest with many are those of each, no more, no less."""

import hashlib
import random
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.manifest.read import FILE
from adapters.rules import Rule
from tests.adapters.bad.manifests import (
    BASES,
    Case,
    cases,
    dumps,
    placed,
    spoiled,
    together,
    told,
    touched,
)

ALONE = {
    name: case
    for name, case in cases().items()
    if not {"append", "lost", "settings"} & set(case.data)  # behind these nothing can be read
}
_OF_A_CALL = ("call.", "callback.", "choice.", "kind.", "reply.", "request.", "stage.", "value.")
_OF_A_CONTRACT = (*_OF_A_CALL, "codes.", "outcome.", "register.absent", "status.")
HIDES = {  # what takes away a call or what it is held against hides what is wrong with that
    "call.operation": _OF_A_CONTRACT,
    "contract.file": (*_OF_A_CONTRACT, "auth.contract"),
    "key.missing-operation": _OF_A_CONTRACT,
    "offer.": (*_OF_A_CALL, "codes.", "status.", "offer.progress"),
    "register.lookups": (*_OF_A_CONTRACT, "expression.", "source.", "table.", "key.unknown-field"),
    "key.value": ("kind.reply", "offer.find_filing"),
    "key.undecided": ("call.unasked",),
    "call.inner-error": ("outcome.fault-inner",),
    "outcome.both": ("outcome.code",),
    "outcome.fault": ("outcome.code",),
    "reply.unknown-outcome": ("outcome.",),
    "reply.group": ("codes.meaning",),
    "request.unknown": ("request.required",),  # as if one were the other, misspelt
    "table.unknown": ("codes.meaning",),
    "codes.": ("codes.",),
    "status.": ("codes.", "status."),
}


def _within(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _meet(one: Case, other: Case) -> bool:
    """Whether a change of one lies where the other changes something, or is told."""
    theirs = {*touched(other), str(other.data["key"])}
    return any(_within(a, b) for a in touched(one) for b in theirs) or bool(
        set(one.data.get("files", ())) & set(other.data.get("files", ()))
    )


def _hides(one: Case, other: Case) -> bool:
    return any(
        one.name.startswith(name) and other.name.startswith(rules) for name, rules in HIDES.items()
    )


def _apart(one: Case, other: Case) -> bool:
    pairs = ((one, other), (other, one))
    return not any(_meet(*pair) or _hides(*pair) for pair in pairs)


def _groups(base: str, seed: int, most: int) -> Iterator[Sequence[Case]]:
    """Every case once, each with others it has nothing to do with."""
    left = [case for case in ALONE.values() if case.data["base"] == base]
    random.Random(seed).shuffle(left)
    while left:
        group: list[Case] = []
        for case in left:
            if len(group) < most and all(_apart(case, other) for other in group):
                group.append(case)
        left = [case for case in left if case not in group]
        yield group


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("most", "seed"), [(3, 1), (6, 2), (6, 3)])
def test_mistakes_are_told_together_as_they_are_alone(
    tmp_path: Path, base: str, most: int, seed: int
) -> None:
    for number, group in enumerate(_groups(base, seed, most)):
        alone = {(case.rule, case.data["key"]) for case in group}
        found = [
            (one.rule, one.key) for one in told(spoiled(together(group), tmp_path / str(number)))
        ]
        assert sorted(found) == sorted(alone), " + ".join(case.name for case in group)


OWN = (  # names a team gives: any will do, unless somebody uses them, and then each user is told
    "codes.kind",
    "codes.status",
    "faults.",
    "registers.house.fields.",
    "registers.record.fields.",
    "registers.house.links.neighbour",
    "services.",
    "verifications.identity",
)
WORDS = (".each", ".xml")  # of a request: beside the contract's names they may be meant as one


def _ways(data: dict[str, Any], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in data.items():
        yield (*way, key)
        if isinstance(value, dict):
            yield from _ways(value, (*way, key))


@pytest.mark.parametrize("base", BASES)
def test_misspelt_key_is_one_mistake(tmp_path: Path, base: str) -> None:
    manifest = placed(base, tmp_path) / FILE
    whole = manifest.read_text(encoding="utf-8")
    ways = [way for way in _ways(tomllib.loads(whole)) if not _given(".".join(way))]
    for way in random.Random(4).sample(ways, 40):
        here = data = tomllib.loads(whole)
        for step in way[:-1]:
            here = here[step]
        here[f"{way[-1]}q"] = here.pop(way[-1])
        manifest.write_text(dumps(data), encoding="utf-8")
        assert len(told(manifest.parent)) == 1, way


def _given(key: str) -> bool:
    return (
        key == "registers.record"
        or key.startswith(OWN)
        or (".request." in key and key.endswith(WORDS))
    )


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("contract", ["", "no contract"])
def test_contract_that_cannot_be_read_is_one_mistake(
    tmp_path: Path, base: str, contract: str
) -> None:
    folder = placed(base, tmp_path)
    manifest = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    (folder / manifest["contract"]["file"]).write_text(contract, encoding="utf-8")
    manifest["contract"]["sha256"] = hashlib.sha256(contract.encode()).hexdigest()
    (folder / FILE).write_text(dumps(manifest), encoding="utf-8")
    assert [one.rule for one in told(folder)] == [Rule.CONTRACT_UNUSABLE]
