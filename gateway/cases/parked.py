"""Parked commands end with their case, where nothing is left for a clerk to find out.

A department's own news may answer what a clerk was to ask; then nobody works on the command any
more. While the case is open it may still be asked about; once that has ended, it would hold the
version its case was filed under for ever (`pinned`).
"""

import asyncio

import sqlalchemy as sa
import structlog

from gateway.cases import attempts, codec, tables
from gateway.cases.delivery import DONE, PARKED
from gateway.cases.errors import StoreUnavailable
from gateway.cases.outcome import overtaken
from gateway.cases.resolving import asks
from gateway.cases.store import Store, Transaction
from gateway.clock import Clock
from schema.domain import surplus
from schema.domain.case import Case, Command
from schema.domain.case_rules import TERMINAL, parse_reference
from schema.domain.step_facts import SETTLED

log = structlog.get_logger(__name__)

_EVERY_S = 60.0


class Parked:
    """Ends them soon after their case. What a clerk is asked about stays on the clerks' desk."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def loop(self) -> None:
        """Until cancelled. Trouble ends a round, never the loop."""
        while True:
            try:
                await self.round()
            except StoreUnavailable as error:
                log.info("parked.postponed", kind=str(error))
            except Exception as error:  # the rim of a background loop: it must go on
                log.error("parked.broken", kind=type(error).__name__)
            await asyncio.sleep(_EVERY_S)

    async def round(self) -> int:
        """End those of all cases that have ended; how many."""
        delivery, case = tables.delivery.c, tables.case.c
        joined = tables.delivery.join(tables.case, case.id == delivery.case_id)
        query = sa.select(delivery.reference, case.body).select_from(joined)
        ended = case.state.in_([state.value for state in TERMINAL])
        rows = await self._store.rows(query.where(delivery.state == PARKED, ended))
        return sum([await self._one(row.reference, row.body) for row in rows])

    async def _one(self, reference: str, body: bytes) -> bool:
        """End this one if it is over. A store that is away ends the round."""
        try:
            command = parse_reference(reference)
            if command is None or not _is_over(codec.case_from(body), command):
                return False
            async with self._store.write() as transaction:
                await self._end(transaction, command)
        except StoreUnavailable:
            raise
        except Exception as error:  # the rim of one command: the others must go on
            log.error("parked.set_aside", reference=reference, kind=type(error).__name__)
            return False
        return True

    async def _end(self, transaction: Transaction, command: Command) -> None:
        """The case is looked at again, held: a clerk may be asked about it once more."""
        case = await transaction.load(command.case)
        if case is None or not _is_over(case, command):
            return
        if await attempts.move_on(transaction, command.reference, in_state=PARKED, state=DONE):
            await transaction.append(overtaken(command, self._clock.now()))
            log.info("delivery.ended_with_case", reference=command.reference)


def _is_over(case: Case, command: Command) -> bool:
    """Whether nothing is to be sent, nor to be found out, for a command of a case that ended."""
    if case.state not in TERMINAL or asks(case, command, PARKED):
        return False
    step = case.step(command.item)
    if surplus.is_beyond(command):
        return not surplus.wanted(step, command)
    return step.state in SETTLED
