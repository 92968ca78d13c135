"""`python -m tests.bench.bad_days [--hang-s 30] [--rate 10]`: what bad days of departments cost.

A gateway and eight departments as processes of their own. Two kinds of queries arrive at a steady
rate each: one touches the market regulator (a company known before and a new one), one does not
(a property nobody has asked about). First all is well (the baseline), then the market regulator
accepts and never answers for `--hang-s`, then all departments do. The figures stand beside their
baseline and their goal; exit code 1 when one is beyond it. Run it on a quiet machine.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from gateway.demo.people import token_of
from gateway.demo.town import Ports, Town, town
from gateway.settings import load_settings
from mocks.core.city import City
from mocks.core.records import Company
from schema.domain.calendar import SHANGHAI
from tests.bench.peers.progress import Tell
from tests.bench.process import rss_mb
from tests.bench.stretch import HUNG, Answered, Phase, figures_of_all, figures_of_one
from tests.faults.figures import Section, missed, table
from tests.faults.now_and_then import NowAndThen, console

OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
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


class Bench:
    """One town on its days."""

    def __init__(
        self, place: Town, client: httpx.AsyncClient, rate: float, demo: Any, tell: Tell
    ) -> None:
        self._place, self._client, self._rate, self._tell = place, client, rate, tell
        self._demo = demo
        self._city, self._fresh = City(), count(100)
        self._gateway = place.processes[1].process.pid
        self._port = int((place.overrides[f"departments.{HUNG}.url"]).split(":")[2].split("/")[0])

    async def ask(self, kind: str, at: float = 0.0) -> Answered:
        """One query with a company nobody has asked about."""
        loop = asyncio.get_running_loop()
        companies = (self._city.company(index) for index in self._fresh)
        company = next(company for company in companies if company.premises_cert_no)
        names = {
            "known": self._demo["uscc"],
            "new": company.uscc,
            "home": company.premises_cert_no,
            "address": self._demo["address"],
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
        return Answered(at, loop.time() - began, told, self._truth(kind, company))

    def _truth(self, kind: str, company: Company) -> dict[str, Any]:
        """What the registers hold, as a query of this kind asks for it."""
        title = self._city.property_by_cert(company.premises_cert_no or "")
        others = {"home": {"address": title.address if title else None}}
        companies = {
            "known": {"enterpriseName": self._demo["enterprise_name"]},
            "new": {"enterpriseName": company.name},
        }
        of_all = {**companies, "home": {"certNo": self._demo["cert_no"]}}
        return {"others": others, "touching": companies, "all": of_all}[kind]

    async def phase(self, what: str, share: float, seconds: float, *kinds: str) -> Phase:
        """Each kind at the rate, for so long; and what is seen of the gateway meanwhile."""
        made = Phase()
        watching = asyncio.create_task(self._watch(made, f"{what}, for {seconds:g} s", share))
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

    async def _watch(self, made: Phase, what: str, share: float) -> None:
        while True:
            self._tell(what, share)
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


async def measured(place: Town, hang_s: float, rate: float, tell: Tell) -> list[Section]:
    """Both days, each with its figures."""
    overrides = {**place.overrides, "profile": "dev"}
    demo, settings = await place.admin.demo(), load_settings(overrides, environ={})
    headers = {"authorization": f"Bearer {token_of(settings, 'applicant', demo)}"}
    async with httpx.AsyncClient(
        base_url=place.gateway, headers=headers, timeout=15, trust_env=False
    ) as client:
        bench = Bench(place, client, rate, demo, tell)
        await bench.phase("warms up", 0.1, 3, "touching", "others", "all")
        return [await _one_hangs(place, bench, hang_s), await _all_hang(place, bench, hang_s)]


async def _one_hangs(place: Town, bench: Bench, hang_s: float) -> Section:
    calm = await bench.phase("a good day", 0.15, _calm_s(hang_s), "touching", "others")
    await place.admin.faults({HUNG: HANG})
    bad = await bench.phase(f"{HUNG} hangs", 0.3, hang_s, "touching", "others")
    await place.admin.faults({})
    found = figures_of_one(calm, bad, await bench.recovery("touching"))
    return Section(title=f"{HUNG} hangs for {hang_s:g} s", figures=[*found])


async def _all_hang(place: Town, bench: Bench, hang_s: float) -> Section:
    calm = await bench.phase("a good day", 0.6, _calm_s(hang_s), "all")
    state = await place.admin.state()
    await place.admin.faults(dict.fromkeys(state["departments"], HANG))
    bad = await bench.phase("all departments hang", 0.7, hang_s, "all")
    await place.admin.faults({})
    found = figures_of_all(calm, bad, await bench.recovery("all"))
    return Section(title=f"all hang for {hang_s:g} s", figures=[*found])


def _calm_s(hang_s: float) -> float:
    return min(60.0, max(10.0, hang_s / 2))


async def figures(hang_s: float, rate: float, tell: Tell) -> list[Section]:
    """Both days of a town of their own, which is gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        ports = Ports.chosen(0, None)
        async with town(Path(folder), ports, OPENING, tell, own_key=True) as place:
            return await measured(place, hang_s, rate, tell)


def expected_s(hang_s: float) -> float:
    """What it takes."""
    return 25 + 2 * hang_s + 2 * _calm_s(hang_s)


def main() -> int:
    """Read the arguments, and print the figures; 1 when one is beyond its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hang-s", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=10.0, help="of each kind of query, a second")
    chosen = parser.parse_args()
    to = console()
    tell = NowAndThen(to, {"bad days": expected_s(chosen.hang_s)})
    tell.section("bad days")
    found = asyncio.run(figures(chosen.hang_s, chosen.rate, tell))
    to.print(table(found))
    return 1 if missed(found) else 0


if __name__ == "__main__":
    sys.exit(main())
