"""`python -m tests.bench.bad_days [--hang-s 30] [--rate 10]`: what bad days of departments cost.

A gateway and eight departments as processes of their own. Two kinds of queries arrive at a steady
rate each: one touches the market regulator (a company known before and a new one), one does not
(a property nobody has asked about). First all is well (the baseline), then the market regulator
accepts and never answers for `--hang-s`, then all departments do. Nothing is asserted; the figures
stand beside their baseline and their goal. Run it on a quiet machine.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from gateway.demo.people import token_of
from gateway.demo.town import Ports, Town, town
from gateway.settings import load_settings
from mocks.core.city import City
from schema.domain.calendar import SHANGHAI
from tests.bench.process import rss_mb

OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
HUNG, HUNG_SLOTS = "market", 16  # as its department.toml says
BUDGET_S = 2.0  # deadlines.department_s
OPENED_AFTER_S = 5.0  # its breaker is open by then: five silent calls of 2 s at once
HANG = [{"operation": "*", "kind": "hang"}]
_SOURCE = "provenance { department source asOf stale } problem { code }"
_LICENCE = "value { enterpriseName } " + _SOURCE
QUERIES = {
    "touching": "query ($known: String!, $new: String!) {"
    f" known: businessLicence(uscc: $known) {{ {_LICENCE} }}"
    f" new: businessLicence(uscc: $new) {{ {_LICENCE} }} }}",
    "others": "query ($home: String!) {"
    f" home: property(certNo: $home) {{ value {{ address }} {_SOURCE} }} }}",
    "all": "query ($known: String!, $new: String!, $address: String!) {"
    f" known: businessLicence(uscc: $known) {{ {_LICENCE} }}"
    f" new: businessLicence(uscc: $new) {{ {_LICENCE} }}"
    f" health: healthCertificates(uscc: $new) {{ value {{ __typename }} {_SOURCE} }}"
    f" home: propertyByAddress(address: $address) {{ value {{ certNo }} {_SOURCE} }} }}",
}
Readings = Mapping[str, Any]


@dataclass(slots=True)
class Answered:
    """One query: when it was asked, how long it took, what it said; None for no answer."""

    at: float
    seconds: float
    readings: Readings | None


@dataclass(slots=True)
class Phase:
    """What came of one stretch of time."""

    answers: dict[str, list[Answered]] = field(default_factory=dict)
    sockets: int = 0  # most at once to the department that hangs
    rss_mb: float = 0.0

    def worst(self, kind: str, share: float, *, before: float = 1e9, after: float = 0.0) -> float:
        """The time of the slowest but `1 - share` of them, in milliseconds."""
        took = sorted(a.seconds for a in self.answers[kind] if after <= a.at < before)
        return took[min(len(took) - 1, int(len(took) * share))] * 1000 if took else float("nan")


class Bench:
    """One town on its days."""

    def __init__(self, place: Town, client: httpx.AsyncClient, rate: float, demo: Any) -> None:
        self._place, self._client, self._rate = place, client, rate
        self._known, self._address = demo["uscc"], demo["address"]
        self._city, self._fresh = City(), count(100)
        self._gateway = place.processes[1].process.pid
        self._port = int((place.overrides[f"departments.{HUNG}.url"]).split(":")[2].split("/")[0])

    async def ask(self, kind: str, at: float = 0.0) -> Answered:
        """One query with a company nobody has asked about."""
        loop = asyncio.get_running_loop()
        companies = (self._city.company(index) for index in self._fresh)
        company = next(company for company in companies if company.premises_cert_no)
        names = {
            "known": self._known,
            "new": company.uscc,
            "home": company.premises_cert_no,
            "address": self._address,
        }
        asked = {k: v for k, v in names.items() if f"${k}:" in QUERIES[kind]}
        began = loop.time()
        try:
            answer = await self._client.post(
                "/graphql", json={"query": QUERIES[kind], "variables": asked}
            )
            told = answer.json().get("data")
        except httpx.HTTPError:
            told = None
        return Answered(at, loop.time() - began, told)

    async def phase(self, seconds: float, *kinds: str) -> Phase:
        """Each kind at the rate, for so long; and what is seen of the gateway meanwhile."""
        made = Phase()
        watching = asyncio.create_task(self._watch(made))
        answers = [self._arriving(kind, seconds) for kind in kinds]
        for kind, found in zip(kinds, await asyncio.gather(*answers), strict=True):
            made.answers[kind] = found
        watching.cancel()
        return made

    async def _arriving(self, kind: str, seconds: float) -> list[Answered]:
        loop, running = asyncio.get_running_loop(), []
        began = loop.time()
        for number in range(int(seconds * self._rate)):
            at = number / self._rate
            await asyncio.sleep(max(0.0, began + at - loop.time()))
            running.append(asyncio.create_task(self.ask(kind, at)))
        return list(await asyncio.gather(*running))

    async def _watch(self, made: Phase) -> None:
        while True:
            made.sockets = max(made.sockets, sockets_to(self._port, self._gateway))
            made.rss_mb = max(made.rss_mb, rss_mb(self._gateway))
            await asyncio.sleep(0.1)

    async def recovery(self, kind: str, within_s: float = 30.0) -> float:
        """Seconds until a query has no problem any more; NaN when that takes too long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while loop.time() - began < within_s:
            found = await self.ask(kind)
            if found.readings and not any(r["problem"] for r in found.readings.values()):
                return loop.time() - began
            await asyncio.sleep(0.2)
        return float("nan")


