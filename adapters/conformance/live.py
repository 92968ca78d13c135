"""Gold: the real system, asked with the keys of the examples and, where allowed, filed with."""

import asyncio
import math
import os
import secrets
import string
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.calls import Rim
from adapters.conformance.bench import tried
from adapters.conformance.examples import Json
from adapters.conformance.subject import Live, Subject
from adapters.conformance.table import Result, failed, judged, not_applicable, passed, skipped
from adapters.department import DeclaredDepartment
from schema.domain.department import Repeats

NO_SYSTEM = "needs a real system: name one with --against URL"
NO_WRITES = "would make real filings: allow it with --writes"
CALLS = 20
_MOST_OF_TIMEOUT = 0.8  # of the time-out may the slowest call in a hundred take
_SLACK_S = 1.0
_BLIND = "it is declared blind: a second filing could not be told from the first"
_EVERY_S = 0.2
_ANSWERS = ("Refused",)
Then = Callable[[Subject, DeclaredDepartment, Json, str], Awaitable[str | None]]
"""What is done with a filing just made, its example and number; what was wrong, or None."""
_ASKING = ("read", "verify", "find_filing", "progress", "changes")


def live_rim() -> Rim:
    """The rim of a gateway in service: real time, ids never given twice."""
    return Rim(now=time.time, new_id=lambda: uuid.uuid4().hex, nonce=lambda: os.urandom(16))


def _questions(subject: Subject, calls: tuple[str, ...]) -> list[tuple[str, Json]]:
    """Recorded calls that change nothing and were answered."""
    return [
        (name, example)
        for name, example in subject.examples.items()
        if example["call"] in calls and "gives" in example
    ]


async def live_reads(subject: Subject) -> Result:
    """Look-ups and verifications are answered within the contract."""
    if subject.live is None:
        return skipped(NO_SYSTEM)
    asked = _questions(subject, ("read", "verify"))
    if not asked:
        return not_applicable("it has neither registers nor verifications")
    faults = []
    async with subject.alive(subject.live) as department:
        for name, example in asked:
            fault = _amiss(example, await tried(department, example))
            faults += [f"{name}: {fault}"] if fault else []
    return judged(faults, f"{len(asked)} look-ups answered within the contract")


def _amiss(example: Json, found: Json) -> str | None:
    """What is wrong with what a real system gave where the example was answered."""
    if "fails" in found:
        fails: str = found["fails"]
        return None if fails.startswith(_ANSWERS) else fails
    if example["call"] != "read":
        return None
    lost = [key for key, record in example["gives"].items() if record and not found["gives"][key]]
    return f"no record under {len(lost)} key(s) that had one when it was recorded" if lost else None


async def live_timings(subject: Subject) -> Result:
    """Answers come well within the declared time-out."""
    if subject.live is None:
        return skipped(NO_SYSTEM)
    asked = [e for call in _ASKING for _, e in _questions(subject, (call,))]
    if not asked:
        return skipped("no example shows a call that changes nothing")
    limits = subject.manifest.limits
    took, silent = await _timed(subject, subject.live, asked[0], 1 / max(1.0, limits.rate_per_s))
    p50, p99 = (took[math.ceil(len(took) * share) - 1] for share in (0.5, 0.99))
    said = (
        f"{CALLS} × {asked[0]['call']}: p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms, "
        f"{silent} unanswered (declared {limits.timeout_s:g} s)"
    )
    good = not silent and p99 <= _MOST_OF_TIMEOUT * limits.timeout_s
    return passed(said) if good else failed(said)


async def _timed(
    subject: Subject, live: Live, example: Json, pause_s: float
) -> tuple[list[float], int]:
    """Seconds of each call, the shortest first, and how many had no answer."""
    loop, took, silent = asyncio.get_running_loop(), [], 0
    async with subject.alive(live) as department:
        await tried(department, example)  # connects, and fetches a token
        for _ in range(CALLS):
            began = loop.time()
            found = await tried(department, example)
            took.append(loop.time() - began)
            silent += _amiss(example, found) is not None
            await asyncio.sleep(pause_s)
    return sorted(took), silent


# with real filings


def _fresh(subject: Subject, rim: Rim) -> Iterator[Json]:
    """One recorded filing per service, under a reference nobody has used."""
    seen: set[str] = set()
    for _, example in _questions(subject, ("file",)):
        told = example["arguments"]
        if told["service"] not in seen:
            seen.add(told["service"])
            yield {**example, "arguments": _anew(told, rim)}


def _anew(told: Json, rim: Rim) -> Json:
    letters = "".join(secrets.choice(string.ascii_uppercase) for _ in range(8))
    day, _, tail = told["case"].partition("-")
    case = f"{day}-{letters}{tail[8:]}"
    now = datetime.fromtimestamp(rim.now(), ZoneInfo("Asia/Shanghai")).replace(microsecond=0)
    return {
        **told,
        "case": case,
        "reference": told["reference"].replace(told["case"], case),
        "submitted_at": {"datetime": now.isoformat()},
    }


@asynccontextmanager
async def _writing(subject: Subject) -> AsyncIterator[tuple[DeclaredDepartment | None, Result]]:
    """The real department to file with; or None, and what to say instead."""
    if not subject.manifest.services:
        yield None, not_applicable("it takes no filings")
    elif subject.live is None:
        yield None, skipped(NO_SYSTEM)
    elif not subject.live.writes:
        yield None, skipped(NO_WRITES)
    else:
        async with subject.alive(subject.live) as department:
            yield department, passed("")


