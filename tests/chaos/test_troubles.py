"""A trouble that was none is found: a database never away, a process never frozen, no upgrade."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.chaos.keeper import Keeper
from tests.chaos.life import Life
from tests.chaos.lines import Lines
from tests.chaos.outages import KilledDatabase
from tests.chaos.plan import Plan, RunFolder
from tests.chaos.prober import DONE, Said
from tests.chaos.resuming import Watch
from tests.chaos.troubles import Freeze, Upgrade, told
from tests.chaos.versions import FIRST, SECOND, SECOND_TABLES

REFUSED = "STORE_UNAVAILABLE"
GATEWAY = "http://gateway"


@dataclass
class Town:
    """A database and an applicant in one: what is said to writes while it is away is given."""

    says: str
    seconds: float = 0.1
    away: bool = False
    kills: int = 0

    def kill(self) -> None:
        self.away, self.kills = True, self.kills + 1

    def start(self) -> None:
        self.away = False

    async def begin(self, gateway: str) -> None:
        return

    async def write(self, gateway: str) -> Said:
        return Said(what=self.says if self.away else DONE, seconds=self.seconds)

    async def read(self, gateway: str) -> Said:
        return Said(what=DONE, seconds=0.1)

    async def ready(self, gateway: str) -> bool:
        return not self.away


async def found_when(town: Town) -> list[str]:
    """What is found when gateways say this while their database is away."""
    trouble = KilledDatabase(
        cluster=town,
        prober=town,
        gateways=[GATEWAY],
        times=2,
        settle_in_s=0,
        rest_s=0,
        down_s=0.1,
    )
    await trouble.befall()
    assert town.kills == trouble.figures["database_kills"] == 2
    return trouble.found


async def test_writes_refused_with_a_code_while_the_database_is_away_are_as_it_must_be() -> None:
    assert await found_when(Town(says=REFUSED)) == []


async def test_a_write_taken_while_the_database_is_away_is_found() -> None:
    assert await found_when(Town(says=DONE)) == [
        f"kill {n}: {what}"
        for n in (1, 2)
        for what in (
            "a write was taken while the database was away",
            "no write was refused with a code while the database was away",
        )
    ]


async def test_writes_that_get_no_code_while_the_database_is_away_are_found() -> None:
    found = await found_when(Town(says="ReadTimeout"))

    assert "a write was answered with ReadTimeout" in found
    assert "kill 1: no write was refused with a code while the database was away" in found


async def test_a_write_refused_late_is_found() -> None:
    assert "a write was refused after 1.20 s" in await found_when(Town(says=REFUSED, seconds=1.2))


@pytest.mark.parametrize(
    "freezes",
    [
        [],
        [Freeze(taken_over_s=None, went_on=True)],
        [Freeze(taken_over_s=5.0, went_on=False)],
        [Freeze(taken_over_s=None, went_on=True), Freeze(taken_over_s=5.0, went_on=False)],
    ],
    ids=["none", "nothing in hand", "never thawed", "each half"],
)
def test_that_no_gateway_was_really_frozen_is_found(freezes: list[Freeze]) -> None:
    figures, found = told(freezes)

    assert figures == {"frozen": 0, "frozen_taken_over_s": None}
    assert found == ["no gateway with commands in hand was frozen, lost them, and went on"]


def test_only_real_freezes_count() -> None:
    freezes = [Freeze(taken_over_s=5.0, went_on=True), Freeze(taken_over_s=9.0, went_on=False)]

    assert told(freezes) == ({"frozen": 1, "frozen_taken_over_s": 5.0}, [])


async def test_who_stands_still_sees_nobody_die_nor_does_who_stood_still_meanwhile(
    tmp_path: Path,
) -> None:
    keeper = Gateways(tmp_path, str).keeper
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=PIPE)
    life = keeper.at_work = Life(keeper.folder, process, 0.0, "")
    before = keeper.watching

    with keeper.standing_still(life):
        meanwhile = keeper.watching
    after = keeper.watching
    await life.kill()

    assert before is not None
    assert meanwhile is None
    assert after not in (None, before)


@dataclass
class Gateways:
    """A keeper whose lives are told by hand; each takes a store to the tables of its version."""

    folder: Path
    tables_of: Callable[[str], str]
    lives: int = 0
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.store = sa.create_engine(f"sqlite:///{self.folder}/store", poolclass=sa.NullPool)
        with self.store.begin() as connection:
            connection.execute(sa.text("CREATE TABLE ot_version (version_num TEXT)"))
        self.watch = Watch(f"sqlite:///{self.folder}/store")
        self.keeper = Keeper(
            folder=RunFolder(self.folder),
            plan=Plan(name="written by hand", applications=1),
            port=1,
            name="gateway-1",
            starts=Lines(self.folder / "starts"),
            watch=self.watch,
            kills_planned=0,
            version=FIRST,
        )

    async def live(self) -> None:
        """Be replaced, life by life."""
        while True:
            await self.keeper._replaced.wait()
            self.keeper._replaced.clear()
            version = self.keeper.version or ""
            with self.store.begin() as connection:
                connection.execute(sa.text("DELETE FROM ot_version"))
                insert = sa.text("INSERT INTO ot_version VALUES (:it)")
                connection.execute(insert, {"it": self.tables_of(version)})
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
            await process.wait()
            self.keeper.life = self.keeper.at_work = Life(self.keeper.folder, process, 0.0, "")


@pytest.fixture
def upgrade(tmp_path: Path) -> Iterator[Callable[[Callable[[str], str]], Upgrade]]:
    """An upgrade there and back, of gateways that take their store to these tables."""
    tasks: list[asyncio.Task[None]] = []

    def made(tables_of: Callable[[str], str]) -> Upgrade:
        gateways = Gateways(tmp_path, tables_of)
        tasks.append(asyncio.get_running_loop().create_task(gateways.live()))
        return Upgrade(
            keepers=[gateways.keeper],
            watch=gateways.watch,
            versions=(FIRST, SECOND, FIRST),
            every_s=0,
            patience_s=5,
        )

    yield made
    for task in tasks:
        task.cancel()


Made = Callable[[Callable[[str], str]], Upgrade]


async def test_an_upgrade_whose_tables_stay_the_second_versions_is_one(upgrade: Made) -> None:
    trouble = upgrade(lambda version: SECOND_TABLES)
    await trouble.befall()

    assert trouble.found == []


async def test_an_upgrade_that_changes_no_tables_is_found(upgrade: Made) -> None:
    trouble = upgrade(lambda version: "0003")
    await trouble.befall()

    assert trouble.found == [
        f"{version} works on tables that are not the second version's"
        for version in (SECOND, FIRST)
    ]


async def test_a_gateway_that_does_not_come_to_work_on_the_new_tables_is_found(
    upgrade: Made,
) -> None:
    trouble = upgrade(lambda version: SECOND_TABLES)
    trouble.patience_s = 0.2
    trouble.keepers = [keeper_of_nobody(trouble.keepers[0])]
    await trouble.befall()

    assert f"gateway-1 of {SECOND} did not come to work" in trouble.found


def keeper_of_nobody(keeper: Keeper) -> Keeper:
    """The same, and nobody starts it."""
    return Keeper(
        folder=keeper.folder,
        plan=keeper.plan,
        port=keeper.port,
        name=keeper.name,
        starts=keeper.starts,
        watch=keeper.watch,
        kills_planned=0,
    )
