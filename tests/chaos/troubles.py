"""What else befalls a run beside bad departments and dying gateways. Each is one class; those of
a store that does not take writes are in `outages`.

`befall` makes its trouble until it is done or cancelled. `figures` are for the table, `found` are
things that must not be: refusals without a word, recoveries that took too long, and trouble that
was none.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from gateway.demo.failure import DemoFailed
from gateway.demo.processes import until
from tests.chaos.keeper import Keeper
from tests.chaos.life import Life
from tests.chaos.plan import Plan
from tests.chaos.resuming import RESUMED_WITHIN_S, Watch
from tests.chaos.versions import SECOND_TABLES
from tests.chaos.wrong_time import WrongTime

_PATIENCE_S = 60.0
_THAWED_WITHIN_S = 10.0


class Trouble(Protocol):
    """Something that goes wrong."""

    figures: dict[str, Any]
    found: list[str]

    async def befall(self) -> None:
        """Go wrong, until all of it is done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """How one went: None where the process had no command in hand, or did not go on afterwards."""

    taken_over_s: float | None
    went_on: bool

    @property
    def real(self) -> bool:
        """Whether it had work, lost it to another, and woke to find that out."""
        return self.taken_over_s is not None and self.went_on


@dataclass(slots=True, kw_only=True)
class Frozen:
    """One gateway stands still for longer than its lease, and then goes on as if nothing was.

    Meanwhile nobody kills the others: somebody has to be there to see it. Where one of them dies
    all the same, at a point it was told to die at, the freeze does not count.
    """

    keepers: Sequence[Keeper]
    watch: Watch
    lease_s: float
    times: int = 2
    tries: int = 30
    rest_s: float = 8.0
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        """Freeze one or the other until it was real as often as planned."""
        freezes: list[Freeze] = []
        draw = random.Random(0)
        for _ in range(self.tries):
            if sum(freeze.real for freeze in freezes) == self.times:
                return
            await asyncio.sleep(self.rest_s)
            async with AsyncExitStack() as stack:
                for keeper in self.keepers:
                    await stack.enter_async_context(keeper.held)
                freezes += await self._one(draw.choice(self.keepers))
            self.figures, self.found = told(freezes)

    async def _one(self, keeper: Keeper) -> list[Freeze]:
        """Freeze this one, where it is at work and others are there to see it all the while."""
        life, others = keeper.at_work, [k for k in self.keepers if k is not keeper]
        if life is None or life.name is None:
            return []
        before = [other.watching for other in others]
        freeze = await self._freeze(keeper, life, life.name)
        there = any(w and w == o.watching for w, o in zip(before, others, strict=True))
        return [freeze] if there else []

    async def _freeze(self, keeper: Keeper, life: Life, name: str) -> Freeze:
        with suppress(DemoFailed):
            await until("work", lambda: self._has_work(name), within_s=self.lease_s)
        with keeper.standing_still(life):
            at = time.time()
            seconds = await self.watch.taken_over(name, at, within_s=3 * self.lease_s)
            await asyncio.sleep(max(0.0, self.lease_s + 3.0 - (time.time() - at)))
        return Freeze(taken_over_s=seconds, went_on=await self._goes_on(life, name))

    async def _has_work(self, name: str) -> bool:
        return bool(await asyncio.to_thread(self.watch.held_by, name))

    async def _goes_on(self, life: Life, name: str) -> bool:
        """Whether it beats again; it was buried meanwhile, and enters itself anew."""
        before = await asyncio.to_thread(self.watch.beats, name)

        async def beats() -> bool:
            now = await asyncio.to_thread(self.watch.beats, name)
            return now not in (None, before)

        with suppress(DemoFailed):
            await until("a beat", beats, within_s=_THAWED_WITHIN_S)
            return life.process.returncode is None
        return False


def told(freezes: Sequence[Freeze]) -> tuple[dict[str, Any], list[str]]:
    """Figures of these freezes, and what must not be: that none of them was real."""
    real = [freeze.taken_over_s for freeze in freezes if freeze.real]
    seconds = max((s for s in real if s is not None), default=None)
    none = "no gateway with commands in hand was frozen, lost them, and went on"
    return {"frozen": len(real), "frozen_taken_over_s": seconds}, [] if real else [none]


@dataclass(slots=True, kw_only=True)
class JumpingClock:
    """The wall clock jumps by minutes and days, forth and back."""

    time: WrongTime
    every_s: float = 6.0
    jumps: Sequence[float] = (90.0, 0.0, -90.0, 86_400.0, 0.0, -86_400.0, 0.0, 90.0, -90.0, 0.0)
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        """Jump, rest, jump."""
        for done, by_s in enumerate(self.jumps, start=1):
            await asyncio.sleep(self.every_s)
            self.time.jump(by_s)
            clocks = "wall, business" if self.time.built else "business (no C compiler)"
            self.figures = {"jumps": done, "jumping_clocks": clocks}


_ON_SECOND = f"SELECT count(*) FROM ot_version WHERE version_num = '{SECOND_TABLES}'"  # noqa: S608


@dataclass(slots=True, kw_only=True)
class Upgrade:
    """Gateways are replaced one after another by another version, and back.

    The tables become those of the second version with its first gateway, and stay.
    """

    keepers: Sequence[Keeper]
    watch: Watch
    versions: Sequence[str]
    every_s: float = 12.0
    patience_s: float = _PATIENCE_S
    figures: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def befall(self) -> None:
        """Replace all of them by each version in turn."""
        for version in self.versions[1:]:
            for keeper in self.keepers:
                await asyncio.sleep(self.every_s / len(self.keepers))
                await self._replace(keeper, version)
            if not await asyncio.to_thread(self.watch.count, _ON_SECOND):
                self.found.append(f"{version} works on tables that are not the second version's")
        self.figures = {"versions": " → ".join(self.versions)}

    async def _replace(self, keeper: Keeper, version: str) -> None:
        async with keeper.held:
            before = keeper.life
            keeper.replace(version)

        async def at_work() -> bool:
            return keeper.at_work is not None and keeper.at_work is not before

        try:
            await until("at work", at_work, within_s=self.patience_s)
        except DemoFailed:
            self.found.append(f"{keeper.name} of {version} did not come to work")


def figures(troubles: Sequence[Trouble]) -> Mapping[str, Any]:
    """All of them together."""
    return {name: value for trouble in troubles for name, value in trouble.figures.items()}


def too_slow(plan: Plan, told: Mapping[str, Any]) -> list[str]:
    """What took longer than it may, or never came."""
    allowed = {
        "resumed_max_s": RESUMED_WITHIN_S,
        "taken_over_max_s": plan.lease_s + 2.0,
        "frozen_taken_over_s": plan.lease_s + 2.0,
    }
    late = [
        f"{name.removesuffix('_s')}: {told[name]:.1f} s, at most {most:g} s"
        for name, most in allowed.items()
        if (told.get(name) or 0.0) > most
    ]
    return late + [f"never resumed: {what}" for what in told.get("never_resumed", ())]
