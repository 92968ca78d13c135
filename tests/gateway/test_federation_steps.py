"""What a read takes above its department's call, in opcodes of Python: nothing else disturbs them.

The figure is a ceiling with a twentieth to spare. Who needs more for a reason raises it.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from gateway import federation
from tests.gateway.test_federation_gathering import Housing as Department
from tests.gateway.test_federation_gathering import World, housing
from tests.gateway.virtual_time import in_virtual_time

_HERE = federation.__path__[0]
_ALONE, _EACH_OF_TWENTY = 1_390, 425


def counting(counted: list[int]) -> Callable[[FrameType, str, Any], Any]:
    """A trace function that counts the opcodes of the federation's modules."""

    def within(frame: FrameType, event: str, arg: Any) -> Any:
        counted[0] += event == "opcode"
        return within

    def called(frame: FrameType, event: str, arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(_HERE):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return within

    return called


async def opcodes(world: World, *keys: str) -> int:
    """Those of one operation that asks for these."""
    counted, before = [0], sys.gettrace()
    sys.settrace(counting(counted))
    try:
        readings = await world.ask(*keys)
    finally:
        sys.settrace(before)
    assert [reading.problem for reading in readings] == [None] * len(keys)
    return counted[0]


@in_virtual_time
async def test_a_read_alone_takes_so_many_steps() -> None:
    world = World(Department())
    await world.ask("to look the way up")

    assert await opcodes(world, "one") < _ALONE


@in_virtual_time
async def test_each_of_twenty_reads_takes_a_third_of_them() -> None:
    world = World(Department(housing(batch=50)))
    await world.ask("to look the way up")

    assert await opcodes(world, *map(str, range(20))) < 20 * _EACH_OF_TWENTY
