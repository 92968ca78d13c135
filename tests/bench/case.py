"""`python -m tests.bench.case [--connections 8] [--seconds 10]`: what an uncached case costs.

The gateway and eight departments as processes of their own; this process asks, each connection
again as soon as it is answered. Every query is about another company, property, building and parcel
at five departments (two SOAP, three REST), so nothing is remembered; tokens, deadlines, partial
failure and sampled tracing are on. CPU is the gateway's alone. Stand-ins repeat what the mock
departments answered first, about each key (tests/bench/stand_ins.py); with `--mocks` the mocks
answer themselves, and their CPU stands beside the gateway's: how many of its calls a core of theirs
answers while a core of it sends one. With py-spy at hand
(`--spy`), a further stretch says which piece the time goes to.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from gateway.demo.people import token_of
from gateway.demo.town import Ports, Town, town
from gateway.settings import load_settings
from mocks.core import names
from mocks.core.city import City
from mocks.core.houses import NUMBERS, PLACES, PLOTS, building_number, parcel_number
from tests.bench.bad_days import OPENING
from tests.bench.pieces import pieces_of
from tests.bench.process import cpu_s, rss_mb

DEPARTMENTS = ("market", "housing", "health", "construction", "planning")
SETTINGS: Mapping[str, Any] = {
    **{f"departments.{name}.limits.rate_per_s": 0 for name in DEPARTMENTS},
    **{f"departments.{name}.limits.concurrency": 64 for name in DEPARTMENTS},
    "telemetry.exporter": "console",
    "telemetry.sample_ratio": 0.05,
    "polling.every_s": 60,
}
_SOURCE = "provenance { department source asOf stale recordId } problem { code message }"
QUERY = (
    "query Case($uscc: String!, $cert: String!, $building: String!, $parcel: String!) {"
    " businessLicence(uscc: $uscc) { value { uscc enterpriseName enterpriseType registeredCapital"
    " establishDate businessTerm businessScope registeredAddress legalRepName legalRepRef"
    f" premisesCertNo status }} {_SOURCE} }}"
    " property(certNo: $cert) { value { certNo address ownerName use area floorCount districtCode"
    f" street buildingNo parcelNo }} {_SOURCE} }}"
    f" healthCertificates(uscc: $uscc) {{ value {{ uscc validCount nextExpiry }} {_SOURCE} }}"
    " building(buildingNo: $building) { value { buildingNo fireAcceptanceNo fireResistanceRating"
    f" height floors completedOn }} {_SOURCE} }}"
    " parcel(parcelNo: $parcel) { value { parcelNo landUse area planUnit approvedOn }"
    f" {_SOURCE} }} }}"
)


@dataclass(slots=True)
class Stretch:
    """What came of one stretch of time."""

    took: list[float] = field(default_factory=list)
    last_odd: bytes = b""
    odd: int = 0  # answers with an error, a problem, or a department that was not asked
    seconds: float = 0.0
    cpu: float = 0.0
    departments_cpu: float = 0.0

    def worst(self, share: float) -> float:
        """The time of the slowest but `1 - share` of them, in milliseconds."""
        took = sorted(self.took)
        return took[min(len(took) - 1, int(len(took) * share))] * 1000


def questions(token: str, host: str) -> Iterator[bytes]:
    """Requests, each about a case nobody has asked about for long."""
    city, roads = City(), len(names.ROADS)
    titles = city.titles(0, PLACES)
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n"
        "content-type: application/json\r\naccept: application/json\r\ncontent-length: "
    ).encode()
    for index, title in enumerate(titles):
        road, place = index % roads, index // roads
        asked = {
            "uscc": city.company(1000 + index).uscc,
            "cert": title.cert_no,
            "building": building_number(road, 1 + place % (NUMBERS - 1)),
            "parcel": parcel_number(road, place % PLOTS),
        }
        body = orjson.dumps({"query": QUERY, "variables": asked})
        yield head + str(len(body)).encode() + b"\r\n\r\n" + body


def odd(answer: bytes) -> bool:
    """Whether anything but five answers of departments stands in it."""
    told = orjson.loads(answer)
    readings = (told.get("data") or {}).values()
    calls = [call["outcome"] for call in told.get("extensions", {}).get("calls", ())]
    whole = len(readings) == 5 and all(r["value"] and not r["problem"] for r in readings)
    return "errors" in told or not whole or calls != ["ok"] * 5


class Client:
    """Connections that ask again as soon as they are answered."""

    def __init__(self, address: str, token: str, gateway: int, departments: Sequence[int]) -> None:
        """`gateway` and `departments` are the processes whose CPU is counted."""
        self._host, self._port = address.removeprefix("http://").split(":")
        self._questions = questions(token, f"{self._host}:{self._port}")
        self._gateway, self._departments = gateway, departments

    async def stretch(self, connections: int, seconds: float) -> Stretch:
        """So many at once, for so long."""
        made, loop = Stretch(), asyncio.get_running_loop()
        began, used = loop.time(), cpu_s(self._gateway)
        theirs = sum(map(cpu_s, self._departments))
        end = began + seconds
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(self._connection(made, end))
        made.seconds = loop.time() - began
        made.cpu = cpu_s(self._gateway) - used
        made.departments_cpu = sum(map(cpu_s, self._departments)) - theirs
        return made

    async def _connection(self, made: Stretch, end: float) -> None:
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection(self._host, int(self._port))
        while loop.time() < end:
            question = next(self._questions)
            began = loop.time()
            writer.write(question)
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            answer = await reader.readexactly(int(length))
            made.took.append(loop.time() - began)
            if odd(answer):
                made.odd, made.last_odd = made.odd + 1, answer
        writer.close()


async def spied(client: Client, spy: Path, gateway: int, chosen: Any) -> list[tuple[str, float]]:
    """A further stretch under py-spy: the share of each piece, the largest first."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stacks"
        arguments = ["record", "-p", str(gateway), "-d", str(int(chosen.seconds)), "-r", "250"]
        arguments += ["-f", "raw", "--full-filenames", "-o", str(file)]
        watching = await asyncio.create_subprocess_exec(
            spy,
            *arguments,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await client.stretch(chosen.connections, chosen.seconds + 2)
        await watching.wait()
        text = await asyncio.to_thread(file.read_text, "utf-8")
    if chosen.stacks is not None:
        await asyncio.to_thread(chosen.stacks.write_text, text, "utf-8")
    return pieces_of(text)


def beside(made: Stretch) -> list[str]:
    """Calls a core of the gateway sends, calls a core of the mocks answers, and the ratio."""
    calls = len(DEPARTMENTS) * len(made.took)
    sends, answers = calls / made.cpu, calls / made.departments_cpu
    return [f"{sends:,.0f}/s", f"{answers:,.0f}/s", f"{answers / sends:.1f}"]


async def processes(place: Town) -> list[int]:
    """Those of the departments that are asked."""
    told = (await place.admin.state())["departments"]
    return [
        pid for name in DEPARTMENTS for pid in (told[name]["pid"], *told[name].get("readers", ()))
    ]


async def idle_share(gateway: int, seconds: float = 4.0) -> float:
    """What share of a core the gateway takes while nobody asks: its clock, queues and sweeps."""
    await asyncio.sleep(1)
    used = cpu_s(gateway)
    await asyncio.sleep(seconds)
    return (cpu_s(gateway) - used) / seconds


async def measured(place: Town, chosen: Any, console: Console) -> None:
    """Print the figures, and the pieces where py-spy is at hand."""
    gateway = place.processes[1].process.pid
    client = await bench_client(place, mocks=chosen.mocks)
    await client.stretch(chosen.connections, 3)  # warm
    idle = await idle_share(gateway)
    columns = ["queries/s", "CPU ms/query", "beyond idle", "p50 ms", "p99 ms", "RSS MB", "odd"]
    if chosen.mocks:
        columns += ["calls a core", "mocks, calls a core", "times"]
    table = Table(*columns, title=f"idle: {idle:.0%} of a core, beside queries as well")
    made = Stretch()
    for _ in range(chosen.rounds):
        made = await client.stretch(chosen.connections, chosen.seconds)
        asked = len(made.took)
        table.add_row(
            f"{asked / made.seconds:.0f}",
            f"{made.cpu / asked * 1000:.3f}",
            f"{(made.cpu - idle * made.seconds) / asked * 1000:.3f}",
            f"{made.worst(0.5):.1f}",
            f"{made.worst(0.99):.1f}",
            f"{rss_mb(gateway):.0f}",
            f"{made.odd} of {asked}",
            *(beside(made) if chosen.mocks else ()),
        )
    console.print(table)
    if made.last_odd:
        console.print(made.last_odd.decode(), markup=False, highlight=False)
    if chosen.spy is not None and chosen.spy.is_file():
        pieces = Table("piece", "% of CPU")
        for piece, share in await spied(client, chosen.spy, gateway, chosen):
            pieces.add_row(piece, f"{share * 100:.1f}")
        console.print(pieces)


async def bench_client(place: Town, *, mocks: bool) -> Client:
    """Who asks; `mocks`: the departments' CPU is counted too."""
    await place.admin.faults({"health": [{"operation": "*", "kind": "delay", "delay_s": 0}]})
    settings = load_settings({**place.overrides, "profile": "dev"}, environ={})
    token = token_of(settings, "applicant", await place.admin.demo())
    gateway = place.processes[1].process.pid
    return Client(place.gateway, token, gateway, await processes(place) if mocks else [])


def bench_town(folder: Path, addresses: Mapping[str, str]) -> AbstractAsyncContextManager[Town]:
    """A town for the bench alone, its gateway led to these addresses."""
    settings = {**SETTINGS, **addresses}
    silent: Callable[[str], None] = lambda _: None  # noqa: E731 - who tells nobody
    ports = Ports.chosen(0, None)
    return town(folder, ports, OPENING, silent, own_key=True, settings=settings)


@asynccontextmanager
async def stand_ins(folder: Path, mocks: bool) -> AsyncIterator[Mapping[str, str]]:
    """Settings that lead the gateway to stand-ins, unless the mocks themselves are to answer."""
    if mocks:
        yield {}
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.stand_ins", str(folder / "mocks")),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        told = orjson.loads(await process.stdout.readline())
        yield {f"departments.{name}.url": url for name, url in told.items()}
    finally:
        process.terminate()
        await process.wait()


async def run(chosen: Any) -> None:
    """The figures of one town."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            stand_ins(folder, chosen.mocks) as addresses,
            bench_town(folder, addresses) as place,
        ):
            await measured(place, chosen, Console(width=120))


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mocks", action="store_true", help="no stand-ins: the mocks answer")
    parser.add_argument("--spy", type=Path, help="where py-spy is")
    parser.add_argument("--stacks", type=Path, help="keep its stacks here")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
