"""One call to a department for one command, and what came of it as a value. Never raises."""

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self, TypeVar

import structlog

from adapters.contract import Department
from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    Refused,
    Unsendable,
)
from gateway.cases.receipts import can_be_kept
from schema.domain.delivery_policy import TAKEN, UNSENDABLE, Act, Attempt, Outcome
from schema.domain.filing import Filing, Receipt, Supplement, Withdrawal
from schema.domain.problem import ProblemCode

log = structlog.get_logger(__name__)

T = TypeVar("T")
Message = Filing | Supplement | Withdrawal
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_GRACE_S = 2.0  # beyond the department's own budget: a bound for an adapter that forgets it


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one attempt brought."""

    attempt: Attempt
    problem: str | None = None
    receipts: tuple[Receipt, ...] = ()  # all under the reference, oldest first: that one counts

    @property
    def received_at(self) -> datetime | None:
        """When the department received the one that counts."""
        return self.receipts[0].received_at if self.receipts else None

    @property
    def others(self) -> tuple[str, ...]:
        """Further numbers under the same reference."""
        return tuple(receipt.number for receipt in self.receipts[1:])

    def without(self, taken: Collection[str]) -> Self:
        """What it says once numbers of other filings are left out: nothing, where none is left."""
        left = tuple(receipt for receipt in self.receipts if receipt.number not in taken)
        if left == self.receipts:
            return self
        if left:
            attempt = replace(self.attempt, detail=left[0].number)
            return replace(self, attempt=attempt, receipts=left)
        outcome = Outcome.UNKNOWN if self.attempt.act is Act.SEND else Outcome.FAILED
        attempt = replace(self.attempt, outcome=outcome, detail=TAKEN)
        problem = ProblemCode.DEPARTMENT_RECEIPT_TAKEN.value
        return replace(self, attempt=attempt, problem=problem, receipts=())


async def send(department: Department, message: Message) -> Result:
    """Hand the message over once."""
    try:
        receipt = await _bounded(department, _call(department, message))
    except Refused as error:
        return _refused(message, error)
    except (NotDelivered, Misconfigured) as error:
        _tell("delivery.not_sent", message, error)
        why = UNSENDABLE if isinstance(error, Unsendable) else None
        return _result(Act.SEND, Outcome.NOT_SENT, why, problem=error.code)
    except AdapterError as error:
        _tell("delivery.unknown", message, error)
        return _result(Act.SEND, Outcome.UNKNOWN, problem=error.code)
    except TimeoutError:
        return _result(Act.SEND, Outcome.UNKNOWN, problem=ProblemCode.DEPARTMENT_TIMEOUT)
    except Exception as error:  # the rim of delivery: whatever an adapter does, it may have arrived
        log.error("delivery.adapter_broken", department=department.info.id, kind=_kind(error))
        return _result(Act.SEND, Outcome.UNKNOWN, problem=ProblemCode.DEPARTMENT_FAULT)
    number = receipt.number if receipt else None
    return _result(Act.SEND, Outcome.OK, number, receipts=[receipt] if receipt else ())


def _refused(message: Message, error: Refused) -> Result:
    """Final when proven; else in doubt, and what the case says of it is that it is unknown."""
    if error.proven:
        return _no(Outcome.REFUSED, error)
    _tell("delivery.unproven", message, error)
    return replace(_no(Outcome.UNPROVEN, error), problem=error.code.value)


def _no(outcome: Outcome, error: Refused) -> Result:
    return Result(
        attempt=Attempt(act=Act.SEND, outcome=outcome, detail=error.reason, fault=error.fault)
    )


async def ask(department: Department, message: Message) -> Result:
    """Look up whether the message arrived. No answer is not the same as no."""
    try:
        found = await _bounded(department, _look_up(department, message))
    except AdapterError as error:
        _tell("delivery.cannot_ask", message, error)
        return _result(Act.ASK, Outcome.FAILED, problem=error.code)
    except TimeoutError:
        return _result(Act.ASK, Outcome.FAILED, problem=ProblemCode.DEPARTMENT_TIMEOUT)
    except Exception as error:  # the rim of delivery: a broken look-up says nothing
        log.error("delivery.adapter_broken", department=department.info.id, kind=_kind(error))
        return _result(Act.ASK, Outcome.FAILED, problem=ProblemCode.DEPARTMENT_FAULT)
    if not found:
        return _result(Act.ASK, Outcome.ABSENT)
    return _result(Act.ASK, Outcome.OK, found[0].number, receipts=found)


def _tell(what: str, message: Message, error: AdapterError) -> None:
    """For operators: which command, and why in the adapter's words, which hold no personal data."""
    log.warning(what, reference=message.reference, kind=_kind(error), reason=error.message)


def _kind(error: Exception) -> str:
    return type(error).__name__


async def _call(department: Department, message: Message) -> Receipt | None:
    budget = department.info.limits.timeout_s
    match message:
        case Filing():
            given = await department.file(message, budget=budget)
            _refuse_unkeepable(department, [given])
            return given
        case Supplement():
            await department.supplement(message, budget=budget)
        case Withdrawal():
            await department.withdraw(message, budget=budget)
    return None


async def _look_up(department: Department, message: Message) -> list[Receipt]:
    budget = department.info.limits.timeout_s
    match message:
        case Filing():
            found = await department.find_filing(message.reference, message.service, budget=budget)
            _refuse_unkeepable(department, found)
            return sorted(found, key=lambda receipt: receipt.received_at)
        case Supplement():
            there = await department.find_supplement(message, budget=budget)
            return [Receipt(number=message.receipt, received_at=_LONG_AGO)] if there else []
        case Withdrawal():
            return []  # never asked: a withdrawal is sent again


def _refuse_unkeepable(department: Department, receipts: Sequence[Receipt]) -> None:
    if not all(can_be_kept(receipt.number) for receipt in receipts):
        raise ContractBroken(department.info.id, "number of a receipt")


async def _bounded(department: Department, call: Awaitable[T]) -> T:
    async with asyncio.timeout(department.info.limits.timeout_s + _GRACE_S):
        return await call


def _result(
    act: Act,
    outcome: Outcome,
    detail: str | None = None,
    *,
    problem: ProblemCode | None = None,
    receipts: Sequence[Receipt] = (),
) -> Result:
    return Result(
        attempt=Attempt(act=act, outcome=outcome, detail=detail),
        problem=problem.value if problem else None,
        receipts=tuple(receipts),
    )
