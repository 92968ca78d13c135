"""Every kind of bad day × department × verb, each asked through the adapter that ships."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from adapters.conformance.silence import listening
from adapters.department import DeclaredDepartment
from adapters.registry import load_departments
from adapters.wire import Endpoint
from mocks.core.city import DEMO
from mocks.core.contract import Contract
from mocks.core.kit import CONTRACTS
from mocks.core.kit import DEPARTMENTS as NAMES
from mocks.faults.operations import issues_tokens, operations_of, protocol_of
from mocks.faults.table import KINDS, TOKEN_KINDS, Kind, Point, Stage
from tests.adapters.answers import ANSWERS
from tests.adapters.test_departments_speak import CREDENTIALS, DEPARTMENTS
from tests.faults.city import Mock, Place, city
from tests.faults.memory import Growth
from tests.faults.questions import PATIENCE_S, WRITES, Counter, Question
from tests.faults.verdict import (
    GOOD,
    MOST_BYTES,
    SLACK_S,
    Cell,
    Verdict,
    judged,
    reason_for,
)

DEADLINE_S = 0.3
_LATER_S = 0.1  # after the adapter gave up
_MEETS_WITHIN_S = 2.0
_SHORTEST_TOLD = 6  # characters; shorter words stand in any text
_TRIES_ALONE = 3
_MORE: Mapping[str, Mapping[str, Any]] = {
    "delay": {"delay_s": 2 * DEADLINE_S},
    "late_accept": {"delay_s": _LATER_S},
    "endless_1xx": {"every_s": 0.02},
    "lag": {"delay_s": 3600},
}
_DONE_LATER = frozenset({"delay", "late_accept"})
_PERSONAL = ("legal_rep_name", "legal_rep_id_number", "legal_rep_phone", "agent_id_number", "phone")
Adapters = Mapping[str, DeclaredDepartment]
Made = Callable[[Mapping[str, Endpoint]], Adapters]


def shipped(endpoints: Mapping[str, Endpoint]) -> Adapters:
    """The departments as the gateway loads them, on the line that ships."""
    loaded = load_departments(DEPARTMENTS, endpoints, installed=False)
    return {name: one for name, one in loaded.departments.items() if name in endpoints}


def turn_of(kind: Kind) -> int:
    """Which question of a verb a kind asks: the same one, whatever other kinds there are."""
    return zlib.crc32(kind.name.encode())


def kinds_for(department: str, verb: str) -> Iterator[Kind]:
    """The kinds that can strike this verb at this department."""
    protocol = protocol_of(department) or ""
    for kind in KINDS.values():
        if kind.stage is Stage.TELLING or not kind.suits_protocol(protocol):
            continue
        if kind.name.startswith("token_") and department != "market":
            continue
        if kind.at == {Point.LOOK_UP} and verb != "find_filing":
            continue
        yield kind


@cache
def says_not_modified(department: str) -> bool:
    """Whether it may answer that nothing changed: a reply without a body to spoil."""
    folder = CONTRACTS / department / "contract"
    if not list(folder.glob("*.yaml")):
        return False
    operations = Contract.of(folder).operations.values()
    return any("304" in operation.spec["responses"] for operation in operations)


@dataclass(slots=True)
class Matrix:
    """The departments that are asked, with `hurried` adapters: their deadline is short."""

    counters: Mapping[str, Counter]
    hurried: dict[str, DeclaredDepartment]
    made: Made
    deadline_s: float = DEADLINE_S
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _MORE)

    async def row(self, kind: Kind, verbs: Collection[str] = ()) -> list[Cell]:
        """The kind at every department, all at once; what may be the machine's doing again, alone.

        That is what was late or large, and what got no reply though a change of one is excused.
        """
        grown = Growth()
        found = await asyncio.gather(
            *(self._at(kind, counter, verbs) for counter in self.counters.values())
        )
        growth = grown.bytes
        cells = [replace(cell, grown_bytes=growth) for some in found for cell in some]
        again = [
            cell
            for cell in cells
            # What was wrong once is wrong: no second answer takes it back.
            if cell.verdict in GOOD
            and (self._suspect(cell) or growth > MOST_BYTES or _excuse_unused(cell))
        ]
        kept = {id(cell): cell for cell in cells}
        for cell in again:
            kept[id(cell)] = await self._alone(kind, cell)
        return list(kept.values())

    async def good_day(self) -> tuple[float, int]:
        """How long the slowest answer takes, and how much memory, on a day without faults."""
        grown = Growth()
        took = await asyncio.gather(*(self._unspoilt(one) for one in self.counters.values()))
        return max(took), grown.bytes

    async def _unspoilt(self, counter: Counter) -> float:
        """The slowest of a department's answers; a deadline that is missed shows as one."""
        loop, slowest = asyncio.get_running_loop(), 0.0
        for verb in counter.verbs:
            question = await counter.question(verb, 0)
            began = loop.time()
            await _outcome(self.hurried[counter.name], question, self.deadline_s)
            slowest = max(slowest, loop.time() - began)
        return slowest

    def _suspect(self, cell: Cell) -> bool:
        return cell.took_s > self.deadline_s + SLACK_S

    async def _alone(self, kind: Kind, cell: Cell) -> Cell:
        """The cell once more with nothing beside it; the best of a few tries."""
        counter = self.counters[cell.department]
        found = await self._measured(kind, counter, cell.verb)
        for _ in range(1, _TRIES_ALONE):
            if found.verdict not in (Verdict.LATE, Verdict.LARGE) and not _excuse_unused(found):
                break
            found = await self._measured(kind, counter, cell.verb)
        return found

    async def _measured(self, kind: Kind, counter: Counter, verb: str) -> Cell:
        grown = Growth()
        found = replace(await self.cell(kind, counter, verb), grown_bytes=grown.bytes)
        if found.verdict in GOOD and self._suspect(found):
            return replace(found, verdict=Verdict.LATE)
        large = found.verdict in GOOD and found.grown_bytes > MOST_BYTES
        return replace(found, verdict=Verdict.LARGE) if large else found

    async def _at(self, kind: Kind, counter: Counter, verbs: Collection[str]) -> list[Cell]:
        return [
            await self.cell(kind, counter, verb)
            for verb in counter.verbs
            if (not verbs or verb in verbs) and kind in kinds_for(counter.name, verb)
        ]

    async def cell(self, kind: Kind, counter: Counter, verb: str) -> Cell:
        """The question of this verb whose turn it is, on such a day."""
        turn = turn_of(kind)
        question = await counter.question(verb, turn)
        if kind.name in TOKEN_KINDS or (verb not in WRITES and says_not_modified(counter.name)):
            await self._anew(counter)
        if kind.name != "stale_keep_alive":
            found = await self._struck(kind, counter, question)
            if found.verdict is Verdict.UNMET and kind.at == {Point.ACCEPT}:
                await self._anew(counter)  # it had a connection already
                found = await self._struck(kind, counter, await counter.question(verb, turn))
            if found.verdict is Verdict.UNDETECTABLE or kind.name in TOKEN_KINDS:
                # A value may be kept, and believed again when "not modified"; a token that was
                # refused twice is not asked for anew for a while.
                await self._anew(counter)
            return found
        before = await self._struck(kind, counter, question)  # the next question meets the reset
        question = await counter.question(verb, turn)
        then = await self._struck(kind, counter, question, unseen=True)
        await self._anew(counter)  # no connection of that day is left
        return then if before.verdict in GOOD else before

    async def _anew(self, counter: Counter) -> None:
        """An adapter that has neither a token nor a connection yet."""
        await self.hurried[counter.name].aclose()
        made = self.made({counter.name: endpoint_of(counter.mock, self.deadline_s)})
        self.hurried[counter.name] = made[counter.name]

    async def _struck(
        self, kind: Kind, counter: Counter, question: Question, *, unseen: bool = False
    ) -> Cell:
        """The question on such a day; `unseen`: the department never sees what it does to it."""
        mock, loop = counter.mock, asyncio.get_running_loop()
        done, struck = len(mock.deeds()), await mock.struck(kind.name)
        mock.spoil(kind.name, **_where(kind, counter.name), **self.more.get(kind.name, {}))
        with listening() as logged:
            began = loop.time()
            outcome = await _outcome(self.hurried[counter.name], question, self.deadline_s)
            took = loop.time() - began
        met = unseen or await mock.met(kind.name, struck, _MEETS_WITHIN_S)
        if question.verb in WRITES and kind.name in _DONE_LATER:
            await asyncio.sleep(self.more[kind.name]["delay_s"] + _LATER_S)
        mock.good()
        deeds = mock.deeds(done)
        verdict, reason = judged(kind.name, counter.name, question, outcome, deeds)
        if verdict in GOOD and _told(outcome, logged):
            verdict = Verdict.TOLD
        error = isinstance(outcome, Exception)
        return Cell(
            kind=kind.name, department=counter.name, verb=question.verb, about=question.about,
            outcome=type(outcome).__name__ if error else "value",
            verdict=verdict if met or verdict not in GOOD else Verdict.UNMET,
            took_s=took, deeds=len(deeds), message=str(outcome)[:200], reason=reason,
        )  # fmt: skip


