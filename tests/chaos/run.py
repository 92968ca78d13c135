"""One run from its plan to its verdict: stage, driver, troubles, checker."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from gateway.demo.failure import DemoFailed
from gateway.demo.processes import running, until
from tests.chaos import checker, driver
from tests.chaos.plan import Plan, RunFolder, read_lines
from tests.chaos.stage import Stage, staged
from tests.chaos.troubles import figures, too_slow
from tests.forked import Forked

_QUIET_S = 60.0  # for what is still under way when every case has ended
_LOOK_EVERY_S = 0.5
_ENDED = "SELECT count(*) FROM ot_case WHERE state IN ('done', 'refused', 'withdrawn')"
FAULTS = ("lost_reply", "late_accept", "status", "busy", "hang", "duplicate", "reorder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come."""

    acknowledged: int
    ended: int
    kills: int
    note: str = ""


Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the checker said, and what only the runner knows."""

    plan: Plan
    figures: Mapping[str, Any]
    found: Mapping[str, list[str]]

    @property
    def clean(self) -> bool:
        """Whether nothing was found; of a control, whether it was found out."""
        if self.plan.must_find:
            return all(self.found.get(check) for check in self.plan.must_find)
        return not any(self.found.values())


async def run(plan: Plan, at: Path, tell: Tell) -> Outcome:
    """Carry the plan out in the folder `at`."""
    folder, began = RunFolder(at), time.monotonic()
    folder.write_plan(plan)
    async with staged(folder, plan) as stage:
        kept = [asyncio.create_task(keeper.run()) for keeper in stage.keepers]
        telling = asyncio.create_task(_tell(folder, stage, tell))
        found = await _play(folder, plan, stage)
        await _quiet(stage)
        struck = await stage.town.struck()
        for keeper in stage.keepers:
            keeper.stop()
        await asyncio.gather(*kept)
        telling.cancel()
        _never_worked(folder, stage)
        outcome = await _checked(folder, plan)
    told = {
        **outcome.figures,
        **{kind: sum(counts.get(kind, 0) for counts in struck.values()) for kind in FAULTS},
        **figures(stage.troubles),
        "wall_s": time.monotonic() - began,
    }
    found |= {"slow": [] if plan.must_find else too_slow(plan, told)}
    return Outcome(plan=plan, figures=told, found={**outcome.found, **found})


async def _play(folder: RunFolder, plan: Plan, stage: Stage) -> dict[str, list[str]]:
    """Driver and troubles, until both are through; what they found."""
    befalling = [asyncio.create_task(trouble.befall()) for trouble in stage.troubles]
    log = folder.path / "driver.log"
    try:
        async with _beside(plan, driver, folder, log) as process:
            while process.returncode is None and not _broken(stage):
                await asyncio.sleep(0.1)
                for trouble in befalling:
                    if trouble.done():
                        trouble.result()
            run_found = list(_run_found(plan, stage, process.returncode, log))
        unfinished = [task for task in befalling if not task.done()]
        run_found += ["the run was over before its troubles"] if unfinished else []
    finally:
        for task in befalling:
            task.cancel()
        await asyncio.gather(*befalling, return_exceptions=True)
    return {
        "run": run_found,
        "troubles": [finding for trouble in stage.troubles for finding in trouble.found],
    }


@asynccontextmanager
async def _beside(
    plan: Plan, module: ModuleType, folder: RunFolder, log: Path
) -> AsyncIterator[asyncio.subprocess.Process | Forked]:
    """The module's program over the folder, as a process that ends with the block."""
    words = [str(folder.path)]
    if plan.forked:
        process = Forked.begun(module.main, words, log)
        try:
            yield process
        finally:
            await process.end()
    else:
        async with running(module.__name__, [module.__name__, *words], log) as begun:
            yield begun.process


def _broken(stage: Stage) -> bool:
    return any(keeper.broken for keeper in stage.keepers)


def _run_found(plan: Plan, stage: Stage, code: int | None, log: Path) -> list[str]:
    """What kept the run from being the one that was planned."""
    kills = sum(keeper.kills for keeper in stage.keepers)
    found = [keeper.broken for keeper in stage.keepers if keeper.broken]
    if kills < plan.kills:
        found.append(f"{kills} of {plan.kills} kills")
    if code == 1:
        found.append(f"not at an end within {plan.within_s:g} s")
    elif code:
        found.append(f"the driver broke: read {log}")
    return found


def _never_worked(folder: RunFolder, stage: Stage) -> None:
    """Where no gateway ever came up there is nothing to check."""
    lives = read_lines(folder.starts)
    if any(keeper.broken for keeper in stage.keepers) and not any("ready_s" in x for x in lives):
        logs = (folder.path / f"{keeper.name}.log" for keeper in stage.keepers)
        last = "".join(log.read_text("utf-8")[-1500:] for log in logs if log.exists())
        raise RuntimeError(f"no gateway came up: {last}")


async def _quiet(stage: Stage) -> None:
    """Wait until no command is under way, but not for ever."""

    async def nothing_under_way() -> bool:
        return not await asyncio.to_thread(stage.watch.under_way)

    with suppress(DemoFailed):
        await until("quiet", nothing_under_way, within_s=_QUIET_S, every_s=0.2)


async def _tell(folder: RunFolder, stage: Stage, tell: Tell) -> None:
    """Say how far it has come, until cancelled."""
    while True:
        with suppress(OSError):
            acks = await asyncio.to_thread(read_lines, folder.acks)
            progress = Progress(
                acknowledged=sum(ack["kind"] == "submitted" for ack in acks),
                ended=await asyncio.to_thread(stage.watch.count, _ENDED),
                kills=sum(keeper.kills for keeper in stage.keepers),
                note=" ".join(
                    f"{name}={value}"
                    for name, value in figures(stage.troubles).items()
                    if isinstance(value, int)
                ),
            )
            tell(progress)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _checked(folder: RunFolder, plan: Plan) -> Outcome:
    """The checker's verdict, from a process of its own."""
    log = folder.path / "checker.log"
    async with _beside(plan, checker, folder, log) as process:
        code = await process.wait()
    if not folder.verdict.exists():
        raise RuntimeError(f"the checker ended with {code}: {log.read_text('utf-8')[-2000:]}")
    told = folder.read(folder.verdict)
    return Outcome(plan=plan, figures=told["figures"], found=told["found"])
