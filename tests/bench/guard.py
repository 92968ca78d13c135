"""`python -m tests.bench.guard [--rounds N]`: what the guard of outward calls costs, in CPU time.

Five departments that answer at once are asked one key each, as one operation does; nothing of HTTP,
GraphQL or a contract is in it. Microseconds of this process's CPU an operation, least of seven.
"""

import argparse
import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import uvloop
from rich.console import Console
from rich.table import Table

from adapters.errors import NotDelivered
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from tests.gateway.test_federation_reads import FakeDepartment, info

AT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
NAMES = ("housing", "market", "planning", "fire", "police")
RECORD = {"no": "A", "area": Decimal("186.50"), **{f"field_{n}": f"value {n}" for n in range(12)}}

Operation = Callable[[], Awaitable[object]]


class Immediate(FakeDepartment):
    """Answers in the very turn it is asked."""

    async def _reply(self, call, keys, budget):  # type: ignore[no-untyped-def]
        if self.fails is not None:
            raise self.fails
        return dict.fromkeys(keys, RECORD)


def operations(departments: list[Immediate], federation: Federation) -> dict[str, Operation]:
    """What is timed, by name."""
    names = [department.info.id for department in departments]
    fresh_key = count()

    def reads() -> OperationReads:
        return OperationReads(federation, scope="me")

    async def bare() -> None:
        key = str(next(fresh_key))
        calls = [d.read("property", "no", [key], budget=2.0) for d in departments]
        await asyncio.gather(*calls)

    async def asked() -> None:
        operation, key = reads(), str(next(fresh_key))
        for future in [operation.record(name, "property", "no", key) for name in names]:
            await future

    async def cached() -> None:
        operation = reads()
        for future in [operation.record(name, "property", "no", "same") for name in names]:
            await future

    return {"bare: gather of five": bare, "asked": asked, "cached": cached}


async def cpu_us(operation: Operation, rounds: int) -> float:
    """Microseconds of CPU one operation takes."""
    least = float("inf")
    for _ in range(7):
        gc.collect()
        began = time.process_time()
        for _ in range(rounds):
            await operation()
        least = min(least, (time.process_time() - began) / rounds * 1e6)
    return least


async def measured(rounds: int) -> list[tuple[str, float]]:
    """Each case with its figure."""
    departments = [Immediate(info(name)) for name in NAMES]
    federation = Federation(departments, now=lambda: AT)
    found = [
        (name, await cpu_us(operation, rounds))
        for name, operation in operations(departments, federation).items()
    ]
    for department in departments:
        department.fails = NotDelivered(department.info.id, "refused")
    operation = operations(departments, federation)["asked"]
    for _ in range(20):
        await operation()
    found.append(("asked, every breaker open", await cpu_us(operation, rounds)))
    await federation.aclose()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    rounds = parser.parse_args().rounds
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(measured(rounds))
    table = Table("five departments, one key each", "CPU µs", "a department", title="the guard")
    for name, us in found:
        table.add_row(name, f"{us:.1f}", f"{us / len(NAMES):.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
