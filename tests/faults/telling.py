"""Callbacks on bad days: every letter that arrives is put before the adapter that ships."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError
from mocks.faults.table import KINDS, Kind, Stage
from schema.domain.filing import ItemStatus, Progress
from tests.faults.city import Mock, Place, city
from tests.faults.differences import ABSENT, differing
from tests.faults.matrix import endpoint_of, shipped
from tests.faults.questions import PATIENCE_S, Counter
from tests.faults.verdict import GOOD, Cell, Judged, Verdict, missed, of_fields

TELLING = tuple(kind for kind in KINDS.values() if kind.stage is Stage.TELLING)
_EVENT, _AT = "applicationStatusChanged", "market.callback"
_MORE = {"delay_s": 0.05}
_QUIET_S = 1.0  # after the last letter
_FALSE = frozenset({"forged", "unsigned", "tampered", "expired_callback", "garbled"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A callback as it arrived."""

    headers: Mapping[str, str]
    body: bytes


@asynccontextmanager
async def _ear() -> AsyncIterator[tuple[str, asyncio.Queue[Letter]]]:
    """Where the department calls back to, and what it said, whatever it is."""
    heard: asyncio.Queue[Letter] = asyncio.Queue()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        pairs = (line.partition(":") for line in head.split("\r\n")[1:] if line)
        headers = {name.lower(): text.strip() for name, _, text in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        heard.put_nowait(Letter(headers, body))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
    server.close()


@dataclass(slots=True)
class Telling:
    """A department that tells, and the adapter that hears."""

    mock: Mock
    adapter: DeclaredDepartment
    counter: Counter
    heard: asyncio.Queue[Letter]

    async def cell(self, kind: Kind) -> Cell:
        """Two filings are told on such a day; what the adapter believes is held to the ledger."""
        before = await self.mock.struck(kind.name)
        self.mock.spoil(kind.name, operation=_EVENT, **_MORE)
        for _ in range(2):
            question = await self.counter.question("file", 0)
            await question.ask(self.adapter, PATIENCE_S)
        outcomes = [self._believed(letter) for letter in await self._letters()]
        met = await self.mock.struck(kind.name) > before
        self.mock.good()
        found = self._judged(kind, outcomes)
        if found.verdict in GOOD and not met:
            found = missed(kind.name, _AT)
        return Cell(
            kind=kind.name, department="market", verb="callback", about=_EVENT,
            outcome=_named(outcomes), took_s=0.0, verdict=found.verdict, fields=found.fields,
            reason=found.reason,
        )  # fmt: skip

    async def _letters(self) -> list[Letter]:
        found = [await asyncio.wait_for(self.heard.get(), PATIENCE_S)]
        try:
            while True:
                found.append(await asyncio.wait_for(self.heard.get(), _QUIET_S))
        except TimeoutError:
            return found

    def _believed(self, letter: Letter) -> Any:
        try:
            return self.adapter.callback(letter.headers, letter.body, now=time.time())
        except Exception as error:  # what may come out of an adapter is the very thing examined
            return error

    def _judged(self, kind: Kind, outcomes: list[Any]) -> Judged:
        errors = [one for one in outcomes if isinstance(one, Exception)]
        if any(not isinstance(error, AdapterError) for error in errors):
            return Judged(Verdict.RAW)
        told = [row for one in outcomes if not isinstance(one, Exception) for row in one]
        wrong = {field for row in told for field in self._wrong(row)}
        if wrong:
            return of_fields(kind.name, _AT, wrong)
        if len({row.receipt for row in told}) < 2 or (kind.name in _FALSE and not errors):
            return Judged(Verdict.WRONG, (ABSENT,))
        return Judged(Verdict.TYPED if errors else Verdict.TRUE)

    def _wrong(self, row: Progress) -> frozenset[str]:
        """Where a row differs from what the ledger says of the filing; nobody's, by its number."""
        filed = {entry["receipt"]: entry for entry in self.mock.deeds()}
        if (entry := filed.get(row.receipt)) is None:
            return frozenset({"receipt"})
        at = datetime.fromisoformat(entry["at"])
        true = replace(row, status=ItemStatus.RECEIVED, at=at, reference=entry["reference"])
        return differing(row, true)


def _named(outcomes: list[Any]) -> str:
    errors = [type(one).__name__ for one in outcomes if isinstance(one, Exception)]
    return errors[0] if errors else "value"


@asynccontextmanager
async def telling(state: Path) -> AsyncIterator[Telling]:
    """A department that tells us of every change, on good days and bad."""
    async with _ear() as (url, heard):
        place = Place(key="telling", department="market", callbacks=url)
        async with city(state, [place]) as mocks:
            mock = mocks["telling"]
            adapter = shipped({"market": endpoint_of(mock, PATIENCE_S)})["market"]
            yield Telling(mock, adapter, Counter("market", mock, adapter), heard)
            await adapter.aclose()
