"""Recorded replies, changed a little, before the adapters that ship and an independent oracle."""

import random
import time
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
from adapters.conformance.leaves import unread_rows, without_failed
from adapters.wire import WireReply
from mocks.core.kit import CONTRACTS
from mocks.core.kit import DEPARTMENTS as NAMES
from tests.adapters.examples import subject_of
from tests.bench.peers.progress import Tell
from tests.faults.figures import Figure, Section, none_of
from tests.faults.matrix import DEADLINE_S
from tests.faults.memory import Growth
from tests.faults.mutations import mutated
from tests.faults.oracle import Invalid, Leaves, Oracle, unfounded
from tests.faults.verdict import MOST_BYTES, SLACK_S

MOST_S = DEADLINE_S + SLACK_S  # there is nothing to wait for: all of it is our own work
_TRIES = 3


def _silent(what: str, share: float = 0.0, /) -> None:
    return


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
    slowest_s: float = 0.0
    most_bytes: int = 0

    def note(self, held: "Held") -> None:
        """Keep the largest."""
        self.slowest_s = max(self.slowest_s, held.took_s)
        self.most_bytes = max(self.most_bytes, held.grown_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an adapter made of one reply, how long it took and how much memory."""

    given: dict[str, Json]
    took_s: float
    grown_bytes: int

    @property
    def cost(self) -> str | None:
        """What was too much of it; None where nothing was."""
        if self.took_s > MOST_S:
            return f"took {1000 * self.took_s:.0f} ms"
        if self.grown_bytes > MOST_BYTES:
            return f"took {self.grown_bytes / 2**20:.0f} MB"
        return None


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


async def held(example: Example, reply: WireReply) -> Held:
    """The reply before its adapter; what was slow or large again, the least of a few tries."""
    found = await _once(example, reply)
    for _ in range(1, _TRIES):
        if found.cost is None:
            break
        found = await _once(example, reply)
    return found


async def _once(example: Example, reply: WireReply) -> Held:
    example.bench.wire.reply = reply
    grown, began = Growth(), time.perf_counter()
    given = await tried(example.bench.department, example.told)
    took = time.perf_counter() - began
    return Held(given=given, took_s=took, grown_bytes=grown.bytes)


async def good_day() -> Found:
    """The same of every recorded reply as it is."""
    found = Found()
    for example in examples():
        found.note(await held(example, example.true))
    return found


async def mutate(count: int, seed: int, tell: Tell = _silent) -> Found:
    """So many changed replies, each put before its adapter and held to the oracle."""
    draw, found, known = random.Random(seed), Found(), examples()
    for number in range(count):
        example = draw.choice(known)
        change, reply = mutated(example.true, draw)
        one = await held(example, reply)
        found.note(one)
        outcome, wrong = _judged(example, reply, one)
        found.outcomes[outcome] += 1
        found.by_change[change, outcome] += 1
        if wrong:
            found.wrong.append(f"{number}: {example.name}, {change}: {outcome}, {wrong}")
        tell(f"{number:,} of {count:,} changed replies", number / count)
    return found


def _judged(example: Example, reply: WireReply, one: Held) -> tuple[str, str | None]:
    """The outcome by name, and what is wrong with it."""
    given = one.given
    if is_raw(given):
        return "raw exception", str(given["fails"])
    if "fails" in given:
        return str(given["fails"]).partition(" ")[0], one.cost
    left_out = unread_rows(given["gives"]) or ()
    try:
        now = example.oracle.leaves(
            reply, example.true, *_asked(example.told), left_out=len(left_out)
        )
    except Invalid as broken:
        return "value", f"of a reply whose {broken} is invalid"
    there = without_failed(given["gives"]) if left_out else given["gives"]
    return "value", unfounded(there, example.told["gives"], now, example.leaves) or one.cost


async def figures(found: Found) -> Section:
    """What came of changed replies, beside the replies as they were recorded."""
    calm, whole = await good_day(), found.outcomes.total()
    return Section(
        title="changed replies",
        figures=[
            none_of("wrong values, raw exceptions, too slow or large", len(found.wrong), whole),
            Figure(
                what="slowest, ms",
                baseline=1000 * calm.slowest_s,
                measured=1000 * found.slowest_s,
                most=1000 * MOST_S,
            ),
            Figure(
                what="most memory of one, MB",
                baseline=calm.most_bytes / 2**20,
                measured=found.most_bytes / 2**20,
                most=MOST_BYTES / 2**20,
            ),
        ],
    )
