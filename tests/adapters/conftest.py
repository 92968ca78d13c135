"""Departments of our own making, and a line to them that says exactly the bytes a test wants."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.calls import Rim
from adapters.department import DeclaredDepartment
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from schema.domain.filing import Applicant, Filing, MaterialRef

CONTRACTS = Path(__file__).parent / "contracts"
CREDENTIALS = {"user": "onething", "password": "secret", "callback_secret": "bell"}

Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Counter:
    """A department's counter on loopback: keeps what it was sent, does what it is told."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(
        self,
        body: bytes | str,
        *,
        status: int = 200,
        kind: str = "text/xml",
        headers: str = "",
    ) -> None:
        """Queue one reply."""
        data = body.encode() if isinstance(body, str) else body
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n"
        whole = f"{head}{headers}\r\n".encode() + data

        async def act(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(whole)

        self.acts.append(act)

    def _deaf(self, writer: asyncio.StreamWriter) -> bool:
        """Whether it hangs up now, without a look at what it is sent."""
        if not self.acts or not getattr(self.acts[0], "deaf", False):
            return False
        self.acts.pop(0)
        writer.transport.abort()
        return True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not self._deaf(writer):
                head = await reader.readuntil(b"\r\n\r\n")
                if not self.acts or self._deaf(writer):
                    return
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-length:")
                    ),
                    0,
                )
                self.heard.append(head + await reader.readexactly(length))
                await self.acts.pop(0)(reader, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    counter = Counter()
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(counter.serve(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    counter.port = server.sockets[0].getsockname()[1]
    yield counter
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def place(name: str, folder: Path, change: Callable[[str], str] = str) -> Path:
    """A copy of one of our contracts, its manifest changed and its contract pinned."""
    target = folder / name
    shutil.copytree(CONTRACTS / name, target)
    contract = next((target / "contract").iterdir())
    digest = hashlib.sha256(contract.read_bytes()).hexdigest()
    manifest = target / FILE
    text = manifest.read_text(encoding="utf-8").replace("@SHA256@", digest)
    manifest.write_text(change(text), encoding="utf-8")
    return target


RIM = Rim(
    now=lambda: 1_732_000_000.0,
    new_id=lambda: "call-1",
    nonce=lambda: b"0123456789abcdef",
    trace=lambda: {"traceparent": "00-aa-bb-01"},
)


def made(folder: Path, url: str) -> tuple[DeclaredDepartment | None, list[str]]:
    """The department of this folder, or its findings."""
    findings = Findings(FILE)
    manifest = read_manifest(folder, findings)
    if manifest is None:
        return None, [str(f) for f in findings.items]
    endpoint = Endpoint(url=url, credentials=CREDENTIALS)
    return build(manifest, endpoint, RIM, findings), [str(f) for f in findings.items]


async def _department(name: str, folder: Path, url: str) -> AsyncIterator[DeclaredDepartment]:
    department, findings = made(place(name, folder), url)
    assert department is not None, findings
    yield department
    await department.aclose()


@pytest.fixture
async def permits(tmp_path: Path, counter: Counter) -> AsyncIterator[DeclaredDepartment]:
    async for department in _department("permits", tmp_path, counter.url):
        yield department


@pytest.fixture
async def records(tmp_path: Path, counter: Counter) -> AsyncIterator[DeclaredDepartment]:
    async for department in _department("records", tmp_path, counter.url):
        yield department


@pytest.fixture
def filing() -> Filing:
    return filing_with()


def filing_with(**answers: Any) -> Filing:
    """A filing of the service `shop`."""
    return Filing(
        reference="c-1:B:file:1",
        case="c-1",
        item="B",
        service="shop",
        answers={
            "shopName": "小满 <&>",
            "usableArea": Decimal("186.555"),
            "diningSeats": 12,
            **answers,
        },
        applicant=Applicant(name="小满", identifier="9131"),
        materials=(
            MaterialRef(code="B8", name="布局图", sha256="0" * 64, size=3, media_type="image/png"),
        ),
        submitted_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
    )
