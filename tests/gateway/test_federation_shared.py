"""The second level: exact values come back, personal ones never go in, its troubles hurt nobody."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from gateway.federation.memory import Key
from gateway.federation.shared import (
    AiocacheStore,
    SharedMemory,
    name_of,
    preserve,
    revive,
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
        self.fails: BaseException | None = None
        self.hangs = False

    async def get(self, name: str) -> bytes | None:
        await self._trouble()
        return self.kept.get(name)

    async def set(self, name: str, value: bytes, ttl: float) -> None:
        await self._trouble()
        self.kept[name] = value

    async def _trouble(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails


@pytest.mark.parametrize("value", [VALUE, [VALUE, VALUE], [], None])
def test_values_come_back_with_their_own_types(value: Any) -> None:
    back = revive(preserve(reading(value)), PARCEL)

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

    await shared.put(KEY, register(("name", "text"), personal="name"), reading({"name": "张三"}))
    await shared.put(KEY, PARCEL, Reading(value=None, problem=problem))

    assert store.kept == {}


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
        b'{"value": {"area": {}}, "provenance": null}',
        b'{"value": {"floors": "3"}, "provenance": {}}',
        b'{"value": {"nobody": 1}, "provenance": {}}',
    ],
)
async def test_garbage_is_as_nothing(garbage: bytes) -> None:
    store = FakeStore()
    store.kept[name_of(KEY)] = garbage

    assert await SharedMemory(store).get(KEY, PARCEL) is None


async def test_a_store_that_fails_or_hangs_hurts_nobody() -> None:
    store = FakeStore()
    shared = SharedMemory(store)

    store.fails = ConnectionError("down")
    assert await shared.get(KEY, PARCEL) is None
    await shared.put(KEY, PARCEL, reading(VALUE))
    store.fails, store.hangs = None, True
    assert await shared.get(KEY, PARCEL) is None


async def test_the_memory_store_keeps_bytes() -> None:
    shared = SharedMemory(AiocacheStore("memory://"))

    await shared.put(KEY, PARCEL, reading(VALUE))

    assert await shared.get(KEY, PARCEL) == reading(VALUE)
