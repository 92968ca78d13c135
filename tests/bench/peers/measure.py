"""The measuring: each contender warmed, then measured, in turn; the first round is not kept."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx

from tests.bench.peers.contenders import OURS, Up
from tests.bench.peers.load import Broken, Stretch, asked
from tests.bench.peers.processes import used
from tests.bench.peers.sections import Section

_STARTED_WITHIN_S = 90.0
_COMPARED = 3  # queries whose answers are compared

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long and how hard."""

    seconds: float
    rounds: int
    warm_s: float
    connections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One contender's stretch."""

    rate: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    rss_mb: float
    calls: float  # of departments, a query


@dataclass(slots=True, kw_only=True)
class Result:
    """All of one contender in one section: its figures by round, and how its answers compare."""

    contender: str
    figures: list[Figures] = field(default_factory=list)
    equal: str = ""
    failed: str = ""


async def first_answer(up: Up, section: Section) -> Any:
    """The answer to the first query that gets one; Broken when none does within its time."""
    until = time.monotonic() + _STARTED_WITHIN_S
    last = "no answer"
    async with httpx.AsyncClient(trust_env=False, timeout=10.0) as client:
        while time.monotonic() < until:
            try:
                return await answer(client, up, section, next(section.numbers()))
            except (httpx.HTTPError, Broken) as failed:
                last = str(failed) or type(failed).__name__
                if not used(up.pid).rss_mb:
                    break
            await asyncio.sleep(0.02)
    raise Broken(f"does not start: {last[:300]}; its log: {_tail(up)}")


def _tail(up: Up) -> str:
    return up.log.read_text("utf-8", errors="replace")[-300:].strip() or "empty"


async def answer(client: httpx.AsyncClient, up: Up, section: Section, number: int) -> Any:
    """What a contender says to one query; Broken unless it is data without errors."""
    variables = section.variables(number)
    url = f"http://127.0.0.1:{up.target.port}{up.target.path}"
    body = {"query": section.document, "variables": variables}
    reply = await client.post(url, json=body, headers=dict(up.target.headers))
    if reply.status_code != httpx.codes.OK or "errors" in (told := reply.json()):
        raise Broken(f"status {reply.status_code}: {reply.text[:200]}")
    return told["data"]


async def compared(ups: Sequence[Up], section: Section) -> dict[str, Result]:
    """Whether everybody says what ours says, in every field asked for."""
    results: dict[str, Result] = {}
    ours: list[Any] = []
    numbers = list(islice(section.numbers(), _COMPARED))
    async with httpx.AsyncClient(trust_env=False, timeout=10.0) as client:
        for up in ups:
            name = up.contender.name
            results[name] = result = Result(contender=name)
            try:
                told = [await answer(client, up, section, number) for number in numbers]
            except (httpx.HTTPError, Broken) as failed:
                result.failed = str(failed) or type(failed).__name__
                continue
            ours = told if name == OURS else ours
            result.equal = next(differences(ours, told), "equal") if ours else "not compared"
    return results


def differences(ours: Any, theirs: Any, at: str = "") -> Iterator[str]:
    """Where two answers part, path by path."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(name), theirs.get(name), f"{at}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{at}[{index}]")
    elif ours != theirs:
        yield f"differs at {at}: {str(theirs)[:60]}"


async def calls_of(departments: str) -> int:
    """How many calls the departments have had."""
    async with httpx.AsyncClient(trust_env=False) as client:
        counted: Mapping[str, int] = (await client.get(f"{departments}/__calls")).json()
    return sum(counted.values())


async def stretch(
    up: Up, section: Section, numbers: Iterator[int], departments: str, pace: Pace
) -> Figures:
    """Warm it, then measure it; Broken when it fails meanwhile."""
    if pace.warm_s:
        await _load(up, section, numbers, pace, pace.warm_s)
    calls, before = await calls_of(departments), used(up.pid)
    made = await _load(up, section, numbers, pace, pace.seconds)
    after, called = used(up.pid), await calls_of(departments) - calls
    queries = len(made.latencies)
    return Figures(
        rate=made.rate,
        cpu_ms=(after.cpu_s - before.cpu_s) * 1000 / queries,
        p50_ms=made.quantile(0.5),
        p99_ms=made.quantile(0.99),
        rss_mb=after.rss_mb,
        calls=called / queries,
    )


async def _load(
    up: Up, section: Section, numbers: Iterator[int], pace: Pace, seconds: float
) -> Stretch:
    return await asked(up.target, section, numbers, seconds=seconds, connections=pace.connections)


async def rounds(
    ups: Sequence[Up], section: Section, departments: str, pace: Pace, tell: Tell
) -> Sequence[Result]:
    """Every contender in turn, several times; the first round is not kept."""
    results = await compared(ups, section)
    numbers = islice(section.numbers(), 1000, None)
    for turn in range(pace.rounds):
        for up in ups:
            result = results[up.contender.name]
            if result.failed:
                continue
            tell(f"{section.name}, round {turn + 1} of {pace.rounds}: {result.contender}")
            try:
                figures = await stretch(up, section, numbers, departments, pace)
            except (OSError, ZeroDivisionError, Broken) as failed:
                result.failed = str(failed) or type(failed).__name__
                continue
            if turn or pace.rounds == 1:
                result.figures.append(figures)
    return list(results.values())
