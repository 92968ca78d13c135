"""The demo: starts a town, opens a restaurant in it, watches, checks the books, cleans up."""

import asyncio
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from rich.console import Console

from gateway.demo import conclusion
from gateway.demo.answers import restaurant
from gateway.demo.applicant import Applicant
from gateway.demo.applying import Application, apply
from gateway.demo.board import Board, both
from gateway.demo.failure import DemoFailed
from gateway.demo.ledgers import compare, read_ledgers
from gateway.demo.people import token_of
from gateway.demo.town import Ports, Town, town
from gateway.demo.watching import Watch, follow, measured_days
from gateway.settings import load_settings
from schema.domain.calendar import SHANGHAI, WorkingCalendar
from schema.working_days import load_working_calendar

_OPENING = time(9, 0, tzinfo=SHANGHAI)
_PATIENCE_S = 30.0
_MARK = ".onething-demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    once: bool
    start: date | None
    today: date
    state: Path
    port_base: int
    port: int | None


async def run(options: Options, console: Console) -> None:
    """The whole demo; DemoFailed when anything is missing at its end."""
    calendar = load_working_calendar()
    opening = datetime.combine(_first_day(calendar, options), _OPENING)
    ports = Ports.chosen(options.port_base, options.port)
    _make_anew(options.state)
    with _ended_by_sigterm():
        async with AsyncExitStack() as stack:
            place = await stack.enter_async_context(
                town(options.state, ports, opening, lambda line: _say(console, line))
            )
            stays = not options.once
            await _open_restaurant(place, calendar, opening.date(), console, stack, stays=stays)
            if not options.once:
                _say(console, "Ctrl-C 结束 ends the demo and stops everything")
                await _stay(place)


async def _open_restaurant(
    place: Town,
    calendar: WorkingCalendar,
    start: date,
    console: Console,
    stack: AsyncExitStack,
    *,
    stays: bool,
) -> None:
    city = await place.admin.demo()
    settings = load_settings({**place.overrides, "profile": "dev"})
    token = await asyncio.to_thread(token_of, settings, "applicant", city)
    applicant = Applicant(place.gateway, token)
    stack.push_async_callback(applicant.close)
    typed = restaurant(city, start)
    application = await apply(applicant, typed, f"demo-{start}")
    _say(console, _summary(application))
    with Board(console) as board:
        watch = Watch(
            applicant=applicant,
            admin=place.admin,
            board=board,
            calendar=calendar,
            ledgers=place.state / "mocks" / "ledger",
            processes=place.processes,
            patience_s=_PATIENCE_S,
        )
        case = await follow(watch, application.case)
    report = await applicant.ask("reduction", id=typed.one_thing)
    await _conclude(place, case, report["oneThing"]["reduction"], calendar, console, stays=stays)


async def _conclude(
    place: Town,
    case: Mapping[str, Any],
    report: Mapping[str, Any],
    calendar: WorkingCalendar,
    console: Console,
    *,
    stays: bool,
) -> None:
    ledgers = await asyncio.to_thread(read_ledgers, place.state / "mocks" / "ledger")
    lines = compare(case, ledgers)
    console.print(conclusion.certificates(case))
    console.print(conclusion.comparison(lines))
    console.print(conclusion.saved(report, measured_days(calendar, case)))
    gateway, mocks, state = place.gateway, place.admin.url, str(place.state)
    conclusion.places(console, case, gateway=gateway, mocks=mocks, state=state, stays=stays)
    missing = [line.verdict for line in lines if not line.agrees] + _unfinished(case)
    if missing:
        raise DemoFailed(missing, f"compare {place.state}/mocks/ledger with the case")


def _unfinished(case: Mapping[str, Any]) -> list[str]:
    """What a restaurant cannot open without."""
    missing = [
        f"{step['item']}: {step['state'].lower()}, no certificate"
        for step in case["steps"]
        if step["state"] != "GRANTED"
    ]
    return missing if case["state"] == "DONE" else [f"the case ended {case['state']}", *missing]


async def _stay(place: Town) -> None:
    """Until Ctrl-C, or until the gateway is gone."""
    _, gateway = place.processes
    await gateway.process.wait()
    failure = gateway.ended()
    if failure is not None:
        raise failure


def _summary(application: Application) -> str:
    lines = [
        f"已提交 submitted: {application.case} — 预填 filled in {application.prefilled}, "
        f"填写 typed {application.typed}, 上传 uploaded {application.uploaded}"
    ]
    for pledge in application.pledged:
        lines.append(f"  已承诺 pledged: {pledge['code']} {both(pledge['name'])}")
    for field in application.open_fields:
        lines.append(f"  未预填 left open: {field['key']} ({field['problem']['code']})")
    return "\n".join(lines)


def _first_day(calendar: WorkingCalendar, options: Options) -> date:
    start = options.start or options.today
    return start if calendar.is_working(start) else next(calendar.working_days_after(start))


def _make_anew(state: Path) -> None:
    """An empty folder for this run. A folder that is not a demo's is never emptied."""
    if state.exists() and any(state.iterdir()):
        if not (state / _MARK).exists():
            advice = "name an empty folder: onething demo --state DIR"
            raise DemoFailed([f"{state} holds files that are not a demo's"], advice)
        shutil.rmtree(state)
    state.mkdir(parents=True, exist_ok=True)
    (state / _MARK).touch()


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True, markup=False)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Being told to stop unwinds like any other end, so that nothing is left running."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
