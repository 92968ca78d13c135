"""The measuring: each contender warmed, then measured, in turn; the first round is not kept."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx

from tests.bench.peers.contenders import Up
from tests.bench.peers.load import Broken, Stretch, asked
from tests.bench.peers.processes import held, used
from tests.bench.peers.progress import Tell
from tests.bench.peers.sections import OURS, Section

_STARTED_WITHIN_S = 90.0
_ANSWERED_WITHIN_S = 30.0
_COMPARED = 3  # queries whose answers are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long and how hard."""

    seconds: float
    rounds: int
    warm_s: float
    connections: int

    def turns(self) -> Iterator[tuple[int, bool]]:
        """Every round, and whether its figures are kept: of the first they are not."""
        yield from ((turn, turn > 0 or self.rounds == 1) for turn in range(self.rounds))

    def warm_of(self, section: Section) -> float:
        """Seconds of load before a stretch of it."""
        return self.warm_s if section.warm_s is None else min(self.warm_s, section.warm_s)

    def section_s(self, section: Section) -> float:
        """What all rounds of one contender take."""
        kept = max(1, self.rounds - 1)
        return self.rounds * self.seconds + kept * self.warm_of(section)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One contender's stretch."""

    rate: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    rss_mb: float
    calls: float  # of departments, a query
    pss_mb: float = 0.0
    uss_mb: float = 0.0


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
    async with _client() as client:
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


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, timeout=_ANSWERED_WITHIN_S)


async def answer(client: httpx.AsyncClient, up: Up, section: Section, number: int) -> Any:
    """What a contender says to one query; Broken unless it is data without errors."""
    url = f"http://127.0.0.1:{up.target.port}{up.target.path}"
    document = section.document_of(up.contender.name)
    body = {"query": document, "variables": section.variables(number)}
    reply = await client.post(url, json=body, headers=up.target.headers_for(section))
    if reply.status_code != httpx.codes.OK or "errors" in (told := reply.json()):
        raise Broken(f"status {reply.status_code}: {reply.text[:200]}")
    return told["data"]


async def answers(up: Up, section: Section, count: int) -> list[Any]:
    """What a contender says to the first queries of a section."""
    async with _client() as client:
        numbers = islice(section.numbers(), count)
        return [await answer(client, up, section, number) for number in numbers]


async def compared(ups: Sequence[Up], section: Section) -> dict[str, Result]:
    """Whether everybody says what ours says, in every field asked for."""
    results: dict[str, Result] = {}
    ours: list[Any] = []
    for up in ups:
        name = up.contender.name
        results[name] = result = Result(contender=name)
        try:
            told = await answers(up, section, _COMPARED)
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
    """One stretch of load; Broken when the contender fails meanwhile."""
    calls, before = await calls_of(departments), used(up.pid)
    made = await load(up, section, numbers, pace, pace.seconds)
    after, called = used(up.pid), await calls_of(departments) - calls
    queries, memory = len(made.latencies), held(up.pid)
    return Figures(
        rate=made.rate,
        cpu_ms=(after.cpu_s - before.cpu_s) * 1000 / queries,
        p50_ms=made.quantile(0.5),
        p99_ms=made.quantile(0.99),
        rss_mb=memory.rss,
        calls=called / queries,
        pss_mb=memory.pss,
        uss_mb=memory.uss,
    )


async def load(
    up: Up, section: Section, numbers: Iterator[int], pace: Pace, seconds: float
) -> Stretch:
    """Queries of one section without pause."""
    requests = up.target.requests(section, up.contender.name, numbers)
    connections = section.connections or pace.connections
    return await asked(up.target.port, requests, seconds=seconds, connections=connections)


async def rounds(
    ups: Sequence[Up], section: Section, departments: str, pace: Pace, tell: Tell
) -> Sequence[Result]:
    """Every contender in turn, several times; the first round, without its warming, is not kept."""
    results = await compared(ups, section)
    numbers = islice(section.numbers(), 1000, None)
    for turn, kept in pace.turns():
        for index, up in enumerate(ups):
            result = results[up.contender.name]
            if result.failed:
                continue
            share = (turn + index / len(ups)) / pace.rounds
            tell(f"round {turn + 1} of {pace.rounds}: {result.contender}", share)
            try:
                if kept and (warm_s := pace.warm_of(section)):
                    await load(up, section, numbers, pace, warm_s)
                figures = await stretch(up, section, numbers, departments, pace)
            except (OSError, ZeroDivisionError, Broken) as failed:
                result.failed = str(failed) or type(failed).__name__
                continue
            if kept:
                result.figures.append(figures)
    return list(results.values())
