"""Asking a department about many receipts: one it stumbles over holds up no other.

What fails for several at once is halved until each has its own answer (as ADR 0023 does for reads).
A receipt that fails by itself leaves alone from then on, and less and less often. Those that failed
together, and were not told apart, leave together in fewer from then on, until they are answered:
after a bad day nobody waits for the others to be asked one by one.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import structlog

from adapters.errors import AdapterError
from gateway.cases.chunks import chunks
from gateway.federation.parting import parts_of, silent, spoils

log = structlog.get_logger(__name__)

PARTS = 12  # calls in one round beyond one a batch: they find one receipt among sixty-four
MOST_ALONE = 12  # receipts in a round that are asked about one by one
GIVE_UP = 3  # batches of a round that fail without any answer: it is not one receipt's trouble
ALONE_S, LONGEST_S = 60.0, 3_600.0  # a receipt is left alone, doubled with each failure

Batch = tuple[str, Sequence[str]]  # service and receipts
Ask = Callable[[str, Sequence[str]], Awaitable[None]]


@dataclass(slots=True)
class _Suspect:
    """A receipt of which it is known, or feared, that the department stumbles over it."""

    failures: int = 0  # by itself; 0: it is only feared
    until: float = 0.0  # left alone until then
    among: int = 1  # feared: so many leave together


@dataclass(slots=True)
class _Round:
    """What came of one round so far."""

    parts: int = PARTS
    failures: int = 0  # of whole batches
    answered: bool = False
    feared: list[tuple[str, Sequence[str]]] = field(default_factory=list)  # failed together
    alone: list[tuple[str, str, float]] = field(default_factory=list)  # failed by itself, when


class Asking:
    """What is known of one department's receipts, and how they are asked about."""

    def __init__(self, department: str, now: Callable[[], float]) -> None:
        self._department = department
        self._now = now
        self._suspects: dict[tuple[str, str], _Suspect] = {}  # by service and receipt
        self._round = _Round()

    def batches(self, by_service: Mapping[str, Sequence[str]], size: int) -> Sequence[Batch]:
        """What each status query of a new round carries: suspects last, and not too soon."""
        self._learn()
        self._round, size, now = _Round(), max(1, size), self._now()
        open_ = {(service, one) for service, some in by_service.items() for one in some}
        self._suspects = {key: s for key, s in self._suspects.items() if key in open_}
        due = [k for k, one in self._suspects.items() if one.failures and one.until <= now]
        plain = {
            s: [r for r in some if (s, r) not in self._suspects] for s, some in by_service.items()
        }
        return [
            *((s, part) for s, receipts in plain.items() for part in chunks(receipts, size)),
            *self._feared(),
            *((service, [receipt]) for service, receipt in due[:MOST_ALONE]),
        ]

    async def about(self, batch: Batch, ask: Ask) -> None:
        """Ask about these; an error that is for no receipt is raised: it is down, or ours."""
        service, whole = batch
        waiting, round_ = deque([whole]), self._round
        while waiting:
            some = waiting.popleft()
            try:
                await ask(service, some)
            except (AdapterError, TimeoutError) as error:
                if isinstance(error, AdapterError) and not spoils(error):
                    if some is not whole:  # not found out which; they come in fewer next time
                        round_.feared += [(service, part) for part in (some, *waiting)]
                    raise
                round_.failures += some is whole
                if not round_.answered and round_.failures >= GIVE_UP:
                    raise
                waiting.extend(self._failed(service, some, error))
            else:
                round_.answered = True
                for one in some:
                    self._suspects.pop((service, one), None)

    def _failed(
        self, service: str, some: Sequence[str], error: AdapterError | TimeoutError
    ) -> Iterable[Sequence[str]]:
        """The parts in which they are asked about again, if that is now."""
        reason = error.message if isinstance(error, AdapterError) else type(error).__name__
        log.warning("poll.refused", department=self._department, receipts=len(some), reason=reason)
        if len(some) == 1:
            self._round.alone.append((service, some[0], self._now()))
        elif isinstance(error, TimeoutError) or silent(error) or self._round.parts < 2:
            self._round.feared.append((service, some))
        else:
            self._round.parts -= 2
            return parts_of(some, 2)
        return ()

    def _learn(self) -> None:
        """What the last round says of receipts: nothing, where it was given up on."""
        if self._round.failures >= GIVE_UP and not self._round.answered:
            return
        for service, some in self._round.feared:
            among = max(1, len(some) // 4)
            for receipt in some:
                known = self._suspects.setdefault((service, receipt), _Suspect(among=among))
                known.among = min(known.among, among)
        for service, receipt, at in self._round.alone:
            suspect = self._suspects.pop((service, receipt), _Suspect())
            wait = min(LONGEST_S, ALONE_S * 2 ** min(suspect.failures, 10))
            self._suspects[service, receipt] = _Suspect(suspect.failures + 1, at + wait)

    def _feared(self) -> Iterator[Batch]:
        feared = [(k, one.among) for k, one in self._suspects.items() if not one.failures]
        for (service, among), some in groupby(feared, lambda one: (one[0][0], one[1])):
            for part in chunks([receipt for (_, receipt), _ in some], among):
                yield service, part
