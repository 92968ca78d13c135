"""`python -m tests.bench.commands [--departments 51] [--seconds 20]`: what durable commands cost.

One case service with a SQLite store and so many departments that answer at once, in this process:
CPU and statements while nothing happens; from a submission to its acknowledgement and to the first
call of a department; filings a second when cases come that go to every department.
"""

import argparse
import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from joserfc.jwk import OKPKey
from rich.console import Console
from rich.table import Table

from gateway.cases.service import CaseService, Pace
from gateway.issuing.issuing import Issuing
from gateway.issuing.keys import IssuingKeys
from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case
from schema.domain.department import Repeats
from schema.domain.filing import Filing, Receipt
from schema.graph.ports import Draft
from tests.gateway.cases.world import (
    OWNER,
    FakeDepartment,
    FakeReads,
    OneCatalogue,
    TestClock,
    item,
    shop_opening,
    text,
)


@dataclass
class Timed(FakeDepartment):
    """Says when it was first called."""

    first_at: dict[str, float] = field(default_factory=dict)

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        self.first_at.setdefault(filing.case, time.perf_counter())
        return await super().file(filing, budget=budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A running service."""

    service: CaseService
    departments: Sequence[Timed]

    async def draft(self, name: str) -> str:
        """One that can be submitted."""
        made = await self.service.applications.start(
            OWNER, one_thing="open_shop", answers={"shop": "小满", "seats": 20}, request_id=name
        )
        assert isinstance(made, Draft), made
        return made.id

    async def submit(self, draft: str) -> str:
        """The number of the case it became."""
        made = await self.service.applications.submit(
            OWNER, draft=draft, answers={}, materials={}, request_id=f"s-{draft}"
        )
        assert isinstance(made, Case), made
        return made.id

    async def until_filed(self, cases: Sequence[str]) -> None:
        """Until every department has every case."""
        left = {(d.id, case) for d in self.departments for case in cases}
        while left:
            await asyncio.sleep(0.01)
            left -= {(d.id, case) for d in self.departments for case in d.first_at}


def _service(path: Path, departments: Sequence[Timed], clock: TestClock) -> CaseService:
    names = [d.id for d in departments]
    usual = shop_opening()
    one_thing = replace(
        usual,
        lead_department=names[0],
        items=tuple(replace(item(f"I{n}", d), service=f"s_{d}") for n, d in enumerate(names)),
        sources=(),
        fields=tuple(replace(f, prefill=None) for f in usual.fields),
    )
    key = IssuingKeys(OKPKey.generate_key("Ed25519"))
    return CaseService(
        store_url=f"sqlite:///{path}",
        departments={d.id: d for d in departments},
        catalogue=OneCatalogue(one_thing),
        clock=clock,
        calendar=WorkingCalendar(known_years=frozenset({2026})),
        reads=lambda viewer: FakeReads(),
        signing=Issuing(
            key, address="https://gov.example", departments={n: text(n) for n in names}
        ),
        pace=Pace(poll_every_s=60.0),
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class Statements:
    """How many statements all connections of this process have executed."""

    def __init__(self) -> None:
        self.count = 0
        sa.event.listen(sa.Engine, "before_cursor_execute", self._one_more)

    def _one_more(self, *_: Any) -> None:
        self.count += 1


async def _idle(seconds: float, statements: Statements) -> tuple[float, float]:
    await asyncio.sleep(3)
    used, before = _cpu(), statements.count
    await asyncio.sleep(seconds)
    return (_cpu() - used) / seconds, (statements.count - before) / seconds


async def _one_by_one(bench: Bench, count: int) -> tuple[list[float], list[float]]:
    """From a submission to its acknowledgement, and to the first call."""
    acknowledged, called = [], []
    drafts = [await bench.draft(f"slow-{n}") for n in range(count)]
    for draft in drafts:
        await asyncio.sleep(0.7)
        began = time.perf_counter()
        case = await bench.submit(draft)
        acknowledged.append(time.perf_counter() - began)
        await bench.until_filed([case])
        called.append(min(d.first_at[case] for d in bench.departments) - began)
    return acknowledged, called


async def _at_once(bench: Bench, count: int) -> tuple[float, float]:
    """Filings a second, and CPU milliseconds each, the applications' share included."""
    drafts = [await bench.draft(f"many-{n}") for n in range(count)]
    began, used, filings = time.perf_counter(), _cpu(), count * len(bench.departments)
    cases = await asyncio.gather(*map(bench.submit, drafts))
    await bench.until_filed(cases)
    return filings / (time.perf_counter() - began), (_cpu() - used) / filings * 1000


async def run(chosen: Any) -> None:
    """The figures."""
    clock, statements = TestClock(), Statements()
    departments = [
        Timed(id=f"d{n}", repeats=Repeats.KEY, services=(f"s_d{n}",), clock=clock)
        for n in range(chosen.departments)
    ]
    with tempfile.TemporaryDirectory() as folder:
        service = _service(Path(folder) / "cases.sqlite", departments, clock)
        began = time.perf_counter()
        await service.start()
        started = time.perf_counter() - began
        bench = Bench(service=service, departments=departments)
        cpu, told = await _idle(chosen.seconds, statements)
        acknowledged, called = await _one_by_one(bench, chosen.cases)
        rate, each = await _at_once(bench, chosen.many)
        await service.stop()
    table = Table("departments", "start s", "idle CPU", "statements/s idle", "submit p50 ms",
                  "first call p50", "p99", "filings/s", "CPU ms")  # fmt: skip
    table.add_row(
        str(chosen.departments), f"{started:.2f}", f"{cpu:.1%}", f"{told:.0f}",
        f"{statistics.median(acknowledged) * 1000:.1f}", f"{_quantile(called, 0.5):.0f}",
        f"{_quantile(called, 0.99):.0f}", f"{rate:.0f}", f"{each:.1f}",
    )  # fmt: skip
    Console(width=110).print(table)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--departments", type=int, default=51)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--many", type=int, default=10)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
