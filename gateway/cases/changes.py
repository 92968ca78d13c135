"""What may be done with a case after submission: each is one event, at most once per request id."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.cases import attempts, codec, payloads, rejection
from gateway.cases.attempts import Errand
from gateway.cases.delivery import DONE, PARKED, UNDER_WAY
from gateway.cases.drafts import Drafts
from gateway.cases.errors import RequestConflict, StoreUnavailable
from gateway.cases.outcome import told
from gateway.cases.payloads import WHOLE, WITHDRAWAL, Payload
from gateway.cases.requests import Request, known, remember, request
from gateway.cases.store import Store, Transaction
from gateway.cases.visibility import owner_of
from gateway.clock import Clock
from gateway.security.policy import may_change_case
from schema.domain import surplus
from schema.domain.answers import read
from schema.domain.case import Case, CaseState, Command, Event, EventKind, Step, StepState
from schema.domain.case_rules import TERMINAL, parse_reference
from schema.domain.delivery_policy import Act, Attempt, Outcome
from schema.domain.form import form
from schema.domain.formats import UNWRITABLE
from schema.domain.one_thing import Item
from schema.domain.outside import awaited_events, may_be_reported, raising
from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text
from schema.graph.ports import Rejected, Viewer

KNOWN_ALREADY = rejection.wrong_state(
    "该申报已有结果，无需确认。", "What became of it is known already.", "reference"
)
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
    """Supplement, withdraw, report, resolve."""

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

    async def resolve_filing(
        self, viewer: Viewer, reference: str, receipt: str | None, request_id: str
    ) -> Case | Rejected:
        """What a clerk found out about a parked command."""
        receipt = receipt.strip() if receipt is not None else None
        if receipt is not None and (not receipt or UNWRITABLE.search(receipt)):
            return rejection.rejected(rejection.UNREADABLE_RECEIPT)
        asked = request(viewer.subject, request_id, "resolve", reference=reference, receipt=receipt)
        try:
            return await self._resolved(viewer, reference, receipt, asked)
        except RequestConflict as conflict:
            return rejection.rejected(rejection.CONFLICT, case=conflict.case)
        except Undone as undone:
            return undone.rejected
        except StoreUnavailable as error:
            return rejection.rejected(error.problem)

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
        except Undone as undone:
            return undone.rejected
        except StoreUnavailable as error:
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
            raise Undone(made)  # the request id is not spent on what changed nothing
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

    async def _resolved(
        self, viewer: Viewer, reference: str, receipt: str | None, asked: Request
    ) -> Case | Rejected:
        command, errand = parse_reference(reference), await attempts.load(self._store, reference)
        if "clerk" not in viewer.roles or command is None or errand is None:
            return rejection.rejected(rejection.ABSENT)
        if await known(self._store, asked) is not None:
            return errand.case
        async with self._store.write() as transaction:
            if await remember(transaction, asked, errand.case.id) is not None:
                return errand.case
            fresh = await transaction.load(errand.case.id)
            if fresh is None or not asks(fresh, command, errand.state):
                raise Undone(KNOWN_ALREADY)
            n = len(errand.history) + 1
            outcome = Outcome.OK if receipt else Outcome.ABSENT
            attempt = Attempt(act=Act.TOLD, outcome=outcome, detail=receipt)
            await attempts.tell(
                transaction, reference, n, attempt, at=time.time(), by=viewer.subject
            )
            await self._go_on(transaction, errand, DONE if receipt else UNDER_WAY)
            event = told(command, receipt, n, viewer.subject, self._clock.now())
            return await transaction.append(event)

    async def _go_on(self, transaction: Transaction, errand: Errand, state: str) -> None:
        tick = errand.tick + 1
        await attempts.move_on(transaction, errand.reference, state=state, tick=tick)
        if state == UNDER_WAY:
            await transaction.enqueue(errand.reference, errand.department, tick, 0.0)


def asks(case: Case, command: Command, state: str) -> bool:
    """Whether a clerk is asked about this command: it is parked, or what it filed went missing."""
    step = case.step(command.item)
    if surplus.is_beyond(command):
        return state == PARKED and any(s.parked == command.reference for s in step.surplus)
    return step.parked == command.reference and (state == PARKED or step.missing)


def _may_be_supplemented(step: Step) -> bool:
    """It is asked for more, or owes something; and nothing is on its way already."""
    owing = step.state in _AT_WORK and bool(step.owes)
    return (step.state is StepState.SUPPLEMENT_REQUESTED or owing) and not step.supplementing


class Undone(Exception):
    """Rolls the transaction back and carries the answer out."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__("nothing changed")
        self.rejected = rejected
