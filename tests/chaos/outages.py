"""A store that does not take writes, for a while: what gateways say meanwhile, and afterwards."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from gateway.demo.processes import until
from tests.chaos.prober import DONE, TYPED, Said

REFUSED_WITHIN_S = 1.0
HEALTHY_WITHIN_S = 5.0
_PROBE_EVERY_S = 0.2
_PATIENCE_S = 60.0


class Database(Protocol):
    """Something that can be killed and comes back."""

    def kill(self) -> None:
        """As a power cut would; gone when this returns."""
        ...

    def start(self) -> None:
        """Back when this returns."""
        ...


class Asking(Protocol):
    """An applicant who asks gateways again and again."""

    async def begin(self, gateway: str) -> None:
        """Make ready for the writes."""
        ...

    async def write(self, gateway: str) -> Said:
        """What is said to a write."""
        ...

    async def read(self, gateway: str) -> Said:
        """What is said to a question."""
        ...

    async def ready(self, gateway: str) -> bool:
        """Whether it says it is ready."""
        ...


@dataclass(slots=True, kw_only=True)
class Outages:
    """What was said while a store did not take writes, and how long it took to recover."""

    said: list[Said] = field(default_factory=list)
    reads: list[Said] = field(default_factory=list)
    healthy_s: list[float] = field(default_factory=list)

    @property
    def refused(self) -> list[Said]:
        """The writes that were not taken."""
        return [said for said in self.said if said.what != DONE]

    def figures(self) -> dict[str, Any]:
        """For the table."""
        return {
            "refused_n": len(self.refused),
            "refused_max_s": max((said.seconds for said in self.refused), default=None),
            "healthy_median_s": median(self.healthy_s) if self.healthy_s else None,
            "healthy_max_s": max(self.healthy_s, default=None),
        }

    def found(self) -> list[str]:
        """Refusals that were slow or without a code of ours; slow recoveries."""
        return [
            *(f"a write was answered with {s.what}" for s in self.refused if s.what not in TYPED),
            *(
                f"a write was refused after {s.seconds:.2f} s"
                for s in self.refused
                if s.seconds > REFUSED_WITHIN_S
            ),
            *(
                f"healthy {seconds:.1f} s after the store was back"
                for seconds in self.healthy_s
                if seconds > HEALTHY_WITHIN_S
            ),
        ]


async def healthy(prober: Asking, gateways: Sequence[str]) -> None:
    """Return once every gateway is ready and takes a write."""

    async def all_well() -> bool:
        ready = await asyncio.gather(*map(prober.ready, gateways))
        return all(ready) and all(
            said.what == DONE for said in await asyncio.gather(*map(prober.write, gateways))
        )

    await until("healthy", all_well, within_s=_PATIENCE_S, every_s=_PROBE_EVERY_S)


@dataclass(slots=True, kw_only=True)
class KilledDatabase:
    """PostgreSQL is killed and comes back, again and again."""

    cluster: Database
    prober: Asking
    gateways: Sequence[str]
    times: int
    settle_in_s: float = 4.0  # before the first: gateways are up and have work
    rest_s: float = 4.0
    down_s: float = 1.5
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        """Kill, ask, start, as often as planned."""
        outages, never = Outages(), list[str]()
        await self.prober.begin(self.gateways[0])
        await asyncio.sleep(self.settle_in_s)
        for kill in range(1, self.times + 1):
            await asyncio.to_thread(self.cluster.kill)
            said = await self._while_away()
            await asyncio.to_thread(self.cluster.start)
            back = time.monotonic()
            await healthy(self.prober, self.gateways)
            outages.said += said
            outages.healthy_s.append(time.monotonic() - back)
            never += (f"kill {kill}: {finding}" for finding in never_away(said))
            self.figures = {"database_kills": kill, **outages.figures()}
            self.found = [*outages.found(), *never]
            await asyncio.sleep(self.rest_s)

    async def _while_away(self) -> list[Said]:
        said: list[Said] = []
        for _ in range(max(1, round(self.down_s / _PROBE_EVERY_S / 3))):
            said += await asyncio.gather(*map(self.prober.write, self.gateways))
            await asyncio.sleep(_PROBE_EVERY_S)
        return said


def never_away(said: Sequence[Said]) -> Iterator[str]:
    """What shows that a database was not away, by what was said to writes meanwhile."""
    if any(one.what == DONE for one in said):
        yield "a write was taken while the database was away"
    if not any(one.what in TYPED for one in said):
        yield "no write was refused with a code while the database was away"


@dataclass(slots=True, kw_only=True)
class FullDisk:
    """The store's disk fills up and is emptied, while the gateway goes on."""

    disk: Path
    prober: Asking
    gateway: str
    times: int = 3
    settle_in_s: float = 4.0
    lasts_s: float = 6.0
    rest_s: float = 5.0
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        """Fill, ask, empty, as often as planned."""
        outages = Outages()
        await self.prober.begin(self.gateway)
        await asyncio.sleep(self.settle_in_s)
        for done in range(self.times):
            filler = self.disk / "filler"
            ends = time.monotonic() + self.lasts_s
            while time.monotonic() < ends:
                await asyncio.to_thread(_fill, filler)
                outages.said.append(await self.prober.write(self.gateway))
                outages.reads.append(await self.prober.read(self.gateway))
                await asyncio.sleep(_PROBE_EVERY_S)
            await asyncio.to_thread(filler.unlink)
            back = time.monotonic()
            await healthy(self.prober, [self.gateway])
            outages.healthy_s.append(time.monotonic() - back)
            self._tell(outages, done + 1)
            await asyncio.sleep(self.rest_s)

    def _tell(self, outages: Outages, rounds: int) -> None:
        unread = [said.what for said in outages.reads if said.what != DONE]
        self.figures = {
            "disk_full": rounds,
            "reads_meanwhile": len(outages.reads) - len(unread),
            **outages.figures(),
        }
        self.found = [*outages.found(), *(f"a read was answered with {what}" for what in unread)]
        if not self.figures["refused_n"]:
            self.found.append("no write was refused: the disk was never full")


def _fill(filler: Path) -> None:
    """Take all the room that is left."""
    for block in (1 << 16, 1 << 12, 1):
        try:
            with filler.open("ab", buffering=0) as file:
                while True:
                    file.write(b"\0" * block)
        except OSError:
            continue
