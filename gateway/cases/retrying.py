"""A clerk orders another round of a command: it is looked at again now, and never sent blindly.

The order is an attempt of its own that says nothing about what happened; the policy decides what
it leads to, as it does about every other attempt.
"""

from collections.abc import Callable, Mapping

from adapters.contract import Department
from gateway.cases import attempts, outcome, rejection
from gateway.cases.attempts import Errand
from gateway.cases.delivery import DONE, PARKED, UNDER_WAY
from gateway.cases.errors import RequestConflict, RequestUnreadable, StoreUnavailable
from gateway.cases.rejection import Undone
from gateway.cases.requests import Request, known, remember, request
from gateway.cases.resolving import KNOWN_ALREADY, asks
from gateway.cases.store import Store, Transaction
from gateway.clock import Clock
from gateway.security.policy import may_resolve_filing
from schema.domain.case import Case, Command, Verb
from schema.domain.case_rules import parse_reference
from schema.domain.delivery_policy import (
    Act,
    Ask,
    Attempt,
    Outcome,
    Park,
    may_have_arrived,
    may_retry,
    next_move,
)
from schema.domain.delivery_rule import Rule
from schema.domain.problem import Problem, ProblemCode
from schema.domain.text import Text
from schema.graph.ports import Rejected, Viewer

_ORDER = Attempt(act=Act.TOLD, outcome=Outcome.RETRY)
_AT_WORK = rejection.wrong_state(
    "系统正在处理，无需重试。", "It is being worked on at this moment.", "reference"
)
_SETTLING = rejection.wrong_state(
    "刚刚发出，系统稍候自动向部门核对，现在重试无益。",
    "It was sent a moment ago; the department is asked by itself once that can be believed.",
    "reference",
)
_ASK_THE_DEPARTMENT = rejection.wrong_state(
    "该部门的系统无法查询，重发可能造成重复报送。请向部门核实后登记结果（resolveFiling）。",
    "This department's system cannot be asked, and sending again might file twice: ask the "
    "department, then tell what it said with resolveFiling.",
    "reference",
)
_MISSING = rejection.wrong_state(
    "部门已给出收件号但查无此件。请向部门核实后登记结果（resolveFiling）。",
    "The department gave a number and cannot find it: ask the department, then tell what it said "
    "with resolveFiling.",
    "reference",
)
_UNPLUGGED = rejection.rejected(
    Problem(
        code=ProblemCode.DEPARTMENT_MISCONFIGURED,
        text=Text(zh="该部门目前未接入。", en="This department is not plugged in."),
        path=("reference",),
    )
)


class Retrying:
    """Orders are given at most once per request id, to commands nobody is working on."""

    def __init__(
        self,
        store: Store,
        departments: Mapping[str, Department],
        clock: Clock,
        rule: Callable[[Department, Verb], Rule],
    ) -> None:
        self._store = store
        self._departments = departments
        self._clock = clock
        self._rule = rule

    async def retry(self, viewer: Viewer, reference: str, request_id: str) -> Case | Rejected:
        """The case with the order in it, or why there is nothing to order."""
        asked = request(viewer.subject, request_id, "retry", reference=reference)
        try:
            return await self._ordered(viewer, reference, asked)
        except RequestConflict as conflict:
            return rejection.rejected(rejection.CONFLICT, case=conflict.case)
        except Undone as undone:
            return undone.rejected
        except (StoreUnavailable, RequestUnreadable) as error:
            return rejection.rejected(error.problem)

    async def _ordered(self, viewer: Viewer, reference: str, asked: Request) -> Case | Rejected:
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
            refused = self._refusal(fresh or errand.case, command, errand)
            if refused is not None:
                raise Undone(refused)
            return await self._order(transaction, errand, command, viewer.subject)

    def _refusal(self, case: Case, command: Command, errand: Errand) -> Rejected | None:
        step = case.step(command.item)
        if step.missing and step.parked == command.reference:
            return _MISSING
        parked = errand.state == PARKED
        if errand.state == DONE or (parked and not asks(case, command, errand.state)):
            return KNOWN_ALREADY
        if errand.history and errand.history[-1].outcome is Outcome.OPEN:
            return _AT_WORK
        department = self._departments.get(errand.department)
        if department is None:
            return _UNPLUGGED
        rule = self._rule(department, command.verb)
        return None if may_retry(errand.history, rule) else _why_not(errand, rule)

    async def _order(
        self, transaction: Transaction, errand: Errand, command: Command, clerk: str
    ) -> Case:
        """Whoever is asleep over the command finds it taken over, and its history longer."""
        n, tick = len(errand.history) + 1, errand.tick + 1
        given = await attempts.stands(transaction, errand) and await attempts.tell(
            transaction, errand.reference, n, _ORDER, at=self._store.now(), by=clerk
        )
        if not given:  # an attempt was begun since we looked
            raise Undone(_AT_WORK)
        await attempts.move_on(transaction, errand.reference, state=UNDER_WAY, tick=tick)
        await transaction.enqueue(errand.reference, errand.department, tick, 0.0)
        in_doubt = may_have_arrived(errand.history)
        event = outcome.retried(command, n, clerk, self._clock.now(), in_doubt=in_doubt)
        return await transaction.append(event)


def _why_not(errand: Errand, rule: Rule) -> Rejected:
    match next_move(errand.history, rule):
        case Park():
            return _ASK_THE_DEPARTMENT
        case Ask(after=after) if after > 0:
            return _SETTLING
        case _:
            return _AT_WORK
