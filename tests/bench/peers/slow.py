"""Departments that take 20 ms, at low load: what a gateway adds to the slowest of its calls.

Each query is measured for itself: the departments note when each of its questions came and its
reply left, on the clock of the bench. What they took is theirs, however late they were; the rest
is what was added, and its parts are known: until the last question came, and since the last reply
left. The floor is one call straight to a department over as many connections: what the loopback
and this process take.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from statistics import median
from typing import Final
from urllib.parse import urlsplit

import httpx

from tests.bench.peers.contenders import FIVE, FLOOR, LEAN, NODE, Up
from tests.bench.peers.load import Broken, Stretch, asked
from tests.bench.peers.measure import Pace, compared
from tests.bench.peers.progress import Tell
from tests.bench.peers.replies import uscc
from tests.bench.peers.sections import OURS, SECTIONS

TAKES_S = 0.02
CLIENTS = (1, 8)
WARM_S = 3.0
STRAIGHT = "straight to a department"
HEADS = (
    "system", "added p50 ms, 1 client", "added p99 ms, 1 client", "added p50 ms, 8 clients",
    "added p99 ms, 8 clients", "answers",
)  # fmt: skip
PARTS = ("slowest reply", "until the last question came", "since the last reply left")
PART_HEADS = ("system, 1 client", *(f"{part}, {q} ms" for part in PARTS for q in ("p50", "p99")))
_CASE = SECTIONS["case"]
_FROM = 30_000_000
_NO_PEERS: Final = frozenset({NODE, LEAN, FLOOR, FIVE})
_NUMBER = re.compile(rb"91310104(\d{8})XJ")

Times = Mapping[str, Sequence[tuple[float, float]]]
"""When each question that named a number came, and its reply left."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Of one stretch, in milliseconds: what was added, and its parts."""

    p50: float
    p99: float
    parts: Sequence[float] = ()  # p50 and p99 of each of PARTS


@dataclass(slots=True)
class Exchanges(Stretch):
    """Every query of a stretch with its number."""

    told: list[tuple[str, float, float]] = field(default_factory=list)

    def add(self, request: bytes, asked: float, answered: float) -> None:
        """One more query was answered."""
        found = _NUMBER.search(request)
        if found is not None:
            self.told.append((found[1].decode(), asked, answered))

    def latency(self, times: Times) -> Latency:
        """What was added to what the departments took, and where."""
        queries = [_parts(asked, answered, times.get(n, ())) for n, asked, answered in self.told]
        if not queries:
            raise Broken("no query was answered")
        columns = [sorted(column) for column in zip(*queries, strict=True)]
        p50, p99, *parts = [_quantile(c, share) for c in columns for share in (0.5, 0.99)]
        return Latency(p50, p99, parts)


def _parts(asked: float, answered: float, times: Sequence[tuple[float, float]]) -> Sequence[float]:
    """What was added to one query's slowest reply; that reply; and what stands before and after."""
    if not times:
        raise Broken("a query was answered without asking a department")
    slowest = max(left - came for came, left in times)
    until = max(came for came, _ in times) - asked
    since = answered - max(left for _, left in times)
    return (answered - asked - slowest, slowest, until, since)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


@dataclass(slots=True, kw_only=True)
class Waited:
    """One contender's latencies, by the number of clients."""

    contender: str
    by_clients: dict[int, list[Latency]] = field(default_factory=dict)
    equal: str = ""
    failed: str = ""

    def of(self, clients: int) -> Latency | None:
        """The medians over the rounds that are kept."""
        told = self.by_clients.get(clients)
        if not told:
            return None
        parts = [median(part) for part in zip(*(t.parts for t in told), strict=True)]
        return Latency(median(t.p50 for t in told), median(t.p99 for t in told), parts)


def expected_s(contenders: int, pace: Pace) -> float:
    """What it takes: in the first round one stretch of each, in the others also a warming."""
    kept = max(1, pace.rounds - 1)
    return (contenders + 1) * len(CLIENTS) * pace.rounds * pace.seconds + contenders * kept * WARM_S


async def waits(ups: Sequence[Up], departments: str, pace: Pace, tell: Tell) -> Sequence[Waited]:
    """The floor first, then every contender, in turn; of the first round nothing is kept."""
    compare = await compared(ups, _CASE)
    waited = {name: Waited(contender=name, equal=r.equal, failed=r.failed)
              for name, r in compare.items()}  # fmt: skip
    floor, numbers = Waited(contender=STRAIGHT), islice(count(_FROM), 1000, None)
    async with taking(departments, TAKES_S) as office:
        for turn, kept in pace.turns():
            await _turn(floor, _straight(departments), office, 0.0, pace, kept=kept)
            for index, up in enumerate(ups):
                share = (turn + index / len(ups)) / pace.rounds
                tell(f"round {turn + 1} of {pace.rounds}: {up.contender.name}", share)
                one, load = waited[up.contender.name], _Load(up.target.port, _asking(up, numbers))
                await _turn(one, load, office, WARM_S if kept else 0.0, pace, kept=kept)
    return [floor, *waited.values()]


