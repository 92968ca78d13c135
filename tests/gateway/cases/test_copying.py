"""A store copied into another: nothing is lost on the way, nothing is filed twice after it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.copying import COPIED, Copied, Copying, Tell
from gateway.cases.errors import NotCopied, StoreMoved, StoreUnavailable
from gateway.cases.witness import Witness
from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case
from tests.gateway.cases.test_restored import back_up, put_back
from tests.gateway.cases.world import OneCatalogue, World, make_world, shop_opening

LEASE_S = 0.3


async def run(kind: type[Copying], source: str, target: str) -> Sequence[Copied]:
    made = kind(
        source,
        target,
        OneCatalogue(shop_opening()),
        WorkingCalendar(known_years=frozenset({2026})),
        lease_s=LEASE_S,
        budget=30.0,
    )
    return await made.run(lambda table, rows, total: None)


async def copied(source: str, target: str) -> Sequence[Copied]:
    return await run(Copying, source, target)


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


async def under_way(path: Path) -> tuple[World, Case]:
    """A case with A granted; B and C are filed with departments that hang up on us."""
    world = make_world(path)
    world.asked.troubles = ["busy"]
    world.blind.troubles = ["lost"]
    await world.service.start()
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until_state(case.id, "C", "parked")
    await world.service.stop()
    return world, case


async def gone_on(world: World, store_url: str) -> World:
    """The same departments, a gateway on the other store."""
    again = make_world(world.path, store_url=store_url, departments=world.departments)
    await again.service.start()
    return again


@pytest.fixture
async def left(tmp_path: Path) -> tuple[World, Case]:
    return await under_way(tmp_path / "cases.sqlite")


async def test_a_case_under_way_goes_on_in_postgresql_and_files_once(
    left: tuple[World, Case], postgres_url: str
) -> None:
    world, case = left

    made = await copied(sqlite_url(world.path), postgres_url)

    assert {one.table: one.rows for one in made}[tables.case.name] == 1
    again = await gone_on(world, postgres_url)
    try:
        there = await again.until(case.id, lambda c: c.step("B").receipt is not None)
        second = await again.submit((await again.draft("another")).id, "another-submit")
    finally:
        await again.service.stop()
    assert there.step("C").state == "parked"
    assert list(world.asked.filings) == ["asked-1"]
    assert world.blind.posts == [f"{case.id}:C:file:1"]
    assert isinstance(second, Case)  # numbers given by the database go on after those copied


async def test_back_again_every_row_is_the_same(
    left: tuple[World, Case], postgres_url: str, tmp_path: Path
) -> None:
    world, _ = left
    back = tmp_path / "back.sqlite"

    there = await copied(sqlite_url(world.path), postgres_url)
    home = await copied(postgres_url, sqlite_url(back))

    assert there == home
    assert all(rows_of(world.path, table) == rows_of(back, table) for table in COPIED)


def rows_of(path: Path, table: sa.Table) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        order = ", ".join(f'"{column.name}"' for column in table.primary_key)
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        found = connection.execute(f"SELECT {columns} FROM {table.name} ORDER BY {order}")  # noqa: S608
        return [tuple(row) for row in found]


async def test_no_gateway_starts_on_a_store_whose_cases_go_on_elsewhere(
    left: tuple[World, Case], tmp_path: Path
) -> None:
    world, _ = left
    await copied(sqlite_url(world.path), sqlite_url(tmp_path / "other.sqlite"))

    with pytest.raises(StoreMoved, match=r"other\.sqlite"):
        await gone_on(world, sqlite_url(world.path))


async def test_a_store_with_rows_is_no_target_and_the_source_stays_in_use(
    left: tuple[World, Case], tmp_path: Path
) -> None:
    world, _ = left
    filled, _ = await under_way(tmp_path / "filled.sqlite")

    with pytest.raises(NotCopied, match="is not empty"):
        await copied(sqlite_url(world.path), sqlite_url(filled.path))

    again = await gone_on(world, sqlite_url(world.path))
    await again.service.stop()


async def test_rows_that_read_back_differently_are_noticed_and_nothing_is_copied(
    left: tuple[World, Case], tmp_path: Path
) -> None:
    world, _ = left
    target = tmp_path / "target.sqlite"
    empty = make_world(target)
    await empty.service.start()
    await empty.service.stop()
    with sqlite3.connect(target) as connection:
        connection.execute(
            "CREATE TRIGGER lies AFTER INSERT ON ot_event "
            "BEGIN UPDATE ot_event SET actor = 'somebody' WHERE seq = NEW.seq; END"
        )

    with pytest.raises(NotCopied, match="ot_event: read back"):
        await copied(sqlite_url(world.path), sqlite_url(target))

    assert rows_of(target, tables.case) == []
    again = await gone_on(world, sqlite_url(world.path))
    await again.service.stop()


async def test_a_store_gateways_work_on_is_not_copied(postgres_url: str, tmp_path: Path) -> None:
    world = make_world(tmp_path / "unused", store_url=postgres_url, lease_s=LEASE_S)
    await world.service.start()
    try:
        with pytest.raises(NotCopied, match="1 gateway processes are at work"):
            await copied(postgres_url, sqlite_url(tmp_path / "copy.sqlite"))
        case = await world.case()
        await world.until(case.id, lambda c: c.step("A").receipt is not None)
    finally:
        await world.service.stop()


async def test_what_a_restored_store_has_forgotten_is_asked_about_in_its_copy_too(
    tmp_path: Path,
) -> None:
    path, backup, restored = (tmp_path / f"{name}.sqlite" for name in ("cases", "old", "restored"))
    world = make_world(path)
    await world.service.start()
    case = await world.case()
    await world.until(case.id, lambda c: c.step("A").receipt is not None)
    back_up(path, backup)
    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: bool(c.step("B").receipt and c.step("C").receipt))
    await world.service.stop()
    put_back(backup, restored, Path(f"{path}.claims"))

    await copied(sqlite_url(restored), sqlite_url(tmp_path / "copy.sqlite"))

    again = await gone_on(world, sqlite_url(tmp_path / "copy.sqlite"))
    try:
        await again.service.intake("keyed", [world.keyed.told["keyed-1"]])
        await again.until(case.id, lambda c: c.step("B").receipt is not None)
        await again.until_state(case.id, "C", "parked")
    finally:
        await again.service.stop()
    assert list(world.asked.filings) == ["asked-1"]
    assert list(world.blind.filings) == ["blind-1"]


def marked(path: Path, name: str, to: str) -> None:
    """What a copy that was cut off leaves behind."""
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM ot_fact WHERE name IN ('copying_to', 'moved_to')")
        connection.execute("INSERT INTO ot_fact VALUES (?, ?)", (name, to))


async def test_a_copy_that_was_cut_off_is_made_again(
    left: tuple[World, Case], tmp_path: Path
) -> None:
    world, _ = left
    target = sqlite_url(tmp_path / "target.sqlite")
    marked(world.path, "copying_to", target)

    with pytest.raises(StoreMoved, match="was begun and did not end"):
        await gone_on(world, sqlite_url(world.path))
    made = await copied(sqlite_url(world.path), target)

    assert {one.table: one.rows for one in made}[tables.case.name] == 1


async def test_a_copy_cut_off_after_its_commit_is_compared_and_ends(
    left: tuple[World, Case], tmp_path: Path
) -> None:
    world, _ = left
    target = sqlite_url(tmp_path / "target.sqlite")
    first = await copied(sqlite_url(world.path), target)
    marked(world.path, "copying_to", target)

    assert await copied(sqlite_url(world.path), target) == first

    with pytest.raises(StoreMoved, match="go on in"):
        await gone_on(world, sqlite_url(world.path))
    again = await gone_on(world, target)
    await again.submit((await again.draft("another")).id, "another-submit")
    await again.service.stop()
    marked(world.path, "copying_to", target)
    with pytest.raises(NotCopied, match="it holds other rows"):
        await copied(sqlite_url(world.path), target)


class Unheard(Copying):
    """The target commits, and its answer is lost."""

    async def _all(self, witness: Witness, tell: Tell) -> Sequence[Copied]:
        await super()._all(witness, tell)
        raise StoreUnavailable("the connection broke")


async def test_after_a_commit_nobody_heard_of_no_gateway_starts_on_the_source(
    left: tuple[World, Case], tmp_path: Path
) -> None:
    world, case = left
    source, target = sqlite_url(world.path), sqlite_url(tmp_path / "target.sqlite")

    with pytest.raises(NotCopied, match="is not known"):
        await run(Unheard, source, target)

    with pytest.raises(StoreMoved):
        await gone_on(world, source)
    await copied(source, target)
    again = await gone_on(world, target)
    await again.until(case.id, lambda c: c.step("B").receipt is not None)
    await again.service.stop()
    assert list(world.asked.filings) == ["asked-1"]


async def test_a_gateway_frozen_while_its_store_was_copied_writes_nothing_more_there(
    postgres_url: str, tmp_path: Path
) -> None:
    # A beat slower than the lease that is watched: as if the process stood still meanwhile.
    world = make_world(tmp_path / "unused", store_url=postgres_url, lease_s=60.0)
    await world.service.start()
    try:
        await copied(postgres_url, sqlite_url(tmp_path / "copy.sqlite"))

        with pytest.raises(AssertionError, match="STORE_UNAVAILABLE"):
            await world.case()
        assert not await world.service.ready()
    finally:
        await world.service.stop()
    assert world.keyed.posts == []


async def test_a_store_that_was_copied_elsewhere_is_not_copied_again(
    left: tuple[World, Case], tmp_path: Path
) -> None:
    world, _ = left
    marked(world.path, "moved_to", "sqlite:///elsewhere.sqlite")

    with pytest.raises(NotCopied, match=r"go on in sqlite:///elsewhere\.sqlite"):
        await copied(sqlite_url(world.path), sqlite_url(tmp_path / "target.sqlite"))
