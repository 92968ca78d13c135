"""The second level: exact values come back, personal ones never go in, its troubles hurt nobody."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from structlog.testing import capture_logs

from gateway.demo.ports import free_port
from gateway.demo.processes import until
from gateway.federation.kept import preserve, revive
from gateway.federation.memory import Key, of_department, of_number, of_people, of_source, tags_of
from gateway.federation.shared import (
    MOST_BYTES,
    AiocacheStore,
    SharedMemory,
    Tokens,
    name_of,
    shareable,
)
from schema.domain.department import Lookup, Register, RegisterField
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Provenance, Reading
from schema.domain.text import Text

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEY = Key("planning", "parcel", "parcel_no", "P-1", "enterprise:secret")


def register(*fields: tuple[str, str], personal: str | None = None) -> Register:
    return Register(
        id="parcel",
        department="planning",
        title=Text(zh="地块", en="Parcel"),
        key="parcel_no",
        fields=tuple(
            RegisterField(
                name=name,
                kind=kind,
                title=Text(zh=name, en=name),
                required=False,
                personal=personal,
            )
            for name, kind in fields
        ),
        lookups=(Lookup(name="parcel_no"),),
    )


PARCEL = register(
    ("parcel_no", "text"),
    ("area", "decimal"),
    ("floors", "integer"),
    ("approved_on", "date"),
    ("seen_at", "datetime"),
    ("open", "boolean"),
)
VALUE = {
    "parcel_no": "P-1",
    "area": Decimal("186.50"),
    "floors": 3,
    "approved_on": date(2020, 2, 29),
    "seen_at": AT,
    "open": None,
}


def reading(value: Any) -> Reading:
    origin = Provenance(department="planning", source="parcel", as_of=AT, record_id="P-1")
    return Reading(value=value, provenance=origin)


class FakeStore:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.lives: dict[str, float] = {}
        self.fails: BaseException | None = None
        self.hangs = False
        self.asked = 0

    async def get(self, names: Sequence[str]) -> Sequence[bytes | None]:
        await self._trouble()
        return [self.kept.get(name) for name in names]

    async def set(self, values: Mapping[str, bytes], ttl: float) -> None:
        await self._trouble()
        self.kept.update(values)
        self.lives.update(dict.fromkeys(values, ttl))

    async def _trouble(self) -> None:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails


async def tokens_of(shared: SharedMemory) -> Tokens:
    _, tokens = await shared.get([KEY], PARCEL)
    assert tokens is not None
    return tokens


async def told(shared: SharedMemory, value: Any) -> None:
    """A process found nothing there, asked the department, and tells."""
    await shared.put({KEY: reading(value)}, await tokens_of(shared))


async def found(shared: SharedMemory) -> Reading | None:
    readings, _ = await shared.get([KEY], PARCEL)
    return readings.get(KEY)


@pytest.mark.parametrize("value", [VALUE, [VALUE, VALUE], [], None])
def test_values_come_back_with_their_own_types(value: Any) -> None:
    back = revive(preserve(reading(value)), (), PARCEL)

    assert back is not None
    assert back == reading(value)
    if isinstance(back.value, dict):
        assert str(back.value["area"]) == "186.50"


def test_personal_registers_are_not_shared() -> None:
    assert shareable(PARCEL)
    assert not shareable(register(("name", "text"), personal="name"))


async def test_nothing_personal_and_no_problem_is_ever_put_there() -> None:
    store = FakeStore()
    shared = SharedMemory(store)
    problem = Problem(code=ProblemCode.DEPARTMENT_FAULT, text=Text(zh="错", en="bad"))

    readings, tokens = await shared.get([KEY], register(("name", "text"), personal="name"))
    assert (dict(readings), tokens, store.asked) == ({}, None, 0)
    await shared.put({KEY: Reading(value=None, problem=problem)}, await tokens_of(shared))

    assert store.kept == {}


@pytest.mark.parametrize(
    ("value", "life"), [(VALUE, 30.0), ([VALUE], 30.0), (None, 1.0), ([], 1.0)]
)
async def test_that_there_is_nothing_is_kept_briefly(value: Any, life: float) -> None:
    store = FakeStore()

    await told(SharedMemory(store), value)

    assert store.lives == {name_of(KEY): life}


async def test_what_is_too_big_stays_out_and_is_not_read() -> None:
    store = FakeStore()
    shared = SharedMemory(store)

    await told(shared, {"parcel_no": "P" * MOST_BYTES})
    assert store.kept == {}
    store.kept[name_of(KEY)] = b" " * MOST_BYTES + preserve(reading(VALUE), [""] * 4)

    assert await found(shared) is None


@pytest.mark.parametrize("tag", tags_of(KEY))
async def test_what_is_forgotten_in_one_process_is_forgotten_in_all(tag: tuple[str, ...]) -> None:
    store = FakeStore()
    here, there = SharedMemory(store), SharedMemory(store)
    await told(here, VALUE)
    under_way = await tokens_of(there)

    assert await here.forget(tag)

    assert await found(there) is None
    await there.put({KEY: reading(VALUE)}, under_way)
    assert await found(here) is None
    await told(there, VALUE)
    assert await found(here) == reading(VALUE)


async def test_forgetting_something_else_forgets_nothing() -> None:
    shared = SharedMemory(FakeStore())
    await told(shared, VALUE)

    await shared.forget(of_department("market"))
    await shared.forget(of_people("planning", "enterprise:other"))
    await shared.forget(of_number("planning", "P-2"))

    assert await found(shared) == reading(VALUE)


def test_names_tell_nothing_and_differ_by_viewer() -> None:
    assert "P-1" not in name_of(KEY)
    assert "secret" not in name_of(KEY)
    assert name_of(KEY) != name_of(KEY._replace(scope="enterprise:other"))


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x80\x04K\x01.",
        b"null",
        b'{"tokens": ["", "", "", ""], "value": {"area": {}}, "provenance": null}',
        b'{"tokens": ["", "", "", ""], "value": {"floors": "3"}, "provenance": {}}',
        b'{"tokens": ["", "", "", ""], "value": {"nobody": 1}, "provenance": {}}',
        b'{"tokens": 7, "value": null, "provenance": {}}',
    ],
)
async def test_garbage_is_as_nothing(garbage: bytes) -> None:
    store = FakeStore()
    store.kept[name_of(KEY)] = garbage

    assert await found(SharedMemory(store)) is None


@pytest.mark.parametrize(
    "unwritable", [{"floors": 2**64}, {"parcel_no": "\ud800"}, {"floors": {1}}]
)
async def test_what_cannot_be_written_is_not_shared_and_hurts_neither_nor_the_others(
    unwritable: Any,
) -> None:
    store, other = FakeStore(), KEY._replace(key="P-2")
    shared = SharedMemory(store)
    _, tokens = await shared.get([KEY, other], PARCEL)
    assert tokens is not None

    with capture_logs() as logs:
        await shared.put({KEY: reading(unwritable), other: reading(VALUE)}, tokens)

    assert list(store.kept) == [name_of(other)]
    assert [(log["event"], log["register"]) for log in logs] == [
        ("shared_memory.garbage", "parcel")
    ]


@pytest.mark.parametrize(
    "frame",
    [
        {"department": "market"},
        {"source": "licence"},
        {"as_of": "2026-11-23T04:00:00"},
        {"as_of": 7},
        {"record_id": 7},
    ],
)
async def test_what_another_register_said_or_at_no_moment_is_as_nothing(frame: Any) -> None:
    store = FakeStore()
    shared = SharedMemory(store)
    await told(shared, VALUE)
    stored = orjson.loads(store.kept[name_of(KEY)])

    stored["provenance"].update(frame)
    store.kept[name_of(KEY)] = orjson.dumps(stored)

    assert await found(shared) is None


@pytest.mark.parametrize("value", [[VALUE], {"area": Decimal(1)}, {**VALUE, "parcel_no": None}])
async def test_a_list_for_a_record_or_less_than_one_is_as_nothing(value: Any) -> None:
    store = FakeStore()
    key = replace(PARCEL.fields[0], required=True)
    parcel = replace(PARCEL, fields=(key, *PARCEL.fields[1:]))
    shared = SharedMemory(store)
    await told(shared, value)

    readings, _ = await shared.get([KEY], parcel)

    assert store.kept
    assert readings == {}


class Liar(FakeStore):
    """Gives other things than it was asked for."""

    def __init__(self, lie: Any) -> None:
        super().__init__()
        self.lie = lie

    async def get(self, names: Sequence[str]) -> Sequence[bytes | None]:
        return self.lie  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "lie", [[], [b"x"], [None] * 99, None, [7] * 5, ["x"] * 5, [b"\xff" * 99] * 5]
)
async def test_a_store_that_lies_is_as_one_that_has_nothing(lie: Any) -> None:
    readings, _ = await SharedMemory(Liar(lie)).get([KEY], PARCEL)

    assert readings == {}


async def test_a_store_that_fails_or_hangs_hurts_nobody() -> None:
    store = FakeStore()
    shared = SharedMemory(store)
    tokens = await tokens_of(shared)

    store.fails = ConnectionError("down")
    assert await shared.get([KEY], PARCEL) == ({}, None)
    await shared.put({KEY: reading(VALUE)}, tokens)
    assert not await shared.forget(of_department("planning"))


async def test_a_store_that_hangs_again_and_again_is_left_alone() -> None:
    store = FakeStore()
    store.hangs = True
    shared = SharedMemory(store)

    for _ in range(10):
        assert await found(shared) is None

    assert store.asked == 3


async def test_the_memory_store_keeps_bytes() -> None:
    shared = SharedMemory(AiocacheStore("memory://"))

    await told(shared, VALUE)

    assert await found(shared) == reading(VALUE)


@pytest.fixture
async def redis(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A Redis of our own, with this password if one is asked for."""
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if server is None:
        pytest.skip("no redis-server or valkey-server on this machine")
    port, password = free_port(), getattr(request, "param", "")
    process = await asyncio.create_subprocess_exec(
        server, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path),
        "--save", "", "--requirepass", password, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"redis://:{quote(password, safe='')}@127.0.0.1:{port}/0"
    finally:
        process.kill()
        await process.wait()


