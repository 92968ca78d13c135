"""Changed replies: a typed error or a value the changed reply says; and the oracle can refuse."""

import mmap
import time
from dataclasses import dataclass, replace
from typing import Any

import pytest

from adapters.conformance.bench import Bench
from adapters.wire import WireReply, WireRequest
from tests.faults.mutating import MOST_S, Example, examples, held, mutate
from tests.faults.oracle import Invalid, unfounded
from tests.faults.verdict import MOST_BYTES


@pytest.fixture(scope="module")
def known() -> dict[str, Example]:
    return {one.name: one for one in examples()}


@pytest.mark.timeout(180)
async def test_a_changed_reply_gives_an_error_or_what_it_says() -> None:
    found = await mutate(300, 7)

    assert found.wrong == []
    assert found.outcomes.total() == 300
    assert found.outcomes["value"] > 10
    assert found.outcomes["ContractBroken"] > 100
    assert 0 < found.slowest_s <= MOST_S
    assert found.most_bytes <= MOST_BYTES


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("housing/file-lift_consent_plan", b'"SLBH"', b'"SLBX"'),
        ("fire/file-fire_safety_inspection", b'"receiveTime":', b'"receiveTime":"x'),
        ("planning/file-lift_plan_notice", b"ReceivedAt>", b"ReceivedAs>"),
        ("construction/file-commencement", b"&lt;/SLBH&gt;", b"&lt;/SLBH&gt;&lt;X/&gt;"),
    ],
)
def test_the_oracle_refuses_what_breaks_the_contract(
    known: dict[str, Example], name: str, was: bytes, now: bytes
) -> None:
    example = known[name]
    request = example.told["exchanges"][-1]["request"]
    broken = example.true._replace(body=example.true.body.replace(was, now))
    assert broken != example.true

    with pytest.raises(Invalid):
        example.oracle.leaves(broken, example.true, request["method"], request["path"])


def test_the_oracle_finds_a_value_that_stands_nowhere(known: dict[str, Example]) -> None:
    example = known["housing/file-lift_consent_plan"]
    gives, leaves = example.told["gives"], example.leaves

    assert unfounded(gives, gives, leaves, leaves) is None
    assert unfounded({**gives, "number": "FG9"}, gives, leaves, leaves) is not None
    other = [(place, "2027 01 01" if text.startswith("2026") else text) for place, text in leaves]
    found = unfounded({**gives, "number": "FG 999"}, gives, other, leaves)
    assert found == "text that stands nowhere"


def test_a_moment_of_another_millennium_is_read_as_plainly_as_one_of_ours() -> None:
    gives = {"at": {"datetime": "7413-05-16T08:13:20+08:00"}}

    assert unfounded(gives, {}, [("/statusTime", "171776160800000")], []) is None
    assert unfounded(gives, {}, [("/statusTime", "171776160900000")], []) is not None
    assert unfounded(gives, {}, [("/statusTime", "999999999999999")], []) is not None


def test_a_row_that_fails_gives_no_value_and_excuses_none_beside_it() -> None:
    was, now = [("/a", "甲一"), ("/b", "乙二")], [("/a", "甲一"), ("/b", "乙 三")]
    failed = {"fails": "ContractBroken DEPARTMENT_BROKE_CONTRACT"}

    assert unfounded({"a": "甲一", "b": failed}, {"a": "甲一", "b": "乙二"}, now, was) is None
    assert unfounded({"a": "丙", "b": failed}, {"a": "甲一", "b": "乙二"}, now, was) is not None


@dataclass
class Costly:
    """Stands between an adapter and its answer, and takes time or memory over it."""

    inner: Any
    asked: int = 0
    times: int = 99  # it is costly
    seconds: float = 0.0
    size: int = 0

    @property
    def reply(self) -> WireReply:
        return self.inner.reply  # type: ignore[no-any-return]

    @reply.setter
    def reply(self, reply: WireReply) -> None:
        self.inner.reply = reply

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        self.asked += 1
        if self.asked <= self.times:
            end = time.perf_counter() + self.seconds
            while time.perf_counter() < end:
                pass
            if self.size:
                _taken(self.size)
        return await self.inner.send(request, deadline=deadline)  # type: ignore[no-any-return]

    async def aclose(self) -> None:
        """Nothing to give back."""


def _taken(size: int) -> None:
    """Pages fresh from the kernel, whatever the heap of this process has left over."""
    with mmap.mmap(-1, size) as pages:
        for at in range(0, size, mmap.PAGESIZE):
            pages[at] = 1


def on(example: Example, **costs: Any) -> tuple[Example, Costly]:
    """The example over a line that costs so much."""
    wire = Costly(example.bench.wire, **costs)
    department = example.bench.subject.replaying(wire)
    made = Bench(example.bench.subject, department, wire)  # type: ignore[arg-type]
    return replace(example, bench=made), wire


async def test_a_reply_that_takes_too_long_or_too_much_memory_each_time_is_found(
    known: dict[str, Example],
) -> None:
    example = known["fire/file-fire_safety_inspection"]

    slow, _ = on(example, seconds=MOST_S + 0.05)
    large, _ = on(example, size=MOST_BYTES + 2**22)
    once, wire = on(example, seconds=MOST_S + 0.05, times=1)

    assert "ms" in str((await held(slow, example.true)).cost)
    assert "MB" in str((await held(large, example.true)).cost)
    assert (await held(once, example.true)).cost is None
    assert wire.asked == 2
