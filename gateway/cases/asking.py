"""Asking a department about many receipts: one it stumbles over holds up no other.

What fails for several at once is halved until each has its own answer (as ADR 0023 does for reads).
A receipt that fails by itself leaves alone from then on, and less and less often.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from adapters.errors import AdapterError
from gateway.federation.parting import parts_of, silent, spoils

log = structlog.get_logger(__name__)

PARTS = 12  # calls in one round beyond one a batch: they find one receipt among sixty-four
MOST_ALONE = 12  # receipts in a round that are asked about one by one
GIVE_UP = 3  # failures in a round without any answer: it is not one receipt's trouble
ALONE_S, LONGEST_S = 60.0, 3_600.0  # a receipt is left alone, doubled with each failure

Batch = tuple[str, Sequence[str]]  # service and receipts
Ask = Callable[[str, Sequence[str]], Awaitable[None]]


@dataclass(slots=True)
class _Suspect:
    """A receipt of which it is known, or feared, that the department stumbles over it."""

    failures: int = 0
    until: float = 0.0  # left alone until then


@dataclass(slots=True)
class _Round:
    """What came of one round so far."""

    parts: int = PARTS
    failures: int = 0
    answered: bool = False


class Asking:
    """What is known of one department's receipts, and how they are asked about."""

    def __init__(self, department: str, now: Callable[[], float]) -> None:
        self._department = department
        self._now = now
        self._suspects: dict[tuple[str, str], _Suspect] = {}  # by service and receipt
        self._round = _Round()

    def batches(self, by_service: Mapping[str, Sequence[str]], size: int) -> Sequence[Batch]:
        """What each status query of a new round carries: suspects last, alone, and not too soon."""
        self._round, size, now = _Round(), max(1, size), self._now()
        open_ = {(service, one) for service, some in by_service.items() for one in some}
        self._suspects = {key: s for key, s in self._suspects.items() if key in open_}
        due = [key for key, suspect in self._suspects.items() if suspect.until <= now]
        plain = {
            s: [r for r in some if (s, r) not in self._suspects] for s, some in by_service.items()
        }
        return [
            (service, receipts[start : start + size])
            for service, receipts in plain.items()
            for start in range(0, len(receipts), size)
        ] + [(service, [receipt]) for service, receipt in due[:MOST_ALONE]]

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
                    raise
                waiting.extend(self._failed(service, some, error))
                if not round_.answered and round_.failures >= GIVE_UP:
                    self._suspect(service, (one for part in waiting for one in part))
                    raise
            else:
                round_.answered = True
                for one in some:
                    self._suspects.pop((service, one), None)

    def _failed(
        self, service: str, some: Sequence[str], error: AdapterError | TimeoutError
    ) -> Iterable[Sequence[str]]:
        """The parts in which they are asked about again, if that is now."""
        self._round.failures += 1
        reason = error.message if isinstance(error, AdapterError) else type(error).__name__
        log.warning("poll.refused", department=self._department, receipts=len(some), reason=reason)
        if len(some) == 1:
            self._leave_alone(service, some[0])
        elif isinstance(error, TimeoutError) or silent(error) or self._round.parts < 2:
            self._suspect(service, some)
        else:
            self._round.parts -= 2
            return parts_of(some, 2)
        return ()

    def _leave_alone(self, service: str, receipt: str) -> None:
        suspect = self._suspects.pop((service, receipt), _Suspect())
        wait = min(LONGEST_S, ALONE_S * 2 ** min(suspect.failures, 10))
        self._suspects[service, receipt] = _Suspect(suspect.failures + 1, self._now() + wait)

    def _suspect(self, service: str, receipts: Iterable[str]) -> None:
        for receipt in receipts:
            self._suspects.setdefault((service, receipt), _Suspect())