async def test_two_processes_share_a_redis(redis: str) -> None:
    pytest.importorskip("redis")
    stores = [AiocacheStore(redis) for _ in range(2)]
    here, there = (SharedMemory(store, patience_s=5) for store in stores)
    await until("redis", lambda: answers(stores[0]), within_s=20)

    await told(here, VALUE)
    assert await found(there) == reading(VALUE)
    assert await there.forget(of_source("planning", "parcel"))
    assert await found(here) is None

    for store in stores:
        await store.aclose()


@pytest.mark.parametrize("redis", ["p@ss/w:rd#1"], indirect=True)
async def test_a_password_may_be_of_any_characters(redis: str) -> None:
    pytest.importorskip("redis")
    store = AiocacheStore(redis)

    await until("redis", lambda: answers(store), within_s=20)
    await store.set({"a": b"1"}, 10)

    assert await store.get(["a"]) == [b"1"]
    await store.aclose()


async def test_a_secured_address_is_spoken_to_over_tls() -> None:
    redis_py = pytest.importorskip("redis")
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(3))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        store = AiocacheStore(f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
        with pytest.raises(redis_py.exceptions.ConnectionError):
            await store.get(["a"])
        await store.aclose()

    assert heard[0][:2] == b"\x16\x03"  # a TLS handshake begins so


async def answers(store: AiocacheStore) -> bool:
    try:
        await store.get(["x"])
    except OSError:
        return False
    except Exception as error:
        if type(error).__name__ != "ConnectionError":  # the client's own
            raise
        return False
    return True
