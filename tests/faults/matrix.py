"""Every kind of bad day × department × verb, each asked through the adapter that ships."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from adapters.conformance.live import live_rim
from adapters.conformance.silence import listening
from adapters.department import DeclaredDepartment
from adapters.findings import Findings
from adapters.manifest.read import read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from mocks.core.kit import DEPARTMENTS as NAMES
from mocks.faults.table import TOKEN_KINDS, Kind, Point
from tests.adapters.test_departments_speak import CREDENTIALS, DEPARTMENTS
from tests.faults.city import Mock, Place, city
from tests.faults.memory import Growth
from tests.faults.questions import PATIENCE_S, WRITES, Counter, Question
from tests.faults.striking import (
    PLACED,
    REMEMBERED,
    kinds_for,
    says_not_modified,
    spared,
    turn_of,
    where,
)
from tests.faults.told import told
from tests.faults.verdict import (
    GOOD,
    MOST_BYTES,
    SLACK_S,
    Cell,
    Judged,
    Verdict,
    judged,
    missed,
)

DEADLINE_S = 0.3
_LATER_S = 0.1  # after the adapter gave up
_MEETS_WITHIN_S = 2.0
_TRIES_ALONE = 3
_MORE: Mapping[str, Mapping[str, Any]] = {
    "delay": {"delay_s": 2 * DEADLINE_S},
    "late_accept": {"delay_s": _LATER_S},
    "endless_1xx": {"every_s": 0.02},
    "lag": {"delay_s": 3600},
}
_MISSED = frozenset({Verdict.UNMET, Verdict.SPARED})
_NOT_WRONG = GOOD | {Verdict.SPARED}
_DONE_LATER = frozenset({"delay", "late_accept"})
Adapters = Mapping[str, DeclaredDepartment]
Made = Callable[[Mapping[str, Endpoint]], Adapters]


def shipped(endpoints: Mapping[str, Endpoint]) -> Adapters:
    """These departments as the gateway loads them, on the line that ships."""
    return {name: _made(name, endpoint) for name, endpoint in endpoints.items()}


def _made(name: str, endpoint: Endpoint) -> DeclaredDepartment:
    findings = Findings(name)
    manifest = read_manifest(DEPARTMENTS / name, findings)
    made = build(manifest, endpoint, live_rim(), findings) if manifest is not None else None
    assert made is not None, findings.items
    return made


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

        That is what was late, large or not struck, and what ended with the time-out though most
        others did not.
        """
        grown = Growth()
        found = await asyncio.gather(
            *(self._at(kind, counter, verbs) for counter in self.counters.values())
        )
        growth = grown.bytes
        cells = [replace(cell, grown_bytes=growth) for some in found for cell in some]
        silent = bool(cells) and median(cell.took_s for cell in cells) >= self.deadline_s
        return [
            # What was wrong once is wrong: no second answer takes it back.
            await self._alone(kind, cell)
            if cell.verdict in _NOT_WRONG and (growth > MOST_BYTES or self._hurried(cell, silent))
            else cell
            for cell in cells
        ]

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

    def _hurried(self, cell: Cell, silent: bool) -> bool:
        """Whether the machine may have been too slow for it; `silent`: the kind lets all wait."""
        late = not silent and cell.took_s >= self.deadline_s
        return late or self._suspect(cell) or cell.verdict is Verdict.SPARED

    async def _alone(self, kind: Kind, cell: Cell) -> Cell:
        """The cell once more with nothing beside it; the best of a few tries."""
        found = await self._measured(kind, cell)
        for _ in range(1, _TRIES_ALONE):
            if found.verdict not in (Verdict.LATE, Verdict.LARGE):
                break
            found = await self._measured(kind, cell)
        return found

    async def _measured(self, kind: Kind, cell: Cell) -> Cell:
        grown, counter = Growth(), self.counters[cell.department]
        again = await self.cell(kind, counter, cell.verb, turn=cell.turn, place=cell.place)
        found = replace(again, about=cell.about, grown_bytes=grown.bytes)
        if found.verdict in GOOD and self._suspect(found):
            return replace(found, verdict=Verdict.LATE)
        large = found.verdict in GOOD and found.grown_bytes > MOST_BYTES
        return replace(found, verdict=Verdict.LARGE) if large else found

    async def _at(self, kind: Kind, counter: Counter, verbs: Collection[str]) -> list[Cell]:
        """Every verb of a department; where the kind gives what was said before, with each past."""
        pasts = (False, True) if kind.name in REMEMBERED else (None,)
        cells = []
        for past in pasts:
            if past is not None:
                await counter.remind(refused=past)
            for verb in counter.verbs:
                if (not verbs or verb in verbs) and kind in kinds_for(counter.name, verb):
                    found = await self.everywhere(kind, counter, verb)
                    after = ", after refusals" if past else ""
                    cells += [replace(cell, about=cell.about + after) for cell in found]
        return cells

    async def everywhere(self, kind: Kind, counter: Counter, verb: str) -> list[Cell]:
        """The question whose turn it is; of a kind that strikes one place of many, every question
        of the verb, struck at each place of its reply.
        """
        turn = turn_of(kind)
        if kind.name not in PLACED:
            return [await self.cell(kind, counter, verb)]
        cells = []
        for one in counter.turns(verb, turn):
            cells.append(await self._first(kind, counter, verb, one))
            for place in range(1, cells[-1].places or 1):
                cells.append(await self.cell(kind, counter, verb, turn=one, place=place))
        return cells

    async def _first(self, kind: Kind, counter: Counter, verb: str, turn: int) -> Cell:
        """The first place; once more where it never got there, for then nobody knows the others."""
        found = await self.cell(kind, counter, verb, turn=turn, place=0)
        for _ in range(1, _TRIES_ALONE):
            if found.places is not None or found.verdict not in _NOT_WRONG:
                break
            found = await self.cell(kind, counter, verb, turn=turn, place=0)
        return found

    async def cell(
        self,
        kind: Kind,
        counter: Counter,
        verb: str,
        *,
        turn: int | None = None,
        place: int | None = None,
    ) -> Cell:
        """The question of this verb whose turn it is, on such a day."""
        turn = turn_of(kind) if turn is None else turn
        question = await counter.question(verb, turn)
        if kind.name in TOKEN_KINDS or (verb not in WRITES and says_not_modified(counter.name)):
            await self._anew(counter)
        if kind.name == "stale_keep_alive":
            return await self._stale(kind, counter, question, turn)
        found = await self._struck(kind, counter, question, place=place)
        if found.verdict in _MISSED and kind.at == {Point.ACCEPT}:
            await self._anew(counter)  # it had a connection already
            found = await self._struck(kind, counter, await counter.question(verb, turn))
        if found.verdict is Verdict.UNDETECTABLE or kind.name in TOKEN_KINDS:
            # A value may be kept, and believed again when "not modified"; a token that was
            # refused twice is not asked for anew for a while.
            await self._anew(counter)
        return replace(found, turn=turn, place=place)

    async def _stale(self, kind: Kind, counter: Counter, question: Question, turn: int) -> Cell:
        """The first question is answered well; the next one meets the reset."""
        before = await self._struck(kind, counter, question)
        question = await counter.question(question.verb, turn)
        then = await self._struck(kind, counter, question, unseen=True)
        await self._anew(counter)  # no connection of that day is left
        return replace(then if before.verdict in GOOD else before, turn=turn)

    async def _anew(self, counter: Counter) -> None:
        """An adapter that has neither a token nor a connection yet."""
        await self.hurried[counter.name].aclose()
        made = self.made({counter.name: endpoint_of(counter.mock, self.deadline_s)})
        self.hurried[counter.name] = made[counter.name]

    async def _struck(
        self,
        kind: Kind,
        counter: Counter,
        question: Question,
        *,
        place: int | None = None,
        unseen: bool = False,
    ) -> Cell:
        """The question on such a day; `unseen`: the department never sees what it does to it."""
        mock, loop = counter.mock, asyncio.get_running_loop()
        done, struck = len(mock.deeds()), await mock.struck(kind.name)
        self._spoil(kind, counter, place)
        with listening() as logged:
            began = loop.time()
            outcome = await _outcome(self.hurried[counter.name], question, self.deadline_s)
            took = loop.time() - began
        met = unseen or await mock.met(kind.name, struck, _MEETS_WITHIN_S)
        if question.verb in WRITES and kind.name in _DONE_LATER:
            await asyncio.sleep(self.more[kind.name]["delay_s"] + _LATER_S)
        mock.good()
        deeds, places = mock.deeds(done), mock.places(kind.name)
        found = judged(kind.name, counter.name, question, outcome, deeds)
        if found.verdict in GOOD and told(outcome, logged):
            found = Judged(Verdict.TOLD)
        error = isinstance(outcome, Exception)
        if found.verdict in GOOD and (not met or spared(kind, places, error=error)):
            found = missed(kind.name, f"{counter.name}.{question.verb}", question.about)
        return Cell(
            kind=kind.name, department=counter.name, verb=question.verb, about=question.about,
            outcome=type(outcome).__name__ if error else "value", verdict=found.verdict,
            took_s=took, deeds=len(deeds), message=str(outcome)[:200], reason=found.reason,
            fields=found.fields, places=places,
        )  # fmt: skip

    def _spoil(self, kind: Kind, counter: Counter, place: int | None) -> None:
        at = {} if place is None else {"place": place}
        more = {**where(kind, counter.name), **self.more.get(kind.name, {}), **at}
        counter.mock.spoil(kind.name, **more)


async def _outcome(adapter: DeclaredDepartment, question: Question, budget: float) -> Any:
    try:
        return await question.ask(adapter, budget)
    except Exception as error:  # what may come out of an adapter is the very thing examined
        return error


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
