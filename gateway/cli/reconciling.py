"""`onething db reconcile`: departments' books against ours, by command."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from gateway.cases.beside import reconciler_beside
from gateway.cases.errors import StoreInUse
from gateway.cases.preflight import preflight
from gateway.cases.reconcile import CLERK, Difference, Reconciled
from gateway.cli.loading import load_declared
from gateway.cli.output import Speaker, Stop
from gateway.cli.storework import at_the_store
from gateway.clock import following
from gateway.declared import Declared
from gateway.settings import Settings
from gateway.telemetry import configure_logging

_COLUMNS = (
    "department", "asked", "agreed", "no answer", *(difference.value for difference in Difference),
)  # fmt: skip

_CLERKS = "onething cases parked; orphans: ask the department"
_AGAIN = "run it again when all answer"


def compared(speaker: Speaker, settings: Settings, only: str | None, *, as_json: bool) -> None:
    """Reconcile and tell; Stop when a clerk has to look, or a department gave no answer."""
    configure_logging(format=settings.log.format, level="error")
    declared = load_declared(settings)
    _refuse_unknown(declared, only)
    with at_the_store():
        try:
            with speaker.err.status("asking departments; some only after a while"):
                made = asyncio.run(_reconciled(settings, declared, only))
        except StoreInUse as error:
            raise Stop([str(error)], next_step=_by_itself(settings)) from error
    _tell(speaker, made, as_json=as_json)
    judge(made)


def _by_itself(settings: Settings) -> str:
    if settings.reconcile.daily:
        return f"it reconciles by itself after {settings.reconcile.at:%H:%M}; or stop it first"
    return "stop it first, or let it reconcile by itself: reconcile.daily"


def _refuse_unknown(declared: Declared, only: str | None) -> None:
    filed_with = [info.id for info in declared.infos if info.services]
    if only is not None and only not in filed_with:
        raise Stop(
            [f"nothing is filed with {only!r}"], next_step=f"name one of {', '.join(filed_with)}"
        )


async def _reconciled(
    settings: Settings, declared: Declared, only: str | None
) -> Sequence[Reconciled]:
    await preflight(settings.store_url, declared.catalogue)
    departments = declared.departments.departments
    try:
        async with (
            following(settings.clock.follow) as clock,
            reconciler_beside(
                settings.store_url, departments, declared.catalogue, clock, declared.calendar
            ) as reconciler,
        ):
            return await reconciler.run(only)
    finally:
        for department in departments.values():
            await department.aclose()


def _tell(speaker: Speaker, made: Sequence[Reconciled], *, as_json: bool) -> None:
    if as_json:
        speaker.json([asdict(one) for one in made])
        return
    speaker.table("reconciled", _COLUMNS, [_row(one) for one in made])
    for one in made:
        for found in one.findings:
            receipt = found.receipt or "-"
            speaker.say(f"{one.department}  {found.difference}  {found.reference}  {receipt}")


def _row(one: Reconciled) -> tuple[str, ...]:
    counts = (one.asked, one.agreed, one.unanswered, *map(one.count, Difference))
    return one.department, *map(str, counts)


def judge(made: Sequence[Reconciled]) -> None:
    """Stop with everything a clerk has to look at, and every department that gave no answer."""
    silent = [f"{one.department}: could not be asked" for one in made if one.unanswered]
    clerk = [
        f"{found.reference}: {found.difference}"
        for one in made
        for found in one.findings
        if found.difference in CLERK
    ]
    if clerk or silent:
        steps = [step for step, found in ((_CLERKS, clerk), (_AGAIN, silent)) if found]
        raise Stop([*clerk, *silent], next_step="; ".join(steps))
