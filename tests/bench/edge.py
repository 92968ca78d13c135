"""`python -m tests.bench.edge [--only NAME --count N]`: a query from the ASGI call to its answer.

The whole application of the dev profile, called in this process as uvicorn calls it; no department
is asked, what they said is put into the memory beforehand. Microseconds of CPU a query, the least
and the median of seven rounds. With --only and --count nothing else runs than so many of one query:
for `perf stat -e instructions:u`, or a profiler.
"""

import argparse
import gc
import logging
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import structlog
import uvloop
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message

from gateway.app import Gateway
from gateway.declared import read_declared
from gateway.demo.applicant import operation
from gateway.demo.people import token_of
from gateway.federation.memory import Key
from gateway.settings import Settings, load_settings
from schema.domain.reading import Provenance, Reading
from tests.bench.case import QUERY

ROUNDS = 7
NOON = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
LONG = 1e9
READS = (
    ("market", "business_licence", "uscc"),
    ("housing", "property", "cert_no"),
    ("health", "health_certificates", "uscc"),
    ("construction", "building", "building_no"),
    ("planning", "parcel", "parcel_no"),
)
VALUES = {
    "text": "海风路 1 号", "integer": 3, "decimal": Decimal("186.50"), "boolean": True,
    "date": date(2026, 11, 26), "datetime": NOON,
}  # fmt: skip
CASE = {"uscc": "K", "cert": "K", "building": "K", "parcel": "K"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query as it is posted."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    token: bool = True


QUERIES: Mapping[str, Query] = {
    "typename": Query(text="{ __typename }"),
    "typename, nobody": Query(text="{ __typename }", token=False),
    "viewer": Query(text="{ viewer { subject roles } }"),
    "catalogue": Query(text=operation("one_thing"), variables={"id": "open_restaurant"}),
    "case, remembered": Query(text=QUERY, variables=CASE),
}


def remember(gateway: Gateway, settings: Settings) -> None:
    """Five readings a clerk has just had, each with every field."""
    memory = gateway._federation._memory
    infos = {info.id: info for info in read_declared(settings).infos}
    for department, register, lookup in READS:
        found = next(r for r in infos[department].registers if r.id == register)
        record = {field.name: VALUES[field.kind] for field in found.fields}
        provenance = Provenance(department=department, source=register, as_of=NOON)
        key = Key(department, register, lookup, "K", "person:demo-clerk|")
        memory.put(key, Reading(value=record, provenance=provenance), now=0.0, fresh_s=LONG,
                   known_s=LONG, mark=memory.mark)  # fmt: skip


class Caller:
    """Calls an application as a server does."""

    def __init__(self, app: ASGIApp, query: Query, token: str) -> None:
        self._app = app
        self._body = orjson.dumps({"query": query.text, "variables": query.variables})
        self._headers = [
            (b"host", b"127.0.0.1:8000"),
            (b"user-agent", b"bench/1"),
            (b"accept", b"application/json"),
            (b"accept-encoding", b"gzip"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self._body)).encode()),
        ]
        if query.token:
            self._headers.append((b"authorization", f"Bearer {token}".encode()))
        self.last: bytes = b""

    async def __call__(self) -> None:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": list(self._headers),
            "state": {},
        }
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": bytes(bytearray(self._body)), "more_body": False}

    async def _send(self, message: Message) -> None:
        self.last = message.get("body", b"")


async def cpu_us(call: Caller) -> tuple[float, float]:
    """Least and median microseconds of CPU a query."""
    rounds, count = [], 500
    for _ in range(ROUNDS):
        gc.collect()
        gc.freeze()  # as a gateway that serves has done
        began = time.process_time()
        for _ in range(count):
            await call()
        rounds.append((time.process_time() - began) / count * 1e6)
    return min(rounds), statistics.median(rounds)


async def run(only: str | None, count: int, show: bool) -> None:
    """Print the table, or call one query so many times."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"profile": "dev", "dev_folder": folder}, environ={})
        gateway = Gateway(settings, read_declared(settings))
        app = gateway.application()
        token = token_of(settings, "clerk", {})
        remember(gateway, settings)
        table = Table("query", "µs of CPU", "median", "bytes")
        for name, query in QUERIES.items():
            if only not in (None, name):
                continue
            call = Caller(app, query, token)
            for _ in range(20):
                await call()
            if show:
                print(call.last.decode())  # noqa: T201
            for _ in range(count):
                await call()
            if only is None:
                least, median = await cpu_us(call)
                table.add_row(name, f"{least:.1f}", f"{median:.1f}", str(len(call.last)))
        if only is None:
            Console().print(table)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(QUERIES))
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the answers")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(run(given.only, given.count, given.show))


if __name__ == "__main__":
    main()
