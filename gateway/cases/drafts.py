"""Applications before submission: kept whole, right or wrong, with what stands against them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from adapters.contract import Department
from gateway.cases import codec, payloads, tables
from gateway.cases.errors import DraftMoved, StoreUnavailable
from gateway.cases.expiry import KEPT_FOR
from gateway.cases.payloads import Payload, Upload
from gateway.cases.prefill import prefilled, read_sources
from gateway.cases.promises import Promises
from gateway.cases.sharing import people, shared_materials
from gateway.cases.standing import Standing, standing
from gateway.cases.store import Store, Transaction
from gateway.cases.visibility import agent_of, drafts_of, is_called, owner_of, owns_enterprise
from gateway.clock import Clock
from schema.domain.answers import read
from schema.domain.calendar import local_day
from schema.domain.form import form
from schema.domain.one_thing import OneThing
from schema.domain.selection import materials_of, select
from schema.graph.ports import Draft, Reads, Viewer


class StoredDocument(Protocol):
    """What is known about an uploaded document."""

    @property
    def size(self) -> int: ...

    @property
    def media_type(self) -> str: ...


class Materials(Protocol):
    """Where uploaded documents are kept. Blocking."""

    def find(self, sha256: str) -> StoredDocument | None:
        """The document with this digest, None when it was never uploaded."""
        ...


_draft = tables.draft.c
# Made once: to make it costs more than to run it.
_UPDATE = tables.draft.update().where(
    _draft.id == sa.bindparam("was"),
    _draft.submitted.is_(False),
    _draft.revision == sa.bindparam("was_at"),
    _draft.restored == sa.bindparam("was_restored"),
)
ReadsOf = Callable[[Viewer], Reads]
T = TypeVar("T")
_TRIES = 50  # of a draft many hands write at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A draft as it lies in the store."""

    id: str
    applicant_ref: str
    one_thing: OneThing
    payload: Payload
    updated_at: datetime
    submitted: bool
    revision: int = 0
    restored: bool = False  # it came with a backup, and may have been submitted since

    def standing(self, clock: Clock, made: Promises | None = None) -> Standing:
        """What would be submitted now with these promises, and what stands against it."""
        return standing(self.one_thing, self.payload, local_day(clock.now()), made)

    def shown(self, clock: Clock, kept_for: timedelta) -> Draft:
        """The draft as its owner sees it; `kept_for`: how long it is kept unchanged."""
        judged = self.standing(clock)
        return Draft(
            id=self.id,
            one_thing=self.one_thing.id,
            version=self.one_thing.version,
            variant=judged.variant,
            answers=self.payload.answers,
            prefilled=self.payload.prefilled,
            shared=self.payload.shared,
            materials={code: up.sha256 for code, up in self.payload.materials.items()},
            problems=judged.problems,
            updated_at=self.updated_at,
            submitted=self.submitted,
            pledges=judged.promisable.pledges,
            deferrable=judged.promisable.deferrable,
            expires_at=None if self.submitted or self.restored else self.updated_at + kept_for,
        )


