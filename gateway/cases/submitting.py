"""Submitting: one transaction in which a draft becomes a case, at most once per request id."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.cases import rejection
from gateway.cases.drafts import Drafts, Kept, until_still
from gateway.cases.errors import RequestConflict, RequestUnreadable, StoreUnavailable
from gateway.cases.promises import Promises
from gateway.cases.requests import Request, known, remember, request
from gateway.cases.restored import doubt_case
from gateway.cases.store import Store
from gateway.cases.submission import signed, strangers, submission
from gateway.cases.visibility import owner_of
from gateway.clock import Clock
from schema.domain.case import Case
from schema.domain.problem import Problem
from schema.graph.ports import Rejected, Viewer

CaseOf = Callable[[Viewer, str], Awaitable[Case | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What comes with one submission; merged into what was saved before."""

    draft: str
    answers: Mapping[str, Any]
    materials: Mapping[str, str]
    promises: Promises

    def request(self, viewer: Viewer, request_id: str) -> Request:
        """The request it is.

        Promises count only where there are any: a request from before there were promises, sent
        again, is still the same request.
        """
        given = {"pledges": self.promises.pledges, "deferred": self.promises.deferred}
        return request(
            owner_of(viewer),
            request_id,
            "submit",
            draft=self.draft,
            answers=self.answers,
            materials=self.materials,
            **{name: sorted(set(codes)) for name, codes in given.items() if codes},
        )


class _Answered(Exception):
    """It was asked before, and led to this case."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case


class Submitting:
    """Turns drafts into cases."""

    def __init__(self, store: Store, drafts: Drafts, clock: Clock, case_of: CaseOf) -> None:
        self._store = store
        self._drafts = drafts
        self._clock = clock
        self._case_of = case_of

    async def submit(self, viewer: Viewer, handed: Handed, request_id: str) -> Case | Rejected:
        """Accept one application durably, then answer; departments are told afterwards."""
        asked = handed.request(viewer, request_id)
        try:
            return await until_still(lambda: self._submitted(viewer, asked, handed))
        except RequestConflict as conflict:
            return rejection.rejected(rejection.CONFLICT, case=conflict.case)
        except (StoreUnavailable, RequestUnreadable) as error:
            return rejection.rejected(error.problem)

    async def _submitted(self, viewer: Viewer, asked: Request, handed: Handed) -> Case | Rejected:
        asked.readable()
        kept = await self._drafts.load(viewer, handed.draft)
        if kept is None:
            return await self._refused(viewer, asked, rejection.ABSENT)
        if kept.submitted:
            if await known(self._store, asked) is None:
                raise RequestConflict(handed.draft)
            return await self._as_answered(viewer, handed.draft)
        try:
            merged = await self._drafts.merged(
                viewer,
                kept,
                handed.answers,
                handed.materials,
                retry=False,
                first=lambda: self._is_news(asked),
            )
        except _Answered as answered:
            return await self._as_answered(viewer, answered.case)
        return await self._accepted(viewer, asked, signed(merged, viewer), handed.promises)

    async def _is_news(self, asked: Request) -> None:
        """Found out before departments are asked; where none is, taking the request id tells."""
        before = await known(self._store, asked)
        if before is not None:
            raise _Answered(before)

    async def _accepted(
        self, viewer: Viewer, asked: Request, full: Kept, made: Promises
    ) -> Case | Rejected:
        judged = full.standing(self._clock, made)
        problems = (*strangers(viewer, full), *judged.problems)
        if problems:
            return await self._refused(viewer, asked, *problems)
        async with self._store.write() as transaction:
            first = await remember(transaction, asked, full.id)
            if first is None:
                await self._drafts.update(transaction, full, submitted=True)
                case = await transaction.append(submission(viewer, full, self._clock, judged))
                if full.restored:
                    await doubt_case(transaction, case.id)
                return case
        return await self._as_answered(viewer, first)

    async def _refused(self, viewer: Viewer, asked: Request, *problems: Problem) -> Case | Rejected:
        """These problems, unless it was asked before: that was answered, and stays so."""
        before = await known(self._store, asked)
        if before is None:
            return rejection.rejected(*problems)
        return await self._as_answered(viewer, before)

    async def _as_answered(self, viewer: Viewer, case: str) -> Case | Rejected:
        """What the first of these requests was answered, however far the case has come since."""
        if await self._case_of(viewer, case) is None:
            return rejection.rejected(rejection.ABSENT)
        return await self._store.as_submitted(case)
