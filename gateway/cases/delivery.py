"""Deliver one command: claim, commit, send, and obey the policy about what came of it.

The engine may run this again at any point after a crash. What was claimed and not concluded may
have been sent: it counts as unknown, and the policy decides whether to ask, repeat or park.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace

import structlog

from adapters.contract import Department
from gateway.cases import attempts, payloads
from gateway.cases.attempts import Errand
from gateway.cases.disowned import is_anothers, own
from gateway.cases.errand import Message, Result, ask, send
from gateway.cases.errors import StoreChanged, StoreUnavailable
from gateway.cases.evidence import late_evidence
from gateway.cases.filing import filing_of, supplement_of, withdrawal_of
from gateway.cases.outcome import Obsolete, events_of, has_moved, never_filed, obsolete
from gateway.cases.payloads import Payload
from gateway.cases.probe import NO_HOOKS, Hooks
from gateway.cases.restored import look
from gateway.cases.store import Store, Transaction
from gateway.cases.witness import Witness
from gateway.clock import Clock
from schema.domain.case import Case, Command, Verb
from schema.domain.case_rules import parse_reference
from schema.domain.delivery_policy import (
    TAKEN,
    Act,
    Ask,
    Attempt,
    Move,
    Outcome,
    Park,
    Send,
    next_move,
)

log = structlog.get_logger(__name__)

UNDER_WAY, PARKED, DONE = "under_way", "parked", "done"
STALE_CLAIM_S = 1.0  # a process frozen between claim and send must not send on waking
AGAIN_S = 0.3  # between two tries to save a department's answer
SHORT_WAIT_S = 1.5  # longer waits end the command and enqueue it anew, freeing its slot
OVERTAKEN = "overtaken"  # another process took the command over


class Delivery:
    """Runs commands one at a time each; several at once are several calls of `run`."""

    def __init__(
        self,
        store: Store,
        departments: Mapping[str, Department],
        clock: Clock,
        *,
        executor: str,
        hooks: Hooks = NO_HOOKS,
        witness: Witness,
    ) -> None:
        self._store = store
        self._departments = {name: hooks.wrap(d) for name, d in departments.items()}
        self._clock = clock
        self._executor = executor
        self._hooks = hooks
        self._witness = witness
        self._now = store.now

    async def run(self, reference: str, tick: int) -> str:
        """Work on one command until it is settled, parked, or has to wait for long."""
        while True:
            try:
                wait = await self._step(reference, tick)
            except StoreUnavailable:
                wait = SHORT_WAIT_S
            if isinstance(wait, str):
                return wait
            await asyncio.sleep(wait)

    async def _step(self, reference: str, tick: int) -> str | float:
        """Make one move. What became of the command, or how long to wait for the next move."""
        errand = await attempts.load(self._store, reference)
        command = parse_reference(reference)
        if errand is None or command is None:
            return "unknown command"
        if errand.tick != tick or errand.state != UNDER_WAY:
            return errand.state
        if errand.history and errand.history[-1].outcome is Outcome.OPEN:
            return await self._conclude(errand, command, _forgotten(errand.history[-1].act))
        overtaken = obsolete(errand, command)
        if overtaken is not None:
            return await self._drop(errand, command, overtaken)
        move = self._next(errand, command)
        if not isinstance(move, Send | Ask):
            return await self._end(errand, command, move)
        wait = await self._wait(errand, move)
        return min(wait, SHORT_WAIT_S) if wait > 0 else await self._attempt(errand, command, move)

    def _next(self, errand: Errand, command: Command) -> Move:
        rule = self._hooks.rule(self._departments[errand.department], command.verb)
        return next_move(errand.history, rule)

    async def _wait(self, errand: Errand, move: Send | Ask) -> float:
        """Seconds until the move. A longer wait than it asks for: a clock was set back since."""
        if errand.due_after != len(errand.history):
            return 0.0
        wait = errand.due_at - self._now()
        if wait > move.after + SHORT_WAIT_S:
            wait = move.after
            async with self._store.write() as transaction:
                due_at = self._now() + wait
                await attempts.move_on(
                    transaction, errand.reference, of_tick=errand.tick, due_at=due_at
                )
        return wait

    async def _attempt(self, errand: Errand, command: Command, move: Send | Ask) -> str | float:
        """Claim, commit, then let the first byte leave."""
        probe, reference = self._hooks.probe, errand.reference
        probe("picked", reference)
        if await is_anothers(self._store, errand, command):
            return await self._disown(errand, command)
        act = Act.ASK if isinstance(move, Ask) else Act.SEND
        message = await self._message(errand, command)
        claimed_at = await self._claim(errand, command, act)
        if claimed_at is None:
            return 0.0
        probe("claimed", reference)
        department = self._departments[errand.department]
        if act is Act.ASK:
            result = await ask(department, message)
        elif time.monotonic() - claimed_at > STALE_CLAIM_S:
            result = Result(attempt=Attempt(act=act, outcome=Outcome.NOT_SENT))
        else:
            result = await send(department, message)
        probe("answered", reference)
        claimed = (*errand.history, Attempt(act=act, outcome=Outcome.OPEN))
        concluded = await self._keep(replace(errand, history=claimed), command, result)
        probe("concluded", reference)
        return concluded

    async def _keep(self, errand: Errand, command: Command, result: Result) -> str | float:
        """Conclude, however long the store is away: nobody else knows what the department said.

        Who took the command over meanwhile has concluded it, or finds our conclusion.
        """
        told = False
        while True:
            try:
                return await self._conclude(errand, command, result)
            except StoreUnavailable:
                if not told:
                    log.warning("delivery.kept_in_hand", reference=errand.reference)
                told = True
                await asyncio.sleep(AGAIN_S)

    async def _claim(self, errand: Errand, command: Command, act: Act) -> float | None:
        """Commit that this attempt is being made, and since when; None: facts have overtaken it."""
        try:
            since = await self._claimed(errand, command, act)
        except StoreChanged:
            await look(self._store, self._witness)
            return None
        if since is not None:
            self._witness.claimed()
        return since

    async def _claimed(self, errand: Errand, command: Command, act: Act) -> float | None:
        n = len(errand.history) + 1
        async with self._store.write() as transaction:
            fresh = await transaction.load(command.case)
            moved = fresh is None or has_moved(errand, fresh, command)
            if moved or not await attempts.stands(transaction, errand):
                return None
            if not await self._witness.same(transaction):
                raise StoreChanged(errand.reference)
            if not await attempts.claim(
                transaction, errand.reference, n, act, at=self._now(), executor=self._executor
            ):
                return None
            return time.monotonic()  # nobody else sees the claim before the commit

    async def _conclude(self, errand: Errand, command: Command, result: Result) -> str | float:
        """One transaction: what came of the attempt, its events, and when the next move is due."""
        async with self._store.write() as transaction:
            fresh = await transaction.load(command.case)
            now = replace(errand, case=fresh or errand.case)
            result = await own(transaction, self._store, now, command, result)
            errand = replace(errand, history=(*errand.history[:-1], result.attempt))
            if not await attempts.conclude(
                transaction, errand.reference, len(errand.history), result.attempt
            ):
                await self._testify(transaction, errand, command, result, fresh)
                return 0.0
            done = await self._move(
                transaction, errand, command, result, self._next(errand, command)
            )
            self._hooks.probe("committing", errand.reference)
        self._hooks.probe("committed", errand.reference)
        return done

    async def _move(
        self, transaction: Transaction, errand: Errand, command: Command, result: Result, move: Move
    ) -> str | float:
        for event in events_of(errand, command, result, move, self._clock.now()):
            await transaction.append(event)
        if not isinstance(move, Send | Ask):
            state = PARKED if isinstance(move, Park) else DONE
            await attempts.move_on(transaction, errand.reference, state=state)
            return state
        tick, here = errand.tick, move.after <= SHORT_WAIT_S
        ours = await attempts.move_on(
            transaction,
            errand.reference,
            of_tick=tick,
            due_at=self._now() + move.after,
            due_after=len(errand.history),
            tick=tick if here else tick + 1,
        )
        if not ours:
            return OVERTAKEN
        if here:
            return move.after
        await transaction.enqueue(errand.reference, errand.department, tick + 1, move.after)
        return "waiting"

    async def _end(self, errand: Errand, command: Command, move: Move) -> str | float:
        """What was concluded by another process, or is known from a backup, has its consequence."""
        result = Result(attempt=errand.history[-1])
        async with self._store.write() as transaction:
            await transaction.load(command.case)
            if not await attempts.stands(transaction, errand):
                return OVERTAKEN
            return await self._move(transaction, errand, command, result, move)

    async def _disown(self, errand: Errand, command: Command) -> str | float:
        """Nothing is sent that would reach another filing: a clerk asks which number is ours."""
        attempt = Attempt(act=Act.ASK, outcome=Outcome.FAILED, detail=TAKEN)
        n, at = len(errand.history) + 1, self._store.now()
        async with self._store.write() as transaction:
            await transaction.load(command.case)
            if not await attempts.stands(transaction, errand) or not await attempts.tell(
                transaction, errand.reference, n, attempt, at=at, by=self._executor
            ):
                return OVERTAKEN
            errand = replace(errand, history=(*errand.history, attempt))
            move = self._next(errand, command)
            moved = await self._move(transaction, errand, command, Result(attempt=attempt), move)
        self._witness.claimed()  # it counts among the claims of the store, so beside it as well
        return moved

    async def _testify(
        self,
        transaction: Transaction,
        errand: Errand,
        command: Command,
        result: Result,
        fresh: Case | None,
    ) -> None:
        """We were given up, and the department answered all the same: that is a fact."""
        if fresh is not None and result.attempt.outcome is Outcome.OK:
            for event in late_evidence(errand, command, result, fresh, self._clock.now()):
                await transaction.append(event)
        log.warning("delivery.given_up", reference=errand.reference)

    async def _drop(self, errand: Errand, command: Command, overtaken: Obsolete) -> str:
        async with self._store.write() as transaction:
            await transaction.load(command.case)
            if not await attempts.stands(transaction, errand):
                return OVERTAKEN
            await attempts.move_on(transaction, errand.reference, state=DONE)
            if overtaken.never_sent:
                await transaction.append(never_filed(command, self._clock.now()))
        log.info("delivery.overtaken", reference=errand.reference)
        return DONE

    async def _message(self, errand: Errand, command: Command) -> Message:
        case, step = errand.case, errand.case.step(command.item)
        one_thing = self._store.one_thing(case.one_thing, case.version)
        item = one_thing.item(command.item)
        if command.verb is Verb.WITHDRAW:
            why = await payloads.get(self._store, case.id, round_=payloads.WITHDRAWAL)
            return withdrawal_of(step, item, why or Payload(), command.reference)
        if command.verb is Verb.SUPPLEMENT:
            added = await payloads.get(
                self._store, case.id, item=command.item, round_=command.round
            )
            return supplement_of(step, item, one_thing, added or Payload(), command.reference)
        payload = await payloads.get(self._store, case.id)
        return filing_of(case, item, one_thing, payload or Payload(), command.reference)


def _forgotten(act: Act) -> Result:
    """A claim nobody concluded: it may have been sent; a look-up may be made again."""
    outcome = Outcome.FAILED if act is Act.ASK else Outcome.UNKNOWN
    return Result(attempt=Attempt(act=act, outcome=outcome))
