"""Numbers of other filings in what a department says of this one: left out before it counts."""

import structlog

from gateway.cases import receipts
from gateway.cases.attempts import Errand
from gateway.cases.errand import Result
from gateway.cases.receipts import owns
from gateway.cases.store import Store, Transaction
from schema.domain import surplus
from schema.domain.case import Command, Verb

log = structlog.get_logger(__name__)


async def own(
    transaction: Transaction, store: Store, errand: Errand, command: Command, result: Result
) -> Result:
    """The answer without numbers of other filings; an outcome unknown where it gave no other.

    The case is locked: no two filings are given one number at the same moment.
    """
    if command.verb is not Verb.FILE:
        return result
    step = errand.case.step(command.item)
    numbers = {one.number for one in result.receipts if not owns(step, one.number)}
    if not numbers:
        return result
    mine = receipts.holder(store, errand.case, command.item)
    taken = await receipts.reserve(transaction, errand.department, mine, numbers)
    for number, case in taken.items():
        log.warning(
            "delivery.receipt_taken", reference=errand.reference, receipt=number, held_by=case
        )
    return result.without(taken)


async def is_anothers(store: Store, errand: Errand, command: Command) -> bool:
    """Whether what would be supplemented or taken back there is another filing of ours."""
    if command.verb is Verb.FILE:
        return False
    number = surplus.receipt_of(errand.case, command)
    mine = receipts.holder(store, errand.case, command.item)
    async with store.database.read() as connection:
        return bool(await receipts.taken(connection, errand.department, mine, [number or ""]))
