"""The unified issue (统一发证): one case's certificates, signed and recorded in one transaction."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from gateway.cases import tables
from gateway.cases.store import Store
from gateway.issuing.bundle import SignedBundle
from schema.domain.case import Case, CaseState, Event
from schema.domain.one_thing import OneThing


class Signing(Protocol):
    """Who signs what is handed over."""

    def signed(self, case: Case, one_thing: OneThing, issued_at: datetime) -> SignedBundle | None:
        """The case's certificates in one signed bundle; None when there is none to hand over."""
        ...


class IssuedBundles:
    """The bundles that were issued: each once, and found by its check code."""

    def __init__(self, store: Store, signing: Signing) -> None:
        self._store = store
        self._signing = signing

    async def issue(self, event: Event) -> None:
        """Issue a case. It is locked while it is signed: two processes never sign the same one."""
        async with self._store.write() as transaction:
            case = await transaction.load(event.case)
            if case is None or case.state is not CaseState.ISSUING:
                return
            one_thing = self._store.one_thing(case.one_thing, case.version)
            signed = self._signing.signed(case, one_thing, event.at)
            if signed is not None:
                row = tables.bundle.insert().values(
                    code=signed.code,
                    case_id=case.id,
                    signed=signed.text,
                    issued_at=event.at.isoformat(),
                )
                await transaction.connection.execute(row)
                data = {**event.data, "bundle": signed.text, "check": signed.code}
                event = replace(event, data=data)
            await transaction.append(event)

    async def find(self, code: str) -> str | None:
        """The signed bundle with this check code; None when none was issued under it."""
        table = tables.bundle.c
        rows = await self._store.rows(sa.select(table.signed).where(table.code == code))
        return rows[0].signed if rows else None