def sockets_to(port: int, pid: int) -> int:
    """Connections of a process to a port on loopback."""
    wanted, own = f":{port:04X}", set(_sockets(pid))
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(row[2].endswith(wanted) and f"socket:[{row[9]}]" in own for row in rows)


def _sockets(pid: int) -> Iterator[str]:
    for opened in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            yield str(opened.readlink())


def honest(reading: Any) -> bool:
    """A value with its source, time and age, or a problem with its code; never nothing."""
    if reading["value"] is None:
        return reading["problem"] is not None or reading["provenance"] is not None
    origin = reading["provenance"]
    told = bool(origin and origin["asOf"] and origin["source"])
    return told and (reading["problem"] is None or origin["stale"])


def share(answers: Sequence[Answered]) -> str:
    """How many of all readings were honest."""
    readings = [r for a in answers for r in (a.readings or {"": None}).values()]
    return f"{sum(r is not None and honest(r) for r in readings)} of {len(readings)}"


Row = tuple[str, str, str, str]


def rows_of_one(calm: Phase, bad: Phase, recovery_s: float) -> list[Row]:
    """The figures of a day on which one department hangs."""
    known = [a.readings["known"] for a in bad.answers["touching"] if a.readings]
    aged = [r for r in known if r["value"] and r["problem"] and r["provenance"]["stale"]]
    limit = f"≤ {1.1 * calm.worst('others', 0.99):.1f}"
    honesty = share(calm.answers["touching"]), share(bad.answers["touching"])
    return [
        _times("p50 ms, not touching it", "others", 0.5, calm, bad),
        _times("p99 ms, not touching it", "others", 0.99, calm, bad, limit),
        *_touching(calm, bad),
        ("sockets to it", str(calm.sockets), str(bad.sockets), f"≤ {HUNG_SLOTS}"),
        ("stale, with asOf and source", "", f"{len(aged)} of {len(known)} known", "all not fresh"),
        ("honest readings", *honesty, "all"),
        ("RSS MB", f"{calm.rss_mb:.0f}", f"{bad.rss_mb:.0f}", f"≤ {calm.rss_mb + 20:.0f}"),
        ("recovery s", "", f"{recovery_s:.1f}", "≤ 10"),
    ]


def _touching(calm: Phase, bad: Phase) -> Iterator[Row]:
    first, later = {"before": OPENED_AFTER_S}, {"after": OPENED_AFTER_S}
    budget = f"≤ {BUDGET_S * 1000 + 100:.0f}"
    yield _times("p99 ms, touching it, at first", "touching", 0.99, calm, bad, budget, **first)
    yield _times("p50 ms, touching it, then", "touching", 0.5, calm, bad, "", **later)
    yield _times("p99 ms, touching it, then", "touching", 0.99, calm, bad, "≤ 50", **later)
    yield _times("slowest ms, touching it, then", "touching", 1.0, calm, bad, "", **later)


def _times(
    figure: str, kind: str, share: float, calm: Phase, bad: Phase, goal: str = "", **part: float
) -> Row:
    return (figure, f"{calm.worst(kind, share):.1f}", f"{bad.worst(kind, share, **part):.1f}", goal)


def rows_of_all(calm: Phase, bad: Phase, recovery_s: float) -> list[Row]:
    """The figures of a day on which all of them hang."""
    slowest = bad.worst("all", 1)
    return [
        ("slowest ms, every query", f"{calm.worst('all', 1):.1f}", f"{slowest:.1f}", "≤ 2100"),
        ("honest readings", share(calm.answers["all"]), share(bad.answers["all"]), "all"),
        ("recovery s", "", f"{recovery_s:.1f}", "≤ 10"),
    ]


async def measured(place: Town, hang_s: float, rate: float) -> Sequence[tuple[str, list[Row]]]:
    """Both days, each with its rows."""
    overrides = {**place.overrides, "profile": "dev"}
    demo, settings = await place.admin.demo(), load_settings(overrides, environ={})
    headers = {"authorization": f"Bearer {token_of(settings, 'applicant', demo)}"}
    calm_s = max(10.0, hang_s / 2)
    async with httpx.AsyncClient(
        base_url=place.gateway, headers=headers, timeout=15, trust_env=False
    ) as client:
        bench = Bench(place, client, rate, demo)
        await bench.phase(3, "touching", "others", "all")  # warm
        calm = await bench.phase(calm_s, "touching", "others")
        await place.admin.faults({HUNG: HANG})
        one = await bench.phase(hang_s, "touching", "others")
        await place.admin.faults({})
        one_rows = rows_of_one(calm, one, await bench.recovery("touching"))
        calm = await bench.phase(calm_s, "all")
        state = await place.admin.state()
        await place.admin.faults(dict.fromkeys(state["departments"], HANG))
        down = await bench.phase(hang_s, "all")
        await place.admin.faults({})
        all_rows = rows_of_all(calm, down, await bench.recovery("all"))
    return [(f"{HUNG} hangs for {hang_s:g} s", one_rows), ("all departments hang", all_rows)]


async def run(hang_s: float, rate: float) -> None:
    """Print both tables."""
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as folder:
        ports = Ports.chosen(0, None)
        async with town(Path(folder), ports, OPENING, console.print, own_key=True) as place:
            tables = await measured(place, hang_s, rate)
    for title, rows in tables:
        table = Table("figure", "baseline", "bad day", "goal", title=f"{title}, {rate:g} queries/s")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hang-s", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=10.0, help="of each kind of query, a second")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.hang_s, chosen.rate))


if __name__ == "__main__":
    main()