class Drafts:
    """Opens, fills and keeps drafts."""

    def __init__(
        self,
        store: Store,
        departments: Mapping[str, Department],
        clock: Clock,
        reads: ReadsOf,
        materials: Materials | None,
        *,
        kept_for: timedelta = KEPT_FOR,
    ) -> None:
        self._store = store
        self._departments = departments
        self._clock = clock
        self._reads = reads
        self._materials = materials
        self._kept_for = kept_for

    def shown(self, kept: Kept) -> Draft:
        """The draft as its owner sees it."""
        return kept.shown(self._clock, self._kept_for)

    async def load(self, viewer: Viewer, draft: str) -> Kept | None:
        """The viewer's draft; None when it is not theirs or not there."""
        table = tables.draft
        whole = tables.draft.outerjoin(tables.payload, payloads.whole_of(table.c.id))
        query = sa.select(table, tables.payload.c.body).select_from(whole)
        rows = await self._store.rows(query.where(is_called(table.c.id, draft), drafts_of(viewer)))
        if not rows:
            return None
        row = rows[0]
        if row.submitted and self._store.catalogue.find(row.one_thing, row.version) is None:
            return None  # it lives on as its case; of others the version is there: `pinned`
        return Kept(
            id=row.id,
            applicant_ref=row.applicant_ref,
            one_thing=self._store.one_thing(row.one_thing, row.version),
            payload=Payload() if row.body is None else payloads.decode(row.body),
            updated_at=datetime.fromisoformat(row.updated_at),
            submitted=row.submitted,
            revision=row.revision,
            restored=row.restored,
        )

    async def merged(
        self,
        viewer: Viewer,
        kept: Kept,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        *,
        retry: bool,
        first: Callable[[], Awaitable[None]] | None = None,
    ) -> Kept:
        """The draft with new answers and materials, prefilled and verified anew where they differ.

        `retry`: ask again what could not be answered last time. `first`: done before any department
        is asked; what it raises is raised.
        """
        uploads = {**kept.payload.materials, **await self.uploads(materials)}
        payload = replace(
            kept.payload,
            answers=codec.native(_without_blanks({**kept.payload.answers, **answers})),
            materials=uploads,
        )
        payload = await self.filled(viewer, kept.one_thing, payload, retry=retry, first=first)
        return replace(kept, payload=payload, updated_at=self._clock.now())

    async def filled(
        self,
        viewer: Viewer,
        one_thing: OneThing,
        payload: Payload,
        *,
        retry: bool,
        first: Callable[[], Awaitable[None]] | None = None,
    ) -> Payload:
        """First values from registers and verdicts on shared materials, asked once per content."""
        open_ = any(p.problem for p in payload.prefilled) or any(
            s.state == "unavailable" for s in payload.shared
        )
        if payload.asked == _asked(one_thing, payload) and not (retry and open_):
            return payload
        if first is not None:
            await first()
        found = await read_sources(one_thing, payload.answers, viewer.claims, self._reads(viewer))
        own = owns_enterprise(viewer, payload.answers)
        told = prefilled(one_thing, viewer.claims, found, own=own)
        values = {p.key: p.value for p in told if p.value is not None}
        given = {k: v for k, v in payload.answers.items() if v is not None}
        answers = {**values, **given}
        typed = read(form(one_thing), answers).values
        wanted = materials_of(select(one_thing, typed), typed)
        now = self._clock.now()
        shared = await shared_materials(one_thing, wanted, answers, found, self._departments, now)
        full = replace(payload, answers=answers, prefilled=told, shared=shared)
        return replace(full, asked=_asked(one_thing, full))

    async def insert(self, transaction: Transaction, viewer: Viewer, kept: Kept) -> None:
        """Keep a new draft."""
        await transaction.insert_once(
            tables.draft,
            id=kept.id,
            applicant_ref=owner_of(viewer),
            agent_ref=agent_of(viewer),
            one_thing=kept.one_thing.id,
            version=kept.one_thing.version,
            updated_at=kept.updated_at.isoformat(),
            submitted=False,
            revision=0,
        )
        await payloads.put(transaction, kept.id, kept.payload)

    async def update(self, transaction: Transaction, kept: Kept, *, submitted: bool) -> None:
        """Keep what changed; DraftMoved when it is no longer what was read."""
        was = {"was": kept.id, "was_at": kept.revision, "was_restored": kept.restored}
        now = {"updated_at": kept.updated_at.isoformat(), "submitted": submitted}
        values = {**was, **now, "revision": kept.revision + 1}
        changed = await transaction.connection.execute(_UPDATE, values)
        if changed.rowcount != 1:
            raise DraftMoved(kept.id)
        await payloads.put(transaction, kept.id, kept.payload)

    async def uploads(self, materials: Mapping[str, str]) -> dict[str, Upload]:
        """What is known about documents named by their digests."""
        return {code: await self._upload(sha256) for code, sha256 in materials.items()}

    async def _upload(self, sha256: str) -> Upload:
        if self._materials is None:
            return Upload(sha256=sha256)
        found = await asyncio.to_thread(self._materials.find, sha256)
        if found is None:
            return Upload(sha256=sha256, size=NOT_THERE)
        return Upload(sha256=sha256, size=found.size, media_type=found.media_type)


NOT_THERE = -1


async def until_still(write: Callable[[], Awaitable[T]]) -> T:
    """Read, change and write a draft anew until nobody else wrote it in between."""
    for _ in range(_TRIES):
        try:
            return await write()
        except DraftMoved:
            continue
    raise StoreUnavailable("this draft is written by too many hands at once")


def _without_blanks(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that are answers: null takes one back."""
    return {key: value for key, value in answers.items() if value is not None}


def _asked(one_thing: OneThing, payload: Payload) -> str:
    """What registers and verifications depend on, as one digest."""
    keys = [payload.answers.get(s.key) for s in one_thing.sources if "." not in s.key]
    values = read(form(one_thing), payload.answers).values
    items = [item.id for item in select(one_thing, values)]
    return codec.digest([keys, people(one_thing, payload.answers), items])