async def live_filing(subject: Subject) -> Result:
    """A filing sent twice, or looked up, is one filing."""
    if subject.manifest.services and subject.manifest.repeats is Repeats.BLIND:
        return skipped(_BLIND)
    faults, count = [], 0
    async with _writing(subject) as (department, instead):
        if department is None or subject.live is None:
            return instead
        for example in _fresh(subject, subject.live.rim):
            count += 1
            fault = await _once(subject, department, example)
            faults += [f"{example['arguments']['service']}: {fault}"] if fault else []
    return judged(faults, f"{count} filing(s), each there once{_left(subject)}")


async def _once(subject: Subject, department: DeclaredDepartment, example: Json) -> str | None:
    first = await tried(department, example)
    if "fails" in first:
        return f"the filing {first['fails']}"
    number = first["gives"]["number"]
    fault = await _repeated(subject, department, example, number)
    back = await _taken_back(subject, department, example, number)
    return fault or back


async def _repeated(
    subject: Subject, department: DeclaredDepartment, example: Json, number: str
) -> str | None:
    told = example["arguments"]
    if subject.manifest.repeats is Repeats.KEY:
        again = await tried(department, example)
        same = again.get("gives", {}).get("number") == number
        return None if same else "sent again, it gives another receipt"
    ask = {"reference": told["reference"], "service": told["service"]}
    look = {"call": "find_filing", "arguments": ask}
    lag = subject.manifest.limits.lookup_lag_s
    found = await _until(department, look, lag + _SLACK_S, bool)
    numbers = [one["number"] for one in found.get("gives", ())]
    return None if numbers == [number] else f"within {lag:g} s it is found {len(numbers)} times"


async def _until(
    department: DeclaredDepartment, look: Json, within_s: float, enough: Callable[[Json], bool]
) -> dict[str, Json]:
    """What the call gives once it is enough, or when the time is over."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while True:
        found = await tried(department, look)
        if ("gives" in found and enough(found["gives"])) or loop.time() >= end:
            return found
        await asyncio.sleep(_EVERY_S)


async def live_progress(subject: Subject) -> Result:
    """Where a filing just made stands can be asked."""
    if subject.manifest.services and not _with_verb(subject, "progress"):
        return not_applicable("it is not asked where a filing stands; it tells")
    return await _after_filing(subject, "progress", _followed)


async def live_withdraw(subject: Subject) -> Result:
    """A filing just made can be taken back, and taking it back again counts as done."""
    if subject.manifest.services and not _with_verb(subject, "withdraw"):
        return not_applicable("nothing can be withdrawn; filings_can_be_taken_back tells of that")
    return await _after_filing(subject, "withdraw", _withdrawn)


def _with_verb(subject: Subject, verb: str) -> set[str]:
    return {name for name, verbs in subject.manifest.services.items() if verb in verbs}


async def _after_filing(subject: Subject, verb: str, then: Then) -> Result:
    faults: list[str] = []
    count = 0
    async with _writing(subject) as (department, instead):
        if department is None or subject.live is None:
            return instead
        for example in _fresh(subject, subject.live.rim):
            service = example["arguments"]["service"]
            if service not in _with_verb(subject, verb):
                continue
            count += 1
            filed = await tried(department, example)
            fault = (
                f"the filing {filed['fails']}"
                if "fails" in filed
                else await then(subject, department, example, filed["gives"]["number"])
            )
            faults += [f"{service}: {fault}"] if fault else []
    return judged(faults, f"{verb} of {count} filing(s) just made{_left(subject)}")


async def _followed(
    subject: Subject, department: DeclaredDepartment, example: Json, number: str
) -> str | None:
    ask = {"receipts": [number], "service": example["arguments"]["service"]}
    look = {"call": "progress", "arguments": ask}
    lag = subject.manifest.limits.lookup_lag_s
    found = await _until(department, look, lag + _SLACK_S, lambda gives: bool(gives.get(number)))
    back = await _taken_back(subject, department, example, number)
    there = isinstance(found.get("gives", {}).get(number), dict)
    return back if there else f"its progress {found.get('fails', 'is not known')}"


async def _withdrawn(
    subject: Subject, department: DeclaredDepartment, example: Json, number: str
) -> str | None:
    for turn in ("first", "second"):
        found = await tried(department, _withdrawal(example, number))
        if "fails" in found:
            return f"the {turn} withdrawal {found['fails']}"
    return None


def _withdrawal(example: Json, number: str) -> Json:
    told = example["arguments"]
    ask = {
        "reference": told["reference"].replace(":file:", ":withdraw:"),
        "receipt": number,
        "service": told["service"],
        "reason": "联调测试，请予撤回",
    }
    return {"call": "withdraw", "arguments": ask}


async def _taken_back(
    subject: Subject, department: DeclaredDepartment, example: Json, number: str
) -> str | None:
    """Take a trial filing back; what to tell its department when that cannot be done."""
    if example["arguments"]["service"] not in _with_verb(subject, "withdraw"):
        return None
    found = await tried(department, _withdrawal(example, number))
    return f"the trial filing {number} stays there: {found['fails']}" if "fails" in found else None


def _left(subject: Subject) -> str:
    """What stays at the department after the trial."""
    kept = set(subject.manifest.services) - _with_verb(subject, "withdraw")
    return f"; trial filings of {', '.join(sorted(kept))} stay there" if kept else "; taken back"