def _where(kind: Kind, department: str) -> Mapping[str, Any]:
    """The operations to strike: a call struck while a token is fetched for it never gets there.

    What strikes a connection strikes the first there is, whatever it is for.
    """
    known = operations_of(department)
    calls = sorted(name for name in known if not issues_tokens(name))
    everywhere = kind.at == {Point.ACCEPT} or kind.name in TOKEN_KINDS or len(calls) == len(known)
    return {} if everywhere else {"operation": calls}


def _excuse_unused(cell: Cell) -> bool:
    """Whether a change that nobody can tell there was not seen: it may not have arrived in time."""
    excused = reason_for(cell.kind, cell.department, cell.verb)
    return bool(excused) and cell.verdict in GOOD and cell.verdict is not Verdict.UNDETECTABLE


async def _outcome(adapter: DeclaredDepartment, question: Question, budget: float) -> Any:
    try:
        return await question.ask(adapter, budget)
    except Exception as error:  # what may come out of an adapter is the very thing examined
        return error


def _told(outcome: Any, logged: Sequence[str]) -> bool:
    """Whether somebody's data, or a secret of ours, stands in an error's text or in a log."""
    texts = [*logged, str(outcome)] if isinstance(outcome, Exception) else logged
    return any(word in text for word in secret_words() for text in texts)


