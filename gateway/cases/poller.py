"""Ask departments where filings stand: batched, jittered, each department at its own pace."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import sqlalchemy as sa
import structlog

from adapters.contract import Changes, Department
from adapters.errors import AdapterError, Misconfigured
from gateway.cases import tables
from gateway.cases.asking import Asking
from gateway.cases.chunks import chunks
from gateway.cases.errors import StoreUnavailable
from gateway.cases.intake import Intake, position
from gateway.cases.receipts import holders
from gateway.cases.spelling import alike
from gateway.cases.store import Store
from schema.domain.department import ProgressMode
from schema.domain.filing import ItemStatus, Progress

log = structlog.get_logger(__name__)

PAGES = 50  # of a feed, in one round
CALLBACK_SLOWER = 5  # who calls back is asked as well, only less often
JITTER = 0.1  # of the pace, so that departments are not asked by everybody at once
UNMATCHED = "onething_poll_receipts_unmatched_total"
UNREAD = "onething_feed_rows_unread_total"
_SHOWN = 3

Answers = Mapping[str, Progress | AdapterError | None]


class Poller:
    """One loop per department that decides items. Trouble ends a round, never the loop."""

    def __init__(
        self,
        store: Store,
        departments: Mapping[str, Department],
        intake: Intake,
        *,
        every_s: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._unmatched: dict[str, Counter[str]] = {}  # as they were told of last
        self._asking: dict[tuple[str, bool], Asking] = {}
        self._sleep = sleep
        self._departments = departments
        self._intake = intake
        self._every_s = every_s

    def loops(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What is to run until cancelled, by name."""
        return {
            f"poll-{name}": partial(self._loop, department)
            for name, department in self._departments.items()
            if department.info.services and department.info.progress is not ProgressMode.NONE
        }

    async def _loop(self, department: Department) -> None:
        pace, turn = self._every_s or department.info.limits.poll_every_s, 0
        calls_back = department.info.progress is ProgressMode.CALLBACK
        turns = CALLBACK_SLOWER if calls_back and self._every_s is None else 1
        while True:
            await self._sleep(pace * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311
            turn += 1
            try:
                await (self._ask_unread if turn % turns else self.round)(department)
            except (AdapterError, StoreUnavailable, TimeoutError) as error:
                log.info("poll.failed", department=department.info.id, kind=type(error).__name__)
            except Exception as error:  # the rim of a background loop: it must go on
                log.error("poll.broken", department=department.info.id, kind=type(error).__name__)

    async def round(self, department: Department) -> None:
        """Ask once about everything that is open there."""
        if department.info.progress is ProgressMode.FEED:
            await self._read_feed(department)
            await self._ask_unread(department)
        else:
            step = tables.step.c
            undecided = step.watched & (step.state != "granted") & step.receipt.is_not(None)
            await self._ask(department, undecided)
        await self._fetch_certificates(department)

    async def _read_feed(self, department: Department) -> None:
        cursor = await position(self._store, department.info.id)
        for _ in range(PAGES):
            async with _bounded(department):
                page = await department.changes(cursor, budget=_budget(department))
            moved = page.cursor if page.cursor != cursor else None
            found = await holders(self._store, department.info.id, page.progress)
            told = [
                await _whole(department, progress, holder.service if holder else None)
                for progress, holder in zip(page.progress, found, strict=True)
            ]
            await self._intake.take(department.info.id, told, cursor=moved)
            self._owe(department.info.id, page)
            cursor = page.cursor
            if not page.more or moved is None:
                return

    def _owe(self, department: str, page: Changes) -> None:
        """Say which rows of a page were left out; their filings are asked about from here on."""
        if not page.unread:
            return
        whys = sorted({row.why for row in page.unread})[:_SHOWN]
        log.warning("feed.unread", department=department, count=len(page.unread), reasons=whys)
        self._intake.owed.add(department, [row.receipt for row in page.unread], counter=UNREAD)

    async def _ask_unread(self, department: Department) -> None:
        """Ask where filings stand of which the department told in a way nobody could read."""
        owed = self._intake.owed.of(department.info.id)
        if owed:
            step = tables.step.c
            with suppress(Misconfigured):  # where it cannot be asked, only its feed will tell
                await self._ask(department, step.watched & step.receipt.in_(owed), alone=True)

    async def _ask(
        self, department: Department, which: sa.ColumnElement[bool], *, alone: bool = False
    ) -> None:
        """Ask about all of these; `alone`: they are but a few of those that are open."""
        asking = self._asking.setdefault(
            (department.info.id, alone), Asking(department.info.id, self._store.now)
        )
        unmatched: Counter[str] = Counter()
        ask = partial(self._ask_about, department, unmatched)
        asks = asking.batches(await self._open(department, which), department.info.progress_batch)
        for now in chunks(asks, max(1, department.info.limits.concurrency)):
            asked = (asking.about(batch, ask) for batch in now)
            for failed in await asyncio.gather(*asked, return_exceptions=True):
                if failed is not None:
                    raise failed
        self._tell(department.info.id, unmatched)

    def _tell(self, department: str, unmatched: Counter[str]) -> None:
        """Count the receipts that came to nothing; say so where it is not what was said last."""
        for why, count in unmatched.items():
            self._intake.metrics.count(UNMATCHED, count, department=department, why=why)
        if unmatched != self._unmatched.get(department, Counter()):
            log.warning("poll.unmatched", department=department, **unmatched)
        self._unmatched[department] = unmatched

    async def _ask_about(
        self,
        department: Department,
        unmatched: Counter[str],
        service: str,
        receipts: Sequence[str],
    ) -> None:
        async with _bounded(department):
            answers = await department.progress(receipts, service, budget=_budget(department))
        news = _matched(receipts, answers, unmatched)
        told = [await _whole(department, progress, service) for progress in news]
        await self._intake.take(department.info.id, told, service=service)

    async def _fetch_certificates(self, department: Department) -> None:
        """Certificates of items granted without one, told by a callback for example."""
        step = tables.step.c
        query = sa.select(step.case_id, step.item, step.service, step.receipt).where(
            step.department == department.info.id, step.watched, step.state == "granted"
        )
        for row in await self._store.rows(query):
            case = await self._store.case(row.case_id)
            decided = case.step(row.item).decided_at if case else None
            if decided is None or row.receipt is None:
                continue
            granted = Progress(receipt=row.receipt, status=ItemStatus.GRANTED, at=decided)
            told = await _whole(department, granted, row.service)
            if told.certificate is not None:
                await self._intake.take(department.info.id, [told], service=row.service)

    async def _open(
        self, department: Department, which: sa.ColumnElement[bool]
    ) -> Mapping[str, list[str]]:
        step = tables.step.c
        query = sa.select(step.service, step.receipt).where(
            step.department == department.info.id, which
        )
        by_service: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self._store.rows(query):
            by_service[row.service].append(row.receipt)
        return by_service


def _matched(
    receipts: Sequence[str], answers: Answers, unmatched: Counter[str]
) -> Sequence[Progress]:
    """What was said of each receipt, under our spelling of it; what came to nothing is counted.

    That it stands under our receipt is the department's declaration that it is meant.
    """
    news = []
    for receipt in receipts:
        said = answers.get(receipt)
        if isinstance(said, Progress) and alike(said.receipt, receipt):
            unmatched.update(["respelt"] if said.receipt != receipt else [])
            news.append(replace(said, receipt=receipt))
        else:
            unmatched.update([_why(said)])
    strange = sum(answered not in receipts for answered in answers)
    unmatched.update({"not_asked": strange} if strange else {})
    return news


def _why(said: Progress | AdapterError | None) -> str:
    if said is None:
        return "untold"
    return "broken" if isinstance(said, AdapterError) else "another"


async def _whole(department: Department, progress: Progress, service: str | None) -> Progress:
    """A grant with its certificate, where the department has issued it already."""
    if progress.status is not ItemStatus.GRANTED or progress.certificate or service is None:
        return progress
    try:
        async with _bounded(department):
            certificate = await department.certificate(
                progress.receipt, service, budget=_budget(department)
            )
    except (AdapterError, TimeoutError):
        return progress  # the grant is told now, its certificate when it can be had
    return replace(progress, certificate=certificate)


def _budget(department: Department) -> float:
    return department.info.limits.timeout_s


def _bounded(department: Department) -> asyncio.Timeout:
    return asyncio.timeout(department.info.limits.timeout_s + 2.0)
