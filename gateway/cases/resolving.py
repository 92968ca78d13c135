"""A clerk says what became of a parked command: its number there, or that it never arrived."""

from gateway.cases import attempts, rejection
from gateway.cases.attempts import Errand
from gateway.cases.delivery import DONE, PARKED, UNDER_WAY
from gateway.cases.errors import RequestConflict, RequestUnreadable, StoreUnavailable
from gateway.cases.outcome import told
from gateway.cases.receipts import Holder, can_be_kept, held_by_another, holder
from gateway.cases.rejection import Undone
from gateway.cases.requests import Request, known, remember, request
from gateway.cases.store import Store, Transaction
from gateway.clock import Clock
from gateway.security.policy import may_resolve_filing
from schema.domain import surplus
from schema.domain.case import Case, Command
from schema.domain.case_rules import parse_reference
from schema.domain.delivery_policy import Act, Attempt, Outcome
from schema.domain.formats import UNWRITABLE
from schema.domain.problem import Problem
from schema.graph.ports import Rejected, Viewer

KNOWN_ALREADY = rejection.wrong_state(
    "该申报已有结果，无需确认。", "What became of it is known already.", "reference"
)


class Resolving:
    """What a clerk says is one event, at most once per request id."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def resolve(
        self, viewer: Viewer, reference: str, receipt: str | None, request_id: str
    ) -> Case | Rejected:
        """What a clerk found out about a parked command."""
        receipt = receipt.strip() if receipt is not None else None
        wrong = _wrong_receipt(receipt)
        if wrong is not None:
            return rejection.rejected(wrong)
        asked = request(viewer.subject, request_id, "resolve", reference=reference, receipt=receipt)
        try:
            return await self._resolved(viewer, reference, receipt, asked)
        except RequestConflict as conflict:
            return rejection.rejected(rejection.CONFLICT, case=conflict.case)
        except Undone as undone:
            return undone.rejected
        except (StoreUnavailable, RequestUnreadable) as error:
            return rejection.rejected(error.problem)

    async def _resolved(
        self, viewer: Viewer, reference: str, receipt: str | None, asked: Request
    ) -> Case | Rejected:
        command = parse_reference(reference)
        if command is None or not may_resolve_filing(viewer):
            return rejection.rejected(rejection.ABSENT)
        errand = await attempts.load(self._store, reference)
        if errand is None:
            return rejection.rejected(rejection.ABSENT)
        if await known(self._store, asked) is not None:
            return errand.case
        async with self._store.write() as transaction:
            if await remember(transaction, asked, errand.case.id) is not None:
                return errand.case
            fresh = await transaction.load(errand.case.id)
            if fresh is None or not asks(fresh, command, errand.state):
                raise Undone(KNOWN_ALREADY)
            mine = holder(self._store, fresh, command.item)
            await _refuse_taken(transaction, errand.department, receipt, mine)
            n = len(errand.history) + 1
            outcome = Outcome.OK if receipt else Outcome.ABSENT
            attempt = Attempt(act=Act.TOLD, outcome=outcome, detail=receipt)
            await attempts.tell(
                transaction, reference, n, attempt, at=self._store.now(), by=viewer.subject
            )
            await self._go_on(transaction, errand, DONE if receipt else UNDER_WAY)
            event = told(command, receipt, n, viewer.subject, self._clock.now())
            return await transaction.append(event)

    async def _go_on(self, transaction: Transaction, errand: Errand, state: str) -> None:
        tick = errand.tick + 1
        await attempts.move_on(transaction, errand.reference, state=state, tick=tick)
        if state == UNDER_WAY:
            await transaction.enqueue(errand.reference, errand.department, tick, 0.0)


def _wrong_receipt(receipt: str | None) -> Problem | None:
    """What is wrong with a number a person typed."""
    if receipt is None:
        return None
    if not receipt or UNWRITABLE.search(receipt):
        return rejection.UNREADABLE_RECEIPT
    return None if can_be_kept(receipt) else rejection.RECEIPT_TOO_LONG


async def _refuse_taken(
    transaction: Transaction, department: str, receipt: str | None, mine: Holder
) -> None:
    """A mistyped number must not take another filing's decision."""
    if receipt is None:
        return
    taken = await held_by_another(transaction, department, receipt, mine)
    if taken is not None:
        raise Undone(rejection.rejected(rejection.RECEIPT_TAKEN, case=taken))


def asks(case: Case, command: Command, state: str) -> bool:
    """Whether a clerk is asked about this command: it is parked, or what it filed went missing."""
    step = case.step(command.item)
    if surplus.is_beyond(command):
        return state == PARKED and any(s.parked == command.reference for s in step.surplus)
    return step.parked == command.reference and (state == PARKED or step.missing)