def secret_words() -> frozenset[str]:
    """What must not be told: the people of the demo, and our credentials."""
    people = {str(DEMO[name]) for name in _PERSONAL if name in DEMO}
    people |= {str(ANSWERS[name]) for name in ("legalRepIdNo", "agentIdNo", "legalRepPhone")}
    ours = {word for known in CREDENTIALS.values() for word in known.values()}
    return frozenset(people | {word for word in ours if len(word) > _SHORTEST_TOLD})


def endpoint_of(mock: Mock, timeout_s: float) -> Endpoint:
    """The mock's address, with a time-out as it was agreed."""
    limits = {"timeout_s": timeout_s, "rate_per_s": 0.0}
    return Endpoint(url=mock.url, credentials=CREDENTIALS[mock.department], limits=limits)


@asynccontextmanager
async def matrix(
    state: Path,
    names: Collection[str] = NAMES,
    made: Made = shipped,
    deadline_s: float = DEADLINE_S,
) -> AsyncIterator[Matrix]:
    """The departments running, asked all there is on a good day, ready for bad ones."""
    async with city(state, [Place(key=name, department=name) for name in names]) as mocks:
        patient = shipped({n: endpoint_of(mock, PATIENCE_S) for n, mock in mocks.items()})
        hurried = made({n: endpoint_of(mock, deadline_s) for n, mock in mocks.items()})
        counters = {n: Counter(n, mocks[n], patient[n]) for n in names}
        await asyncio.gather(*(counter.open() for counter in counters.values()))
        whole = Matrix(counters, dict(hurried), made, deadline_s)
        try:
            yield whole
        finally:
            for one in (*patient.values(), *whole.hurried.values()):
                await one.aclose()