@dataclass(frozen=True, slots=True)
class _Load:
    port: int
    requests: Iterator[bytes]

    async def over(self, clients: int, seconds: float) -> Exchanges:
        into = Exchanges()
        await asked(self.port, self.requests, seconds=seconds, connections=clients, into=into)
        return into


def _asking(up: Up, numbers: Iterator[int]) -> Iterator[bytes]:
    return up.target.requests(_CASE, up.contender.name, numbers)


def _straight(departments: str) -> _Load:
    where = urlsplit(departments)
    line = "GET /licences?uscc={} HTTP/1.1\r\nhost: " + where.netloc + "\r\n\r\n"
    return _Load(where.port or 80, (line.format(uscc(n)).encode() for n in count(_FROM)))


async def _turn(
    waited: Waited, load: _Load, office: "Office", warm_s: float, pace: Pace, *, kept: bool
) -> None:
    if waited.failed:
        return
    try:
        if warm_s:
            await load.over(CLIENTS[-1], warm_s)
        for clients in CLIENTS:
            await office.times()
            made = await load.over(clients, pace.seconds)
            latency = made.latency(await office.times())
            if kept:
                waited.by_clients.setdefault(clients, []).append(latency)
    except (OSError, Broken, httpx.HTTPError) as failed:
        waited.failed = str(failed) or type(failed).__name__


class Office:
    """The departments' own word on when they were asked and replied."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def times(self) -> Times:
        """Of every question since the last time."""
        times: Times = (await self._client.get("/__times")).json()
        return times


@asynccontextmanager
async def taking(departments: str, seconds: float) -> AsyncIterator[Office]:
    """Meanwhile the departments take so long to answer."""
    async with httpx.AsyncClient(trust_env=False, base_url=departments) as client:
        await client.get(f"/__takes?{seconds}")
        try:
            yield Office(client)
        finally:
            await client.get("/__takes?0")


def rows(waited: Sequence[Waited]) -> Sequence[Sequence[str]]:
    """The floor as it is, everybody else beyond it."""
    floor = next(w for w in waited if w.contender == STRAIGHT)
    return [_row(one, floor) for one in waited]


def _row(one: Waited, floor: Waited) -> Sequence[str]:
    if one.failed:
        return (one.contender, *["—"] * (len(HEADS) - 2), " ".join(one.failed.split())[:160])
    if one is floor:
        told = (f"({figure:.2f})" for clients in CLIENTS for figure in _both(one.of(clients)))
        return (one.contender, *told, "")
    equal = "" if one.contender == FIVE else one.equal
    return (one.contender, *(f"{figure:.2f}" for figure in added(one, floor)), equal)


def part_rows(waited: Sequence[Waited]) -> Sequence[Sequence[str]]:
    """Where the time of one client's queries went."""
    found = ((w.contender, w.of(CLIENTS[0])) for w in waited if not w.failed)
    return [
        (name, *(f"{part:.2f}" for part in latency.parts)) for name, latency in found if latency
    ]


def added(one: Waited, floor: Waited) -> Sequence[float]:
    """p50 and p99 beyond the floor's, by the number of clients."""
    pairs = ((one.of(clients), floor.of(clients)) for clients in CLIENTS)
    both = (zip(_both(mine), _both(least), strict=True) for mine, least in pairs)
    return [mine - least for pair in both for mine, least in pair]


def _both(latency: Latency | None) -> Sequence[float]:
    return (latency.p50, latency.p99) if latency else (float("nan"), float("nan"))


def figures(waited: Sequence[Waited]) -> dict[str, float]:
    """Those that goals are about."""
    known = {w.contender: w for w in waited if not w.failed and w.by_clients}
    floor, ours = known.pop(STRAIGHT, None), known.pop(OURS, None)
    if floor is None or ours is None:
        return {}
    p50, p99, of_eight, _ = added(ours, floor)
    peers = [added(one, floor)[2] for name, one in known.items() if name not in _NO_PEERS]
    found = {"slow, p50 of 1": p50, "slow, p99 of 1": p99}
    return found | ({"slow, p50 of 8 beside the best peer": of_eight / min(peers)} if peers else {})
