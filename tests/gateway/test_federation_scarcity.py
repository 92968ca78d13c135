"""Requests that come together leave one by one while the department has calls to spare."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from gateway.federation.gate import Gate
from gateway.federation.scarcity import Scarcity
from gateway.prompt_loop import PromptLoop
from schema.domain.department import DepartmentInfo
from tests.gateway.test_federation_gathering import AT, Housing, World, housing

KEYS = ("a", "b", "c")


def bears(*, rate_per_s: float, concurrency: int = 8) -> DepartmentInfo:
    info = housing()
    limits = replace(info.limits, rate_per_s=rate_per_s, concurrency=concurrency)
    return replace(info, limits=limits)


def asked_together(
    info: DepartmentInfo, before: Sequence[str] = (), keys: Sequence[str] = KEYS
) -> Sequence[Sequence[str]]:
    """The calls for three requests that were there at once, on the server's loop."""
    department = Housing(info)

    async def main() -> None:
        world, loop = World(department), asyncio.get_running_loop()
        assert isinstance(loop, PromptLoop)
        for key in before:
            await world.operation().record("housing", "property", "no", key)
        tasks = list[asyncio.Task[None]]()

        def come(key: str) -> None:
            tasks.append(loop.create_task(read(world, key)))

        for key in keys:  # outside of a step, as messages are
            loop.call_after_messages(loop.promptly, come, key)
        all_came = asyncio.Event()
        loop.call_after_messages(all_came.set)
        await all_came.wait()
        await asyncio.gather(*tasks)
        await world.federation.aclose()

    async def read(world: World, key: str) -> None:
        await world.operation(scope=key).record("housing", "property", "no", key)

    with asyncio.Runner(loop_factory=lambda: PromptLoop(lambda: 0.0, lambda: 0.0)) as runner:
        runner.run(main())
    return department.calls[len(before) :]


@pytest.mark.parametrize("rate_per_s", [0, 20])
def test_who_came_together_leaves_apart_while_calls_are_to_spare(rate_per_s: float) -> None:
    assert asked_together(bears(rate_per_s=rate_per_s)) == [["a"], ["b"], ["c"]]


def test_the_same_key_is_asked_for_once_however_much_is_to_spare() -> None:
    assert asked_together(bears(rate_per_s=0), keys=("a", "a", "b", "a")) == [["a"], ["b"]]


def test_beyond_its_free_slots_who_came_together_leaves_together() -> None:
    assert asked_together(bears(rate_per_s=0, concurrency=1)) == [["a"], ["b", "c"]]


def test_beyond_half_of_its_pace_who_came_together_leaves_together() -> None:
    department = bears(rate_per_s=6)

    assert asked_together(department, before=("x", "y", "z")) == [["a", "b", "c"]]


def test_what_left_more_than_a_second_ago_counts_no_more() -> None:
    scarcity, gate = Scarcity(), Gate(bears(rate_per_s=4), now=lambda: AT)

    scarcity.called(gate, 10.0)
    scarcity.called(gate, 10.5)

    assert [scarcity.of(gate, now) for now in (10.6, 11.0, 11.2)] == [True, True, False]
