"""What a run plays on: a store, a city, gateways with their keepers, and the troubles to come."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.demo.people import token_of
from gateway.demo.ports import free_port
from gateway.settings import load_settings
from tests.chaos.bad_days import rules
from tests.chaos.city import City, city
from tests.chaos.keeper import Keeper
from tests.chaos.lines import Lines
from tests.chaos.outages import FullDisk, KilledDatabase
from tests.chaos.plan import FILING, Plan, RunFolder
from tests.chaos.prober import Prober
from tests.chaos.resuming import Watch
from tests.chaos.troubles import Frozen, JumpingClock, Trouble, Upgrade
from tests.chaos.versions import FIRST, THERE_AND_BACK
from tests.chaos.wrong_time import WrongTime
from tests.postgres import Cluster, cluster

DATABASE_KILLS = 20
_DISK = "24m"
_DATABASE = "chaos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that is up, or kept up."""

    town: City
    keepers: Sequence[Keeper]
    watch: Watch
    troubles: Sequence[Trouble]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the store is."""

    url: str
    cluster: Cluster | None = None
    disk: Path | None = None


@asynccontextmanager
async def staged(folder: RunFolder, plan: Plan) -> AsyncIterator[Stage]:
    """The stage, set; the clock runs and the bad days have begun."""
    ports = [free_port() for _ in range(plan.gateways)]
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(_place(folder, plan))
        town = await stack.enter_async_context(
            city(folder, f"http://127.0.0.1:{ports[0]}", plan.departments)
        )
        wrong = WrongTime(folder.jumps) if "clock" in plan.troubles else None
        clock = f"{town.admin}/__admin/clock"
        if wrong is not None:
            await wrong.build()
            clock = await stack.enter_async_context(wrong.serving(clock))
        prober = await _settle_in(folder, plan, town, place, clock, ports)
        stack.push_async_callback(prober.close)
        watch, starts = Watch(place.url), Lines(folder.starts)
        keepers = [
            Keeper(
                folder=folder,
                plan=plan,
                port=port,
                name=f"gateway-{n}",
                starts=starts,
                watch=watch,
                kills_planned=plan.kills // plan.gateways + (n <= plan.kills % plan.gateways),
                wrongly_timed=wrong is not None,
                version=FIRST if "upgrade" in plan.troubles else None,
            )
            for n, port in enumerate(ports, start=1)
        ]
        for keeper in keepers:
            keeper.peers = [other for other in keepers if other is not keeper]
        troubles = list(_troubles(plan, place, keepers, watch, prober, wrong))
        yield Stage(town=town, keepers=keepers, watch=watch, troubles=troubles)


def _troubles(
    plan: Plan,
    place: Place,
    keepers: Sequence[Keeper],
    watch: Watch,
    prober: Prober,
    wrong: WrongTime | None,
) -> Sequence[Trouble]:
    addresses = [keeper.address for keeper in keepers]
    found: list[Trouble] = []
    if place.cluster is not None and "database" in plan.troubles:
        found.append(
            KilledDatabase(
                cluster=place.cluster, prober=prober, gateways=addresses, times=DATABASE_KILLS
            )
        )
    if place.disk is not None:
        found.append(FullDisk(disk=place.disk, prober=prober, gateway=addresses[0]))
    if "frozen" in plan.troubles:
        found.append(Frozen(keepers=keepers, watch=watch, lease_s=plan.lease_s))
    if wrong is not None:
        found.append(JumpingClock(time=wrong))
    if "upgrade" in plan.troubles:
        found.append(Upgrade(keepers=keepers, watch=watch, versions=THERE_AND_BACK))
    return found


@asynccontextmanager
async def _place(folder: RunFolder, plan: Plan) -> AsyncIterator[Place]:
    if plan.store == "postgres":
        making = cluster()
        server = await asyncio.to_thread(making.__enter__)
        try:
            url = await asyncio.to_thread(server.create, _DATABASE)
            yield Place(url=url, cluster=server)
        finally:
            await asyncio.to_thread(making.__exit__, None, None, None)
    elif "disk" in plan.troubles:
        async with _small_disk(folder.path.resolve() / "disk") as disk:
            yield Place(url=f"sqlite:///{disk}/store.sqlite", disk=disk)
    else:
        yield Place(url=f"sqlite:///{folder.path.resolve()}/store.sqlite")


@asynccontextmanager
async def _small_disk(at: Path) -> AsyncIterator[Path]:
    if await _command("mkdir", str(at)) or await _command(
        "mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(at)
    ):
        raise RuntimeError("no small disk can be mounted here")
    try:
        yield at
    finally:
        await _command("umount", "-l", str(at))


async def _command(*words: str) -> int:
    process = await asyncio.create_subprocess_exec(*words)
    return await process.wait()


async def _settle_in(
    folder: RunFolder, plan: Plan, town: City, place: Place, clock: str, ports: Sequence[int]
) -> Prober:
    """Settings, addresses, tokens; the clock runs and the bad days begin."""
    overrides = settings_of(folder, plan, town, place, clock)
    folder.write(folder.settings, overrides)
    people = await town.people()
    settings = load_settings(overrides, environ={})
    token = token_of(settings, "applicant", people)
    places = {
        "gateways": [f"http://127.0.0.1:{port}" for port in ports],
        "people": people,
        "applicant": token,
        "clerk": token_of(settings, "clerk", people),
    }
    folder.write(folder.places, places)
    await town.order(rules(plan))
    await town.run_clock(plan.day_s)
    return Prober(token, people)


def settings_of(
    folder: RunFolder, plan: Plan, town: City, place: Place, clock: str
) -> dict[str, Any]:
    """The gateway's settings, by dotted key."""
    here, truth = folder.path.resolve(), plan.truth
    limits = {
        "timeout_s": truth.timeout_s,
        "processing_s": truth.processing_s,
        "lookup_lag_s": truth.lookup_lag_s,
    }
    return {
        "profile": "dev",
        "dev_folder": str(here),
        "store.url": place.url,
        "materials.folder": str(here / "materials"),
        "clock.follow": clock,
        "polling.every_s": plan.day_s,
        "reconcile.daily": False,  # a day is seconds long here; the books are compared at the end
        "executors.lease_s": plan.lease_s,
        "log.level": "warning",
        **{f"departments.{name}.url": url for name, url in town.departments.items()},
        **{
            f"departments.{name}.limits.{key}": value
            for name in FILING
            if name in town.departments
            for key, value in limits.items()
        },
        **plan.settings,
    }
