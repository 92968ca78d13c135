"""Answers and materials of people: here only, and deletable. Events and commands carry ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from gateway.cases import codec, tables
from gateway.cases.store import Store, Transaction
from schema.graph.ports import PrefilledAnswer, SharedMaterial

WHOLE = ""  # the whole application, not one item
WITHDRAWAL = -1  # the round under which the reason of a withdrawal is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A material as it was uploaded."""

    sha256: str
    size: int = 0
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What an applicant handed in, JSON-native."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    materials: Mapping[str, Upload] = field(default_factory=dict)  # by material code
    applicant: Mapping[str, str | None] = field(default_factory=dict)
    prefilled: tuple[PrefilledAnswer, ...] = ()
    shared: tuple[SharedMaterial, ...] = ()
    asked: str = ""  # digest of what registers and verifications were asked about
    note: str | None = None


_payload = msgspec.json.Decoder(Payload)


async def put(
    transaction: Transaction, owner: str, payload: Payload, *, item: str = WHOLE, round_: int = 0
) -> None:
    """Keep it; what was there before under the same name is gone."""
    await transaction.replace(
        tables.payload, owner=owner, item=item, round=round_, body=codec.data_bytes(payload)
    )


def whole_of(owner: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Finds the whole application of an owner."""
    table = tables.payload.c
    return sa.and_(table.owner == owner, table.item == WHOLE, table.round == 0)


async def get(store: Store, owner: str, *, item: str = WHOLE, round_: int = 0) -> Payload | None:
    """What was kept; None when it was deleted or never there."""
    table = tables.payload.c
    query = sa.select(table.body).where(
        table.owner == owner, table.item == item, table.round == round_
    )
    rows = await store.rows(query)
    return decode(rows[0].body) if rows else None


def decode(body: bytes) -> Payload:
    """What was kept."""
    return _payload.decode(body)


async def erase(transaction: Transaction, owner: str) -> None:
    """Forget what this owner handed in; the events stay, and carry nothing of it."""
    await transaction.connection.execute(
        tables.payload.delete().where(tables.payload.c.owner == owner)
    )
