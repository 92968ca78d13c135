"""The use cases of applicants and clerks, as the graph knows them."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from gateway.cases import codec, rejection, tables
from gateway.cases.changes import Changes
from gateway.cases.drafts import Drafts, Kept, until_still
from gateway.cases.errors import RequestConflict, RequestUnreadable, StoreUnavailable
from gateway.cases.payloads import Payload
from gateway.cases.promises import Promises
from gateway.cases.requests import Request, known, remember, request
from gateway.cases.resolving import Resolving
from gateway.cases.standing import district_of
from gateway.cases.store import Store
from gateway.cases.submitting import Handed, Submitting
from gateway.cases.visibility import is_called, owner_of, visible_to
from gateway.clock import Clock
from gateway.security.policy import may_apply
from schema.domain.calendar import local_day
from schema.domain.case import Case, Event
from schema.domain.identifiers import case_number
from schema.domain.one_thing import OneThing
from schema.graph.ports import Draft, Page, Rejected, Viewer

MOST = 100  # cases on one page
_ANYWHERE = "310000"
_CURSOR = re.compile(r"[0-9]{1,18}", re.ASCII)
_DRAFT_BYTES = 400_000


class CaseApplications:
    """Implements `schema.graph.ports.Applications`.

    Mutations answer with data whatever happens; reads raise StoreUnavailable when nothing is known.
    """

    def __init__(
        self,
        store: Store,
        drafts: Drafts,
        clock: Clock,
        identifier: Callable[[], str] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._drafts = drafts
        self._submitting = Submitting(store, self._drafts, clock, self.case)
        self._changes = Changes(store, self._drafts, clock, self.case)
        self._resolving = Resolving(store, clock)
        self._identifier = identifier or (lambda: uuid4().hex)

    # -- drafts -----------------------------------------------------------------------------------

    async def start(
        self, viewer: Viewer, *, one_thing: str, answers: Mapping[str, Any], request_id: str
    ) -> Draft | Rejected:
        """Open a draft, prefilled from the registers; the same request_id gives the same draft."""
        if not may_apply(viewer):
            return rejection.rejected(rejection.ABSENT)
        found = self._store.catalogue.find(one_thing)
        if found is None:
            return rejection.rejected(rejection.UNKNOWN_ONE_THING)
        asked = request(owner_of(viewer), request_id, "start", one_thing=one_thing, answers=answers)
        try:
            before = await known(self._store, asked)
            if before is not None:
                return await self._shown(viewer, before)
            kept = await self._opened(viewer, found, answers)
            async with self._store.write() as transaction:
                first = await remember(transaction, asked, kept.id)
                if first is None:
                    await self._drafts.insert(transaction, viewer, kept)
            return await self._shown(viewer, first or kept.id)
        except RequestConflict as conflict:
            return rejection.rejected(rejection.CONFLICT, case=conflict.case)
        except (StoreUnavailable, RequestUnreadable) as error:
            return rejection.rejected(error.problem)

    async def save(
        self,
        viewer: Viewer,
        *,
        draft: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        request_id: str,
    ) -> Draft | Rejected:
        """Merge answers and material digests into a draft; keeps what is wrong and says so."""
        body = {"draft": draft, "answers": answers, "materials": materials}
        asked = request(owner_of(viewer), request_id, "save", **body)
        try:
            if await known(self._store, asked) is not None:
                return await self._shown(viewer, draft)
            return await until_still(lambda: self._saved(viewer, asked, draft, answers, materials))
        except RequestConflict as conflict:
            return rejection.rejected(rejection.CONFLICT, case=conflict.case)
        except (StoreUnavailable, RequestUnreadable) as error:
            return rejection.rejected(error.problem)

    async def draft(self, viewer: Viewer, draft: str) -> Draft | None:
        """The viewer's draft."""
        kept = await self._drafts.load(viewer, draft)
        return self._drafts.shown(kept) if kept else None

    async def submit(
        self,
        viewer: Viewer,
        *,
        draft: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        request_id: str,
        pledges: Sequence[str] = (),
        deferred: Sequence[str] = (),
    ) -> Case | Rejected:
        """Accept one application durably, then answer; departments are told afterwards."""
        promises = Promises(pledges=tuple(pledges), deferred=tuple(deferred))
        handed = Handed(draft=draft, answers=answers, materials=materials, promises=promises)
        return await self._submitting.submit(viewer, handed, request_id)

    # -- what there is ----------------------------------------------------------------------------

    async def case(self, viewer: Viewer, case: str) -> Case | None:
        """The case, if the viewer may see it."""
        table = tables.case.c
        query = sa.select(table.body).where(is_called(table.id, case), visible_to(viewer))
        rows = await self._store.rows(query)
        return codec.case_from(rows[0].body) if rows else None

    async def cases(
        self, viewer: Viewer, *, first: int, after: str | None, state: str | None
    ) -> Page:
        """The viewer's cases, newest first."""
        table, size = tables.case.c, max(1, min(first, MOST))
        query = sa.select(table.seq, table.body).where(visible_to(viewer))
        if state is not None:
            query = query.where(table.state == state)
        if after is not None:
            query = query.where(table.seq < (int(after) if _CURSOR.fullmatch(after) else 0))
        rows = await self._store.rows(query.order_by(table.seq.desc()).limit(size + 1))
        page = rows[:size]
        cursor = str(page[-1].seq) if len(rows) > size else None
        return Page(cases=tuple(codec.case_from(row.body) for row in page), cursor=cursor)

    async def timeline(self, viewer: Viewer, case: str) -> Sequence[Event]:
        """Everything that happened to the case, oldest first; nothing when it is not visible."""
        joined = tables.event.join(tables.case, tables.case.c.id == tables.event.c.case_id)
        query = sa.select(tables.event).select_from(joined)
        mine = query.where(is_called(tables.event.c.case_id, case), visible_to(viewer))
        rows = await self._store.rows(mine.order_by(tables.event.c.n))
        return [codec.event_from(row._mapping) for row in rows]  # noqa: SLF001 — SQLAlchemy's API

    # -- what may be done -------------------------------------------------------------------------

    async def supplement(
        self,
        viewer: Viewer,
        *,
        case: str,
        item: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        note: str | None,
        request_id: str,
    ) -> Case | Rejected:
        """Hand in what a department asked for."""
        return await self._changes.supplement(
            viewer, case, item, answers, materials, note, request_id
        )

    async def withdraw(
        self, viewer: Viewer, *, case: str, reason: str, request_id: str
    ) -> Case | Rejected:
        """Take everything back that is not decided yet."""
        return await self._changes.withdraw(viewer, case, reason, request_id)

    async def report(
        self, viewer: Viewer, *, case: str, event: str, request_id: str
    ) -> Case | Rejected:
        """Tell an outside event a step waits for."""
        return await self._changes.report(viewer, case, event, request_id)

    async def resolve_filing(
        self, viewer: Viewer, *, reference: str, receipt: str | None, request_id: str
    ) -> Case | Rejected:
        """A clerk says what became of a parked filing: its receipt, or None for "not received"."""
        return await self._resolving.resolve(viewer, reference, receipt, request_id)

    # -- inside -----------------------------------------------------------------------------------

    async def _opened(
        self, viewer: Viewer, one_thing: OneThing, answers: Mapping[str, Any]
    ) -> Kept:
        now = self._clock.now()
        payload = Payload(answers=codec.native(answers))
        payload = await self._drafts.filled(viewer, one_thing, payload, retry=True)
        districts = [d.code for d in one_thing.districts]
        district = district_of(one_thing, payload.answers) or (districts or [_ANYWHERE])[0]
        return Kept(
            id=case_number(district, local_day(now), self._identifier()),
            applicant_ref=owner_of(viewer),
            one_thing=one_thing,
            payload=payload,
            updated_at=now,
            submitted=False,
        )

    async def _saved(
        self,
        viewer: Viewer,
        asked: Request,
        draft: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
    ) -> Draft | Rejected:
        kept = await self._drafts.load(viewer, draft)
        if kept is None:
            return rejection.rejected(rejection.ABSENT)
        if kept.submitted:
            raise RequestConflict(draft)
        changed = await self._drafts.merged(viewer, kept, answers, materials, retry=True)
        if len(codec.data_bytes(changed.payload.answers)) > _DRAFT_BYTES:
            return rejection.rejected(rejection.TOO_MUCH)
        async with self._store.write() as transaction:
            if await remember(transaction, asked, draft) is None:
                await self._drafts.update(transaction, changed, submitted=False)
        return await self._shown(viewer, draft)

    async def _shown(self, viewer: Viewer, draft: str) -> Draft | Rejected:
        return await self.draft(viewer, draft) or rejection.rejected(rejection.ABSENT)
