"""`python -m tests.bench.execution`: what executing costs, apart from everything around it.

The same answers by Strawberry (documents cached), by graphql-core and compiled, on data that is
there: CPU microseconds of one execution (least and median of seven), what compiling costs, and what
a compiled operation holds. Each answer is compared with graphql-core's before it is timed.
"""

import asyncio
import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from inspect import isawaitable
from typing import Any

import strawberry
import uvloop
from graphql import DocumentNode, execute, parse, validate
from rich.console import Console
from rich.table import Table
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from gateway.execution.compiled.compiler import Compiler, Operation
from gateway.execution.strawberry_fields import simplify
from schema.graph.build import core, read
from schema.graph.scalars import SCALARS

ROUNDS = 7
COLUMNS = (
    "answer", "fields", "strawberry µs", "graphql-core µs", "compiled µs", "median", "ratio",
    "compile ms", "kB held",
)  # fmt: skip


@strawberry.type
class Part:
    """Ten fields of the kinds registers have."""

    id: strawberry.ID
    name: str
    kind: str
    status: str
    address: str | None
    share: float | None
    count: int
    valid: bool
    since: date
    amount: Decimal


@strawberry.type
class Group:
    """A reading: a value, and where it came from."""

    source: str
    value: Part
    parts: list[Part]


def _part(number: int) -> dict[str, Any]:
    return {
        "id": f"P{number}", "name": "海风", "kind": "food", "status": "granted", "address": None,
        "share": 0.5, "count": number, "valid": True, "since": date(2026, 11, 26),
        "amount": Decimal("186.5"),
    }  # fmt: skip


def _group(parts: int) -> dict[str, Any]:
    return {"source": "s", "value": _part(0), "parts": [_part(n) for n in range(parts)]}


CASE, LIST, WIDE = _group(1), _group(50), _group(25)


def _case() -> Any:
    return CASE


def _list() -> Any:
    return LIST


def _wide() -> Any:
    return WIDE


def _waiting() -> Any:
    future = asyncio.get_running_loop().create_future()
    future.get_loop().call_soon(future.set_result, CASE)
    return future


@strawberry.type
class Query:
    """Data that is there, and data that comes a moment later."""

    case: Group = strawberry.field(resolver=_case)
    list: Group = strawberry.field(resolver=_list)
    wide: Group = strawberry.field(resolver=_wide)
    awaited: Group = strawberry.field(resolver=_waiting)


PART = "{ id name kind status address share count valid since amount }"
READ = f"{{ source value {PART} parts {PART} }}"
QUERIES = {
    "110 leaves": "{ " + " ".join(f"r{n}: case {READ}" for n in range(5)) + " }",
    "110 leaves, five awaited": "{ " + " ".join(f"r{n}: awaited {READ}" for n in range(5)) + " }",
    "list of 50 x 10": f"{{ list {{ parts {PART} }} }}",
    "1,300 fields": "{ " + " ".join(f"r{n}: wide {READ}" for n in range(5)) + " }",
}
SCHEMA = strawberry.Schema(
    query=Query,
    config=StrawberryConfig(default_resolver=read, scalar_map=SCALARS),
    extensions=[ParserCache, ValidationCache],
)


async def _timed(run: Callable[[], Any]) -> tuple[float, float]:
    """Least and median CPU microseconds of one execution."""
    count, rounds = 1, []
    while True:
        began = time.thread_time()
        await _repeated(run, count)
        if time.thread_time() - began > 0.02:
            break
        count *= 4
    for _ in range(ROUNDS):
        gc.collect()
        began = time.thread_time()
        await _repeated(run, count)
        rounds.append((time.thread_time() - began) / count * 1e6)
    return min(rounds), statistics.median(rounds)


async def _repeated(run: Callable[[], Any], count: int) -> Any:
    result = None
    for _ in range(count):
        result = run()
        if isawaitable(result):
            result = await result
    return result


def _compiled(document: DocumentNode) -> tuple[Operation, float, float]:
    """An operation, the milliseconds of compiling it, and the kilobytes it holds."""
    operation = Compiler(core(SCHEMA), simplify).operation(document)
    began = time.thread_time()
    operation.prepare()
    took = time.thread_time() - began
    tracemalloc.start()
    other = Compiler(core(SCHEMA), simplify).operation(document)
    other.prepare()
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return operation, took * 1e3, held / 1024


async def row(name: str, text: str) -> list[str]:
    """One line of the table."""
    document = parse(text)
    assert validate(core(SCHEMA), document) == []
    operation, compiling, held = _compiled(document)
    by_core = await _repeated(lambda: execute(core(SCHEMA), document), 1)
    by_compiled = await _repeated(lambda: operation.execute(None, None), 1)
    assert by_core.data == by_compiled.data
    assert by_core.errors is by_compiled.errors is None
    natural, _ = await _timed(lambda: SCHEMA.execute(text))
    reference, _ = await _timed(lambda: execute(core(SCHEMA), document))
    least, median = await _timed(lambda: operation.execute(None, None))
    figures = (natural, reference, least, median, reference / least, compiling, held)
    return [name, str(_leaves(by_core.data)), *(f"{figure:.1f}" for figure in figures)]


async def executed(text: str) -> float:
    """CPU milliseconds of one execution, compiled; least of the rounds."""
    operation, _, _ = _compiled(parse(text))
    least, _ = await _timed(lambda: operation.execute(None, None))
    return least / 1000


def _leaves(data: Any) -> int:
    if isinstance(data, dict):
        return sum(map(_leaves, data.values()))
    return sum(map(_leaves, data)) if isinstance(data, list) else 1


async def main() -> None:
    """Print the table."""
    table = Table(*COLUMNS, title="execution")
    for name, text in QUERIES.items():
        table.add_row(*await row(name, text))
    Console(width=150).print(table)


if __name__ == "__main__":
    uvloop.run(main())  # as the gateway runs
