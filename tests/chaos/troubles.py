"""What else befalls a run beside bad departments and dying gateways. Each is one class.

`befall` makes its trouble until it is done or cancelled. `figures` are for the table, `found` are
things that must not be: refusals without a word, recoveries that took too long.
"""

import asyncio
import random
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from gateway.demo.processes import until
from tests.chaos.keeper import Keeper
from tests.chaos.plan import Plan
from tests.chaos.prober import DONE, TYPED, Prober, Said
from tests.chaos.resuming import Watch
from tests.chaos.wrong_time import WrongTime
from tests.postgres import Cluster

REFUSED_WITHIN_S = 1.0
HEALTHY_WITHIN_S = 5.0
_PROBE_EVERY_S = 0.2
_PATIENCE_S = 60.0
_SETTLE_IN_S = 4.0  # before the first trouble: gateways are up and have work


class Trouble(Protocol):
    """Something that goes wrong."""

    figures: dict[str, Any]
    found: list[str]

    async def befall(self) -> None:
        """Go wrong, until all of it is done."""
        ...


@dataclass(slots=True, kw_only=True)
class Outages:
    """What was said while a store did not take writes, and how long it took to recover."""

    said: list[Said] = field(default_factory=list)
    reads: list[Said] = field(default_factory=list)
    healthy_s: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """For the table."""
        refused = [said for said in self.said if said.what != DONE]
        return {
            "refused_n": len(refused),
            "refused_max_s": max((said.seconds for said in refused), default=None),
            "healthy_median_s": median(self.healthy_s) if self.healthy_s else None,
            "healthy_max_s": max(self.healthy_s, default=None),
        }

    def found(self) -> list[str]:
        """Refusals that were slow or without a code of ours; slow recoveries."""
        refused = [said for said in self.said if said.what != DONE]
        return [
            *(f"a write was answered with {s.what}" for s in refused if s.what not in TYPED),
            *(
                f"a write was refused after {s.seconds:.2f} s"
                for s in refused
                if s.seconds > REFUSED_WITHIN_S
            ),
            *(
                f"healthy {seconds:.1f} s after the store was back"
                for seconds in self.healthy_s
                if seconds > HEALTHY_WITHIN_S
            ),
        ]


async def healthy(prober: Prober, gateways: Sequence[str]) -> None:
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

    cluster: Cluster
    prober: Prober
    gateways: Sequence[str]
    times: int
    rest_s: float = 4.0
    down_s: float = 1.5
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        outages = Outages()
        await self.prober.begin(self.gateways[0])
        await asyncio.sleep(_SETTLE_IN_S)
        for done in range(self.times):
            await asyncio.to_thread(self.cluster.kill)
            for _ in range(max(1, round(self.down_s / _PROBE_EVERY_S / 3))):
                outages.said += await asyncio.gather(*map(self.prober.write, self.gateways))
                await asyncio.sleep(_PROBE_EVERY_S)
            await asyncio.to_thread(self.cluster.start)
            back = time.monotonic()
            await healthy(self.prober, self.gateways)
            outages.healthy_s.append(time.monotonic() - back)
            self.figures = {"database_kills": done + 1, **outages.figures()}
            self.found = outages.found()
            await asyncio.sleep(self.rest_s)


@dataclass(slots=True, kw_only=True)
class FullDisk:
    """The store's disk fills up and is emptied, while the gateway goes on."""

    disk: Path
    prober: Prober
    gateway: str
    times: int = 3
    lasts_s: float = 6.0
    rest_s: float = 5.0
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        outages = Outages()
        await self.prober.begin(self.gateway)
        await asyncio.sleep(_SETTLE_IN_S)
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


@dataclass(slots=True, kw_only=True)
class Frozen:
    """One gateway stands still for longer than its lease, and then goes on as if nothing was."""

    keepers: Sequence[Keeper]
    watch: Watch
    lease_s: float
    times: int = 2
    rest_s: float = 8.0
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        taken: list[float] = []
        draw = random.Random(0)
        for done in range(self.times):
            await asyncio.sleep(self.rest_s)
            keeper = draw.choice(self.keepers)
            async with keeper.held:
                life = keeper.life
                if life is None or life.name is None:
                    continue
                life.signal(signal.SIGSTOP)
                at = time.time()
                try:
                    seconds = await self.watch.taken_over(life.name, at)
                    await asyncio.sleep(max(0.0, self.lease_s + 3.0 - (time.time() - at)))
                finally:
                    life.signal(signal.SIGCONT)
                taken += [seconds] if seconds is not None else []
            self.figures = {"frozen": done + 1, "frozen_taken_over_s": max(taken, default=None)}


@dataclass(slots=True, kw_only=True)
class JumpingClock:
    """The wall clock jumps by minutes and days, forth and back."""

    time: WrongTime
    every_s: float = 6.0
    jumps: Sequence[float] = (90.0, 0.0, -90.0, 86_400.0, 0.0, -86_400.0, 0.0, 90.0, -90.0, 0.0)
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        for done, by_s in enumerate(self.jumps, start=1):
            await asyncio.sleep(self.every_s)
            self.time.jump(by_s)
            clocks = "wall, business" if self.time.built else "business (no C compiler)"
            self.figures = {"jumps": done, "jumping_clocks": clocks}


@dataclass(slots=True, kw_only=True)
class Upgrade:
    """Gateways are replaced one after another by another version, and back."""

    keepers: Sequence[Keeper]
    versions: Sequence[str]
    every_s: float = 12.0
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        for version in self.versions[1:]:
            for keeper in self.keepers:
                await asyncio.sleep(self.every_s / len(self.keepers))
                async with keeper.held:
                    keeper.replace(version)
            self.figures = {"versions": " → ".join(self.versions)}


def figures(troubles: Sequence[Trouble]) -> Mapping[str, Any]:
    """All of them together."""
    return {name: value for trouble in troubles for name, value in trouble.figures.items()}


def too_slow(plan: Plan, told: Mapping[str, Any]) -> list[str]:
    """What took longer than it may."""
    allowed = {
        "resumed_max_s": 5.0,
        "taken_over_max_s": plan.lease_s + 2.0,
        "frozen_taken_over_s": plan.lease_s + 2.0,
    }
    return [
        f"{name.removesuffix('_s')}: {told[name]:.1f} s, at most {most:g} s"
        for name, most in allowed.items()
        if (told.get(name) or 0.0) > most
    ]
