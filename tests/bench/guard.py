"""`python -m tests.bench.guard [CHECKOUT…]`: what the guard of outward calls costs, in CPU time.

Five departments that answer at once are asked one key each, as one operation does, sixteen
operations at a time; nothing of HTTP, GraphQL or a contract is in it. Microseconds of CPU an
operation. Every checkout named is measured (this one, when none is), in turn within each round; the
least of the rounds counts.
"""

import asyncio
import gc
import json
import logging
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from inspect import isawaitable
from itertools import count
from pathlib import Path
from typing import Any

import structlog
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
FIFTY = [dict(RECORD) for _ in range(50)]
AT_ONCE, TIMES, SAMPLES, ROUNDS = 16, 10, 20, 3

Operation = Callable[[], Awaitable[object]]


class Immediate(FakeDepartment):
    """Answers in the very turn it is asked: a record, or fifty by address."""

    async def _reply(
        self, call: tuple[str, ...], keys: Sequence[str], budget: float
    ) -> Mapping[str, Any]:
        if self.fails is not None:
            raise self.fails
        return dict.fromkeys(keys, FIFTY if call[2] == "address" else RECORD)


def operations(departments: list[Immediate], federation: Federation) -> dict[str, Operation]:
    """What is timed, by name."""
    names = [department.info.id for department in departments]
    fresh_key = count()

    async def bare() -> None:
        key = str(next(fresh_key))
        calls = [d.read("property", "no", [key], budget=2.0) for d in departments]
        await asyncio.gather(*calls)

    async def asked() -> None:
        operation, key = OperationReads(federation, scope="me"), str(next(fresh_key))
        for future in [operation.record(name, "property", "no", key) for name in names]:
            await future
        operation.close()

    async def fifty() -> None:
        operation = OperationReads(federation, scope="me")
        await operation.record("housing", "property", "address", str(next(fresh_key)))
        operation.close()

    async def cached() -> None:
        operation = OperationReads(federation, scope="me")
        for found in [operation.look_up(name, "property", "no", "same") for name in names]:
            if isawaitable(found):
                await found
        operation.close()

    return {
        "bare: gather of five": bare,
        "asked": asked,
        "one reply of fifty": fifty,
        "remembered": cached,
    }


async def cpu_us(operation: Operation) -> float:
    """Microseconds of CPU one operation takes."""
    gc.collect()
    began = time.process_time()
    for _ in range(TIMES):
        await asyncio.gather(*[operation() for _ in range(AT_ONCE)])
    return (time.process_time() - began) / TIMES / AT_ONCE * 1e6


async def measured() -> dict[str, float]:
    """Each case with its figure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    departments = [Immediate(info(name)) for name in NAMES]
    federation = Federation(departments, now=lambda: AT)
    cases = operations(departments, federation)
    found = {}
    for name, operation in cases.items():
        found[name] = min([await cpu_us(operation) for _ in range(SAMPLES)])
    for department in departments:
        department.fails = NotDelivered(department.info.id, "refused")
    await cpu_us(cases["asked"])
    found["asked, every breaker open"] = min([await cpu_us(cases["asked"]) for _ in range(SAMPLES)])
    await federation.aclose()
    return found


def of_checkout(checkout: Path) -> dict[str, float]:
    """The cost of each, in a process of that checkout."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.guard", "--json"],
        cwd=checkout,
        check=True,
        capture_output=True,
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    if "--json" in arguments:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            Console().print_json(data=runner.run(measured()))
        return
    checkouts = [Path(argument).resolve() for argument in arguments] or [Path.cwd()]
    least: dict[Path, dict[str, float]] = {checkout: {} for checkout in checkouts}
    for _ in range(ROUNDS):
        for checkout, found in least.items():
            for name, cost in of_checkout(checkout).items():
                found[name] = min(cost, found.get(name, cost))
    table = Table("CPU µs an operation", *(checkout.name for checkout in checkouts))
    for name in least[checkouts[0]]:
        table.add_row(name, *(f"{found[name]:.1f}" for found in least.values()))
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
