"""The days go by: jump to the next thing due, wait until the gateway shows it, draw, repeat."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from gateway.demo.applicant import Applicant
from gateway.demo.board import Board
from gateway.demo.failure import DemoFailed
from gateway.demo.ledgers import behind, read_ledgers
from gateway.demo.mock_admin import MockAdmin
from gateway.demo.processes import Running
from schema.domain.calendar import SHANGHAI, WorkingCalendar, local_day

_ENDED = frozenset({"DONE", "REFUSED", "WITHDRAWN"})
_OPENING = time(9, 0, 5, tzinfo=SHANGHAI)
_ISSUING_S = 4.0  # real seconds; the gateway looks for what is due every second
_LONGEST_CASE = 60  # jumps; the restaurant takes fewer than twenty


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is needed to follow one case."""

    applicant: Applicant
    admin: MockAdmin
    board: Board
    calendar: WorkingCalendar
    ledgers: Path
    processes: Sequence[Running]
    patience_s: float


async def follow(watch: Watch, case_id: str) -> Mapping[str, Any]:
    """The case once it has ended; DemoFailed when it stands still."""
    for _ in range(_LONGEST_CASE):
        case = await _caught_up(watch, case_id)
        if case["state"] in _ENDED:
            return case
        await _next_moment(watch)
        if case["state"] == "ISSUING":
            await _issued(watch, case_id)
    raise DemoFailed([f"{case_id}: not ended after {_LONGEST_CASE} jumps"], "look at the board")


async def _caught_up(watch: Watch, case_id: str) -> Mapping[str, Any]:
    """The case as soon as it shows everything the departments have done by now."""
    loop = asyncio.get_running_loop()
    end = loop.time() + watch.patience_s
    while True:
        now = await watch.admin.now()
        case = await _look(watch, case_id)
        ledgers = await asyncio.to_thread(read_ledgers, watch.ledgers)
        missing = behind(case, ledgers, watch.calendar, now)
        hint = _down(await watch.admin.state())
        watch.board.show(case, now, _day(watch.calendar, case, now), hint)
        if not missing or case["state"] in _ENDED:
            return case
        _fail_if_ended(watch.processes)
        if loop.time() > end:
            raise DemoFailed([*missing, hint] if hint else missing, "look at the gateway's log")
        await asyncio.sleep(0.1)


async def _look(watch: Watch, case_id: str) -> Mapping[str, Any]:
    case = (await watch.applicant.ask("case_board", id=case_id))["case"]
    if case is None:
        raise DemoFailed([f"{case_id}: the gateway does not know this case"], "look at its log")
    found: Mapping[str, Any] = case
    return found


async def _next_moment(watch: Watch) -> None:
    state = await watch.admin.state()
    due = state.get("nextDueAt")
    if due is None:
        # Departments are done; what is left (issuing) waits for a working day of our own.
        tomorrow = watch.calendar.add_working_days(local_day(await watch.admin.now()), 1)
        await watch.admin.set_clock(datetime.combine(tomorrow, _OPENING))
        return
    moment = datetime.fromisoformat(due)
    if moment > await watch.admin.now():
        await watch.admin.set_clock(moment)


async def _issued(watch: Watch, case_id: str) -> None:
    """Give the gateway time to hand the certificates over, if that is due on this new day."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _ISSUING_S
    while loop.time() < end:
        if (await _look(watch, case_id))["state"] in _ENDED:
            return
        await asyncio.sleep(0.1)


def _day(calendar: WorkingCalendar, case: Mapping[str, Any], now: datetime) -> int:
    submitted = local_day(datetime.fromisoformat(case["submittedAt"]))
    until = local_day(datetime.fromisoformat(case["doneAt"]) if case["doneAt"] else now)
    return calendar.working_days_between(submitted, until)


def measured_days(calendar: WorkingCalendar, case: Mapping[str, Any]) -> int:
    """Working days from submission to the end of a case that has ended."""
    return _day(calendar, case, datetime.fromisoformat(case["doneAt"]))


def _down(state: Mapping[str, Any]) -> str:
    departments = state["departments"]
    down = [name for name, department in sorted(departments.items()) if not department["up"]]
    return f"无应答 not answering: {', '.join(down)}" if down else ""


def _fail_if_ended(processes: Sequence[Running]) -> None:
    for process in processes:
        failure = process.ended()
        if failure is not None:
            raise failure
