"""What may be done with a case after submission: each is one event, at most once per request id."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.cases import codec, payloads, rejection
from gateway.cases.drafts import Drafts
from gateway.cases.errors import RequestConflict, RequestUnreadable, StoreUnavailable
from gateway.cases.payloads import WHOLE, WITHDRAWAL, Payload
from gateway.cases.requests import Request, known, remember, request
from gateway.cases.store import Store, Transaction
from gateway.cases.visibility import owner_of
from gateway.clock import Clock
from gateway.security.policy import may_change_case
from schema.domain.answers import read
from schema.domain.case import Case, CaseState, Event, EventKind, Step, StepState
from schema.domain.case_rules import TERMINAL
from schema.domain.form import form
from schema.domain.formats import UNWRITABLE
from schema.domain.one_thing import Item
from schema.domain.outside import awaited_events, may_be_reported, raising
from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text
from schema.graph.ports import Rejected, Viewer

_AT_WORK = frozenset({StepState.ACCEPTED, StepState.INSPECTION, StepState.NOTICE})
CaseOf = Callable[[Viewer, str], Awaitable[Case | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One event, and what is kept beside it."""

    event: Event
    payload: Payload | None = None
    item: str = WHOLE
    round: int = 0


class Changes:
    """Supplement, withdraw, report."""

    def __init__(self, store: Store, drafts: Drafts, clock: Clock, case_of: CaseOf) -> None:
        self._store = store
        self._drafts = drafts
        self._clock = clock
        self._case_of = case_of

    async def supplement(
        self,
        viewer: Viewer,
        case: str,
        item: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        note: str | None,
        request_id: str,
    ) -> Case | Rejected:
        """Hand in what a department asked for."""
        if UNWRITABLE.search(note or ""):
            return rejection.rejected(rejection.unwritable("note"))
        asked = request(
            owner_of(viewer),
            request_id,
            "supplement",
            case=case,
            item=item,
            answers=answers,
            materials=materials,
            note=note,
        )
        uploads = await self._drafts.uploads(materials)
        payload = Payload(answers=codec.native(answers), materials=uploads, note=note)
        return await self._changed(viewer, case, asked, lambda c: self._added(c, item, payload))

    async def withdraw(
        self, viewer: Viewer, case: str, reason: str, request_id: str
    ) -> Case | Rejected:
        """Take everything back that is not decided yet."""
        if UNWRITABLE.search(reason):
            return rejection.rejected(rejection.unwritable("reason"))
        asked = request(owner_of(viewer), request_id, "withdraw", case=case, reason=reason)
        return await self._changed(viewer, case, asked, lambda c: self._taken_back(c, reason))

    async def report(
        self, viewer: Viewer, case: str, event: str, request_id: str
    ) -> Case | Rejected:
        """Tell an outside event."""
        asked = request(owner_of(viewer), request_id, "report", case=case, event=event)
        return await self._changed(viewer, case, asked, lambda c: self._happened(c, event))

    async def _changed(
        self,
        viewer: Viewer,
        case: str,
        asked: Request,
        change: Callable[[Case], Change | Rejected],
    ) -> Case | Rejected:
        try:
            seen = await self._case_of(viewer, case)
            if seen is None or not may_change_case(viewer, seen):
                return rejection.rejected(rejection.ABSENT)
            if await known(self._store, asked) is not None:
                return seen
            async with self._store.write() as transaction:
                return await self._once(transaction, asked, seen, change)
        except RequestConflict as conflict:
            return rejection.rejected(rejection.CONFLICT, case=conflict.case)
        except rejection.Undone as undone:
            return undone.rejected
        except (StoreUnavailable, RequestUnreadable) as error:
            return rejection.rejected(error.problem)

    async def _once(
        self,
        transaction: Transaction,
        asked: Request,
        seen: Case,
        change: Callable[[Case], Change | Rejected],
    ) -> Case:
        first = await remember(transaction, asked, seen.id)
        case = await transaction.load(seen.id) or seen
        if first is not None:
            return case
        made = change(case)
        if isinstance(made, Rejected):
            raise rejection.Undone(made)  # the request id is not spent on what changed nothing
        if made.payload is not None:
            await payloads.put(
                transaction, case.id, made.payload, item=made.item, round_=made.round
            )
        return await transaction.append(made.event)

    def _added(self, case: Case, item: str, payload: Payload) -> Change | Rejected:
        step = next((s for s in case.steps if s.item == item), None)
        if step is None or not _may_be_supplemented(step):
            return rejection.wrong_state(
                "该事项目前不需要补正。", "Nothing is to be supplemented here now.", "item"
            )
        wrong = self._wrong(case, item, payload)
        if wrong:
            return rejection.rejected(*wrong)
        round_ = step.round + 1
        codes = sorted(payload.materials)
        key = f"supplement:{case.id}:{item}:{round_}"
        event = self._event(
            case, EventKind.SUPPLEMENT_SENT, key, item, round=round_, materials=codes
        )
        return Change(event=event, payload=payload, item=item, round=round_)

    def _wrong(self, case: Case, item: str, payload: Payload) -> tuple[Problem, ...]:
        """A supplement answers some of the item's questions; those must be right."""
        one_thing = self._store.one_thing(case.one_thing, case.version)
        asked: Item = one_thing.item(item)
        problems = read(form(one_thing, [asked]), payload.answers).problems
        answers = (p for p in problems if p.code is not ProblemCode.REQUIRED)
        codes = {m.code for m in asked.materials}
        uploads = payload.materials.items()
        missing = (
            rejection.unknown_material(c) for c, up in uploads if c not in codes or up.size < 0
        )
        return (*answers, *missing)

    def _taken_back(self, case: Case, reason: str) -> Change | Rejected:
        if case.state in TERMINAL or case.state is CaseState.ISSUING or case.withdrawal:
            return rejection.wrong_state(
                "办件已办结、待发证或正在撤回，不能撤回。",
                "The case is decided or being withdrawn already.",
            )
        event = self._event(case, EventKind.WITHDRAWAL_REQUESTED, f"withdrawal:{case.id}")
        return Change(event=event, payload=Payload(note=reason), round=WITHDRAWAL)

    def _happened(self, case: Case, name: str) -> Change | Rejected:
        one_thing = self._store.one_thing(case.one_thing, case.version)
        items = [one_thing.item(step.item) for step in case.steps]
        if name not in awaited_events(items):
            text = Text(zh="本办件不等待该事件。", en="Nothing in this case waits for this event.")
            problem = Problem(code=ProblemCode.NOT_A_CHOICE, text=text, path=("event",))
            return rejection.rejected(problem)
        if case.state in TERMINAL:
            return rejection.wrong_state("办件已结束。", "The case has ended.")
        if not may_be_reported(case.reported, name):
            return rejection.wrong_state(
                "该异议已登记，或没有待解决的异议。",
                "It was raised already, or there is nothing to settle.",
                "event",
            )
        key = f"reported:{case.id}:{name}"
        if raising(name):  # may be raised again after it was settled
            key = f"{key}:{case.revision}"
        return Change(event=self._event(case, EventKind.REPORTED, key, event=name))

    def _event(
        self, case: Case, kind: EventKind, key: str, item: str | None = None, **data: Any
    ) -> Event:
        return Event(
            key=key,
            case=case.id,
            kind=kind,
            at=self._clock.now(),
            actor="applicant",
            item=item,
            data=data,
        )


def _may_be_supplemented(step: Step) -> bool:
    """It is asked for more, or owes something; and nothing is on its way already."""
    owing = step.state in _AT_WORK and bool(step.owes)
    return (step.state is StepState.SUPPLEMENT_REQUESTED or owing) and not step.supplementing
