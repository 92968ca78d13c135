"""Keeps one gateway running and kills it as planned, half at random times, half at named points."""

import asyncio
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from tests.chaos.life import Life, Start
from tests.chaos.lines import Lines
from tests.chaos.plan import POINTS, Plan, RunFolder
from tests.chaos.resuming import Leftover, Watch

_FEW = 8  # how often a point may be reached before it kills
_AT_START = 0.1  # of the kills at random times: before the process is ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Doom:
    """How one life is to end: at a point, or so many seconds after it is ready (or started)."""

    point: str | None = None
    ordinal: int = 0
    after_s: float | None = None
    from_start: bool = False

    @property
    def told(self) -> str | None:
        """For the command line of the process."""
        return f"{self.point}:{self.ordinal}" if self.point else None


@dataclass(slots=True, kw_only=True)
class Keeper:
    """One gateway, life after life; each life is a line in starts.jsonl.

    Where there are several gateways a life is killed for good: the next has a name of its own.
    """

    folder: RunFolder
    plan: Plan
    port: int
    name: str
    starts: Lines
    watch: Watch
    kills_planned: int
    wrongly_timed: bool = False  # its wall clock jumps
    version: str | None = None
    points: int = 0  # deaths at named points so far
    randomly: int = 0
    broken: str | None = None  # it ended by itself, and how
    life: Life | None = None
    at_work: Life | None = None  # the life that is, once it is ready
    leftover: Leftover = field(init=False)
    peers: Sequence["Keeper"] = ()
    held: asyncio.Lock = field(default_factory=asyncio.Lock)  # nobody kills it meanwhile
    frozen: bool = False
    freezes: int = 0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _replaced: asyncio.Event = field(default_factory=asyncio.Event)
    _draw: random.Random = field(default_factory=random.Random)
    _round: Iterator[str] = field(default_factory=lambda: iter(POINTS))
    _notes: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.leftover = Leftover(watch=self.watch)
        self._draw = random.Random(f"{self.plan.seed}:{self.name}")
        self._round = cycle(self._draw.sample(POINTS, len(POINTS)))

    @property
    def kills(self) -> int:
        """How often it was killed so far."""
        return self.points + self.randomly

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def watching(self) -> tuple[Life, int] | None:
        """Who is there to see others die; equal to an earlier one if it never ceased to be."""
        return (self.at_work, self.freezes) if self.at_work and not self.frozen else None

    @contextmanager
    def standing_still(self, life: Life) -> Iterator[None]:
        """Its process is stopped, and goes on at the end."""
        self.frozen, self.freezes = True, self.freezes + 1
        life.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            life.signal(signal.SIGCONT)
            self.frozen = False

    def stop(self) -> None:
        """Let the life that is be the last; it ends as told to, not killed."""
        self._stopping.set()

    def replace(self, version: str) -> None:
        """Let the life that is end as told to; the next one is of this version."""
        self.version = version
        self._replaced.set()

    async def run(self) -> None:
        """Start, kill, start again, until stopped or broken."""
        while not self._stopping.is_set() and self.broken is None:
            await self._live()
        if self._notes:
            await asyncio.wait(self._notes)

    async def _live(self) -> None:
        several = self.plan.gateways > 1
        doom = self._doom()
        left = 0 if several else await self.leftover.look()
        start = Start(
            folder=self.folder,
            port=self.port,
            log=self.folder.path / f"{self.name}.log",
            death=doom.told,
            version=self.version,
            wrongly_timed=self.wrongly_timed,
            forked=self.plan.forked,
        )
        told: dict[str, Any] = {"keeper": self.name, "version": self.version, "left": left}
        self.life = life = await start.begin()
        went_on = asyncio.create_task(self.leftover.gone_on())
        try:
            if not doom.from_start:
                told["ready_s"] = await life.ready()
                self.at_work = life if told["ready_s"] is not None else None
            told["end"] = await self._end(life, doom)
        finally:
            self.at_work = None
            await life.kill()
            told |= {"name": life.name, "at": life.began, "lived_s": time.time() - life.began}
            told["resumed_s"] = await self.leftover.over(
                went_on, began=life.began, ready_s=told.get("ready_s")
            )
            if self._stopping.is_set() or self.broken:  # nobody comes after it
                told["never_resumed"] = sorted(self.leftover.commands)
            self._notes.add(asyncio.create_task(self._note(told, for_good=several)))

    async def _note(self, told: dict[str, Any], *, for_good: bool) -> None:
        """Write a life down, once its work was taken over by another gateway.

        The time counts where some other one was at work all along: who comes later has first to
        see the dead one's heart stand still for a whole lease.
        """
        if for_good and told["name"] is not None and not self._stopping.is_set():
            before = [peer.watching for peer in self.peers]
            seconds = await self.watch.taken_over(told["name"], time.time())
            there = any(
                w and w == peer.watching for w, peer in zip(before, self.peers, strict=True)
            )
            told["taken_over_s" if there else "taken_over_by_a_new_one_s"] = seconds
        self.starts.add(told)

    def _doom(self) -> Doom:
        if self.kills >= self.kills_planned:
            return Doom()
        low, high = self.plan.uptime_s
        if self.points < self.randomly:
            point, ordinal = next(self._round), self._draw.randint(1, _FEW)
            return Doom(point=point, ordinal=ordinal, after_s=2 * high)
        if self._draw.random() < _AT_START:
            return Doom(after_s=self._draw.uniform(0.2, 2.5), from_start=True)
        return Doom(after_s=self._draw.uniform(low, high))

    async def _end(self, life: Life, doom: Doom) -> str:
        """Wait for its death, or bring it about; how it ended."""
        wishes = [asyncio.create_task(e.wait()) for e in (self._stopping, self._replaced)]
        ending = asyncio.create_task(life.process.wait())
        await asyncio.wait(
            {*wishes, ending}, timeout=doom.after_s, return_when=asyncio.FIRST_COMPLETED
        )
        for wish in wishes:
            wish.cancel()
        if ending.done():
            return self._died(life, doom)
        if self._stopping.is_set() or self._replaced.is_set():
            self._replaced.clear()
            how = "stopped" if self._stopping.is_set() else "replaced"
            return how if await life.stop() else "did not stop when told to"
        async with self.held:
            await life.kill()
        self.randomly += 1
        return "random"

    def _died(self, life: Life, doom: Doom) -> str:
        if life.process.returncode == -signal.SIGKILL and doom.point:
            self.points += 1
            return doom.point
        self.broken = f"{self.name} ended by itself with {life.process.returncode}"
        return self.broken
