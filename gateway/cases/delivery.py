"""Deliver one command: claim, commit, send, and obey the policy about what came of it.

The engine may run this again at any point after a crash. What was claimed and not concluded may
have been sent: it counts as unknown, and the policy decides whether to ask, repeat or park.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from adapters.contract import Department
from gateway.cases import attempts, payloads
from gateway.cases.attempts import Errand
from gateway.cases.errand import Message, Result, ask, send
from gateway.cases.errors import StoreUnavailable
from gateway.cases.filing import filing_of, supplement_of, withdrawal_of
from gateway.cases.outcome import Obsolete, events_of, never_filed, obsolete
from gateway.cases.payloads import Payload
from gateway.cases.store import Store
from gateway.clock import Clock
from schema.domain.case import Command, Verb
from schema.domain.case_rules import parse_reference
from schema.domain.delivery_policy import (
    Act,
    Ask,
    Attempt,
    Move,
    Outcome,
    Park,
    Rule,
    Send,
    next_move,
    rule_for,
)

log = structlog.get_logger(__name__)

UNDER_WAY, PARKED, DONE = "under_way", "parked", "done"
STALE_CLAIM_S = 1.0  # a process frozen between claim and send must not send on waking
SHORT_WAIT_S = 1.5  # longer waits end the command and enqueue it anew, freeing its slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Told at named points; tests stop the process there."""

    reached: Callable[[str], None] = lambda point: None


class Delivery:
    """Runs commands one at a time each; several at once are several calls of `run`."""

    def __init__(
        self,
        store: Store,
        departments: Mapping[str, Department],
        clock: Clock,
        *,
        executor: str = "gateway-1",
        probe: Probe | None = None,
        rule: Callable[[Department, Verb], Rule] = lambda d, verb: rule_for(d.info, verb),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._departments = departments
        self._clock = clock
        self._executor = executor
        self._probe = probe or Probe()
        self._rule = rule
        self._now = now

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
        wait = errand.due_at - self._now() if errand.due_after == len(errand.history) else 0.0
        return min(wait, SHORT_WAIT_S) if wait > 0 else await self._attempt(errand, command)

    def _next(self, errand: Errand, command: Command) -> Move:
        rule = self._rule(self._departments[errand.department], command.verb)
        return next_move(errand.history, rule)

    async def _attempt(self, errand: Errand, command: Command) -> str | float:
        """Claim, commit, then let the first byte leave."""
        act = Act.ASK if isinstance(self._next(errand, command), Ask) else Act.SEND
        message = await self._message(errand, command)
        claimed_at = time.monotonic()
        if not await self._claim(errand, command, act):
            return 0.0
        self._probe.reached("claimed")
        department = self._departments[errand.department]
        if act is Act.ASK:
            result = await ask(department, message)
        elif time.monotonic() - claimed_at > STALE_CLAIM_S:
            result = _forgotten(act)
        else:
            result = await send(department, message)
        self._probe.reached("answered")
        claimed = (*errand.history, Attempt(act=act, outcome=Outcome.OPEN))
        concluded = await self._conclude(replace(errand, history=claimed), command, result)
        self._probe.reached("concluded")
        return concluded

    async def _claim(self, errand: Errand, command: Command, act: Act) -> bool:
        """Commit that this attempt is being made, unless facts have overtaken it meanwhile."""
        n = len(errand.history) + 1
        async with self._store.write() as transaction:
            mine = await attempts.claim(
                transaction, errand.reference, n, act, at=self._now(), executor=self._executor
            )
            fresh = await transaction.load(command.case)
            overtaken = fresh is not None and obsolete(replace(errand, case=fresh), command)
            if mine and overtaken:
                made = Outcome.FAILED if act is Act.ASK else Outcome.NOT_SENT
                await attempts.conclude(
                    transaction, errand.reference, n, Attempt(act=act, outcome=made)
                )
            return mine and not overtaken

    async def _conclude(self, errand: Errand, command: Command, result: Result) -> str | float:
        """One transaction: what came of the attempt, its events, and when the next move is due."""
        errand = replace(errand, history=(*errand.history[:-1], result.attempt))
        move = self._next(errand, command)
        async with self._store.write() as transaction:
            n = len(errand.history)
            await attempts.conclude(transaction, errand.reference, n, result.attempt)
            for event in events_of(errand, command, result, move, self._clock.now()):
                await transaction.append(event)
            if not isinstance(move, Send | Ask):
                state = PARKED if isinstance(move, Park) else DONE
                await attempts.move_on(transaction, errand.reference, state=state)
                return state
            due_at, tick = self._now() + move.after, errand.tick
            here = move.after <= SHORT_WAIT_S
            await attempts.move_on(
                transaction,
                errand.reference,
                due_at=due_at,
                due_after=n,
                tick=tick if here else tick + 1,
            )
            if here:
                return move.after
            await transaction.enqueue(errand.reference, errand.department, tick + 1, move.after)
            return "waiting"

    async def _drop(self, errand: Errand, command: Command, overtaken: Obsolete) -> str:
        async with self._store.write() as transaction:
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
