"""Recorded replies, changed a little, before the adapters that ship and an independent oracle."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.conformance.bench import (
    Bench,
    answered_ones,
    bench,
    is_raw,
    last_reply,
    tried,
)
from adapters.conformance.examples import Json
from adapters.wire import WireReply
from mocks.core.kit import CONTRACTS
from mocks.core.kit import DEPARTMENTS as NAMES
from tests.adapters.examples import subject_of
from tests.faults.mutations import mutated
from tests.faults.oracle import Invalid, Leaves, Oracle, unfounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A recorded call whose reply is changed."""

    name: str
    told: Json
    bench: Bench
    oracle: Oracle
    true: WireReply
    leaves: Leaves


@dataclass(slots=True)
class Found:
    """What came of it. `wrong`: what was accepted and may not be, or raised raw."""

    outcomes: Counter[str] = field(default_factory=Counter)
    by_change: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def examples() -> list[Example]:
    """Every recorded reply that gave a value."""
    return [one for name in NAMES for one in _of(name)]


def _of(name: str) -> Iterator[Example]:
    subject, oracle = subject_of(name), Oracle(CONTRACTS / name / "contract")
    held = bench(subject)
    for example, told in answered_ones(subject):
        if told["call"] == "callback" or told["exchanges"][-1]["reply"]["status"] >= 300:
            continue
        true = last_reply(told)
        leaves = oracle.leaves(true, true, *_asked(told))
        yield Example(
            name=f"{name}/{example}", told=told, bench=held, oracle=oracle, true=true, leaves=leaves
        )


def _asked(told: Json) -> tuple[str, str]:
    request = told["exchanges"][-1]["request"]
    return request["method"], request["path"]


async def mutate(count: int, seed: int) -> Found:
    """So many changed replies, each put before its adapter and held to the oracle."""
    draw, found, known = random.Random(seed), Found(), examples()
    for number in range(count):
        example = draw.choice(known)
        change, reply = mutated(example.true, draw)
        outcome, wrong = await _held(example, reply)
        found.outcomes[outcome] += 1
        found.by_change[change, outcome] += 1
        if wrong:
            found.wrong.append(f"{number}: {example.name}, {change}: {outcome}, {wrong}")
    return found


async def _held(example: Example, reply: WireReply) -> tuple[str, str | None]:
    example.bench.wire.reply = reply
    given = await tried(example.bench.department, example.told)
    if is_raw(given):
        return "raw exception", str(given["fails"])
    if "fails" in given:
        return str(given["fails"]).partition(" ")[0], None
    try:
        now = example.oracle.leaves(reply, example.true, *_asked(example.told))
    except Invalid as broken:
        return "value", f"of a reply whose {broken} is invalid"
    return "value", unfounded(given["gives"], example.told["gives"], now, example.leaves)
