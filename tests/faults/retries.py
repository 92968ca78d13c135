"""What second attempts add where half of all calls fail: requests a server sees, over a socket.

The adapter, the line that ships and the gate of the gateway are asked together: each of them may
send once more, and what one adds multiplies what the others do.
"""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime

from adapters.conformance.bench import answered_ones, keys_asked, last_reply
from adapters.conformance.examples import Json
from adapters.conformance.standin import Heard, say, standing
from adapters.errors import AdapterError, NotCalled
from adapters.wire import Endpoint, WireReply
from gateway.federation.service import Federation
from tests.adapters.examples import subject_of
from tests.adapters.test_departments_speak import CREDENTIALS
from tests.faults.figures import Figure, Section
from tests.faults.matrix import shipped
from tests.faults.now_and_then import NowAndThen

DEPARTMENT = "health"
ASKED, MOST = 200, 1.2  # as gateway/federation/retry_budget.py promises
_AT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
_BUDGET_S = 2.0
_DOWN = WireReply(status=503, headers={}, body=b"")
GOOD_DAY, UNAVAILABLE, HUNG_UP = "good day", "503", "hung up on"


def half(seed: int = 7) -> Iterator[bool]:
    """Which requests fail: two of each four, so that never five in a row open the breaker."""
    draw = random.Random(seed)
    while True:
        yield from draw.sample([True, True, False, False], 4)


async def factor(how: str, asked: int = ASKED) -> float:
    """Requests the server saw, for one first attempt, when half of them fail so."""
    example = _example()
    failing, good = half(), last_reply(example)

    async def behave(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if how == GOOD_DAY or not next(failing):
            say(writer, good)
        elif how == UNAVAILABLE:
            say(writer, _DOWN)
        else:
            writer.close()

    async with standing(behave) as server:
        first = await _first_attempts(server.url, example, asked)
        return len(server.heard) / first


def _example() -> Json:
    known = answered_ones(subject_of(DEPARTMENT))
    return next(example for _, example in known if example["call"] == "read")


async def _first_attempts(url: str, example: Json, asked: int) -> int:
    """Ask so often, one after the other; how many of it were let through to the department."""
    told = example["arguments"]
    unhurried = {"rate_per_s": 0.0}
    endpoint = Endpoint(url=url, credentials=CREDENTIALS[DEPARTMENT], limits=unhurried)
    adapter = shipped({DEPARTMENT: endpoint})[DEPARTMENT]
    federation = Federation([adapter], now=lambda: _AT)
    guarded, kept_back = federation.guarded()[DEPARTMENT], 0
    for _ in range(asked):
        try:
            await guarded.read(
                told["register"], told["lookup"], list(keys_asked(example)), budget=_BUDGET_S
            )
        except NotCalled:
            kept_back += 1
        except AdapterError:
            continue
    await federation.aclose()
    await adapter.aclose()
    return asked - kept_back


async def figures(tell: NowAndThen) -> Section:
    """The factor of each way to fail, beside that of a good day."""
    calm = await factor(GOOD_DAY)
    found = []
    for number, how in enumerate((UNAVAILABLE, HUNG_UP)):
        tell(f"half of {ASKED} calls {how}", number / 2)
        found.append(
            Figure(
                what=f"requests seen for one first attempt, half of them {how}",
                baseline=calm,
                measured=await factor(how),
                most=MOST,
                form="{:.2f}",
            )
        )
    return Section(title="second attempts", figures=found)
