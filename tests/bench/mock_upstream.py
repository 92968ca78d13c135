"""What a core of the gateway sends each department, and what a core of that one answers: one run.

Uncached cases over five departments (`tests.bench.case`), answered by the mocks themselves. Cases
at once share calls (ADR 0020), so calls are counted by the departments, never worked out; a call
may ask for several records. CPU is each process's own, from /proc, less what it spends idle.
"""

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
from rich.table import Table

from tests.bench.case import DEPARTMENTS, bench_client, bench_town, processes

_COUNT = re.compile(r'^mocks_requests_total{department="(\w+)".*} (\d+)$', re.MULTILINE)
_WARM_S, _IDLE_S = 3, 4
COLUMNS = ("department", "calls", "a gateway core sends", "µs a call", "a core answers", "times")


def cpu_s(pid: int) -> float:
    """Seconds a process spent on a core, exactly: the ticks of /proc/PID/stat are samples."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One department: the calls it got, and its CPU for them."""

    department: str
    calls: int
    cpu: float

    def cells(self, gateway_cpu: float) -> list[str]:
        """For the table."""
        sent, answered = self.calls / gateway_cpu, self.calls / self.cpu
        return [
            self.department, f"{self.calls:,}", f"{sent:,.0f}/s", f"{1e6 / answered:.0f}",
            f"{answered:,.0f}/s", f"{answered / sent:.1f}",
        ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """What came of one run."""

    cases: int
    odd: int
    gateway_cpu: float
    shares: Sequence[Share]

    @property
    def whole(self) -> Share:
        """All departments as if they were one."""
        calls, cpu = sum(s.calls for s in self.shares), sum(s.cpu for s in self.shares)
        return Share(department="all, were they one", calls=calls, cpu=cpu)

    @property
    def sent(self) -> float:
        """Calls a second that a core of the gateway sends."""
        return self.whole.calls / self.gateway_cpu

    def table(self) -> Table:
        """A row for each department."""
        cases = (
            f"{self.cases:,} cases, {self.odd} odd, {self.whole.calls / self.cases:.2f} calls each"
        )
        title = f"what a core of the gateway sends, and one of a department answers: {cases}"
        table = Table(*COLUMNS, title=title)
        for share in self.shares:
            table.add_row(*share.cells(self.gateway_cpu), end_section=share is self.shares[-1])
        table.add_row(*self.whole.cells(self.gateway_cpu))
        return table


async def upstream(seconds: float = 8.0, connections: int = 8) -> Upstream:
    """Ask so many cases at once for so long, and count."""
    with tempfile.TemporaryDirectory() as name:
        async with bench_town(Path(name), {}) as place:
            client, ports = await bench_client(place, mocks=True), Path(name) / "mocks/ports.json"
            pids = [place.processes[1].process.pid, *await processes(place)]
            await client.stretch(connections, _WARM_S)
            idle = await _idle(pids)
            calls, used = await _counted(ports), list(map(cpu_s, pids))
            made = await client.stretch(connections, seconds)
            each = zip(pids, used, idle, strict=True)
            gateway, *spent = [cpu_s(pid) - was - rest * made.seconds for pid, was, rest in each]
            now = await _counted(ports)
    shares = [
        Share(department=name, calls=now[name] - calls[name], cpu=cpu)
        for name, cpu in zip(DEPARTMENTS, spent, strict=True)
    ]
    return Upstream(cases=len(made.took), odd=made.odd, gateway_cpu=gateway, shares=shares)


async def _idle(pids: Sequence[int]) -> list[float]:
    """The share of a core each process takes while nobody asks."""
    await asyncio.sleep(1)
    used = list(map(cpu_s, pids))
    await asyncio.sleep(_IDLE_S)
    return [(cpu_s(pid) - was) / _IDLE_S for pid, was in zip(pids, used, strict=True)]


async def _counted(ports: Path) -> Mapping[str, int]:
    """How many calls each department counted so far."""
    told = orjson.loads(await asyncio.to_thread(ports.read_bytes))
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{told['admin']['url']}/__admin/metrics")).text
    counts = Counter[str]()
    for department, count in _COUNT.findall(text):
        counts[department] += int(count)
    return counts
