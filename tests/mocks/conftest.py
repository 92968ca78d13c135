"""Four REST departments as real processes, and a caller who holds every answer to its contract."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from mocks.core.contract import Contract
from mocks.core.kit import CONTRACTS

REST = ("housing", "market", "fire", "health")
PATIENCE_S = 15.0
_STARTS_WITHIN_S = 50.0  # nine interpreters begin at once, perhaps on a busy machine
OPENING = "2026-09-21T09:00:00+08:00"  # a Monday, the week before a long holiday
_PATTERNS = {
    r"^\d{17}[\dX]$": "310101197404133341",
    "^[0-9a-f]{64}$": "0" * 64,
    r"^\d{8}$": "20260921",
    r"^\d{14}$": "20260921090000",
    r"^\d{6}$": "310104",
    r"^-?\d+(\.\d+)?$": "12.50",
}
_BY_TYPE: dict[str, Any] = {"integer": 3, "number": 3.5, "boolean": True, "string": "文字"}
_BY_FORMAT = {"date": "2026-09-21", "date-time": "2026-09-21T09:00:00+08:00"}


def until(fact: Callable[[], Any], what: str, *, within_s: float = PATIENCE_S) -> Any:
    """The fact, once it is true; fails when it does not become so."""
    pause = threading.Event()
    for _ in range(int(within_s / 0.02)):
        if found := fact():
            return found
        pause.wait(0.02)
    raise AssertionError(f"still not: {what}")


def sample(contract: Contract, node: Any) -> Any:
    """A value that satisfies a schema: its own example, or the plainest of its type."""
    schema = contract.resolve(node)
    if "example" in schema or "examples" in schema:
        return schema["example"] if "example" in schema else schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if kinds[0] == "object":
        return {name: sample(contract, inner) for name, inner in schema["properties"].items()}
    if kinds[0] == "array":
        return [sample(contract, schema["items"])]
    if pattern := schema.get("pattern"):
        return _PATTERNS[pattern]
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE[kinds[0]])


@dataclass(slots=True, kw_only=True)
class Caller:
    """Calls operations of one department by their id; an answer against the contract fails."""

    base: str
    contract: Contract
    client: httpx.Client
    headers: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[str, int]] = field(default_factory=set)

    def call(
        self,
        operation: str,
        body: Any = None,
        *,
        path: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> httpx.Response:
        """One answer, checked."""
        spec = self.contract.operations[operation]
        reply = self.client.request(
            spec.method,
            self.base + spec.path.format(**(path or {})),
            json=body,
            params=query,
            headers={**self.headers, **(headers or {})},
        )
        kind = reply.headers.get("content-type", "").partition(";")[0]
        content = reply.json() if reply.content else None
        assert self.contract.reply_faults(operation, reply.status_code, kind, content) == []
        self.seen.add((operation, reply.status_code))
        return reply

    def body(self, operation: str, **changes: Any) -> dict[str, Any]:
        """A right request body, every field filled, with these members replaced."""
        (media,) = self.contract.operations[operation].spec["requestBody"]["content"].values()
        made = sample(self.contract, media["schema"])
        assert self.contract.request_faults(operation, {**made, **changes}) == []
        return {**made, **changes}

    def declared(self) -> set[tuple[str, int]]:
        """Every answer the contract knows."""
        operations = self.contract.operations.values()
        return {(op.id, int(code)) for op in operations for code in op.spec["responses"]}


@dataclass(slots=True, kw_only=True)
class World:
    """Departments that are up, and their controls."""

    admin: str
    state: Path
    process: subprocess.Popen[bytes]
    ports: dict[str, Any]
    client: httpx.Client

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The parent's answer."""
        reply = self.client.request(method, f"{self.admin}/__admin/{path}", json=body)
        reply.raise_for_status()
        return reply.json() if reply.content else None

    def until(self, fact: Callable[[], Any], what: str) -> Any:
        """The fact, once it is true."""
        return until(fact, what)

    def advance(self, **by: float) -> Any:
        """Move the clock on."""
        return self.ask("POST", "clock", {"advance": by})

    def faults(self, **rules: list[dict[str, Any]]) -> None:
        """Replace the rules of all departments."""
        self.ask("PUT", "faults", rules)

    def ledger(self, department: str) -> list[dict[str, Any]]:
        """What is on the disk."""
        path = self.state / "ledger" / f"{department}.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    def caller(self, department: str) -> Caller:
        """Somebody who calls this department, without credentials yet."""
        contract = Contract.of(CONTRACTS / department / "contract")
        return Caller(base=self.ports[department]["url"], contract=contract, client=self.client)


def start_world(
    state: Path,
    *departments: str,
    callback_base: str | None = None,
    workers: int = 1,
    within_s: float = _STARTS_WITHIN_S,
    complaints: IO[bytes] | None = None,
) -> World:
    """Start these departments on free ports and wait until all of them listen.

    Nothing is left running when they do not, in time. What it complains of goes where a test's
    own words go, or there.
    """
    command = [sys.executable, "-m", "mocks", "serve", "--port-base", "0", "--state", str(state)]
    command += ["--only", ",".join(departments), "--workers", str(workers)]
    if callback_base:
        command += ["--callback-base", callback_base]
    process = subprocess.Popen(  # noqa: S603 - our own
        command, stdout=subprocess.DEVNULL, stderr=complaints, start_new_session=True
    )
    try:
        until(lambda: _listed(state, process), "ports.json", within_s=within_s)
        ports = json.loads((state / "ports.json").read_text("utf-8"))
        admin = ports.pop("admin")["url"]
        until(lambda: _answers(f"{admin}/__admin/clock"), "the controls answer")
        world = World(admin=admin, state=state, process=process, ports=ports, client=_client())
        world.ask("POST", "clock", {"now": OPENING})
    except BaseException:
        end(process)
        raise
    return world


def _listed(state: Path, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, f"the fleet ended with {process.returncode}"
    return (state / "ports.json").exists()


def _client() -> httpx.Client:
    one_call_one_line = httpx.Limits(max_keepalive_connections=0)
    # plain HTTP on loopback: loading certificates would only cost time
    return httpx.Client(
        trust_env=False,
        verify=False,  # noqa: S501
        timeout=15,
        limits=one_call_one_line,
    )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, verify=False).is_success  # noqa: S501
    except httpx.HTTPError:
        return False


def end(process: subprocess.Popen[bytes]) -> int:
    """End a fleet as an operator does; its exit code. One that does not end is killed."""
    process.terminate()
    try:
        return process.wait(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the departments it started are its group
        process.wait()
        raise


def stop_world(world: World) -> int:
    """End the parent as an operator does; its exit code."""
    world.client.close()
    return end(world.process)


@dataclass(slots=True, kw_only=True)
class Listener:
    """Where callbacks arrive; `failing` answers 503 to so many of them first."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    failing: int = 0


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener on a free port."""
    kept = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.heard.append(({**{k.lower(): v for k, v in self.headers.items()}}, body))
            kept.failing, bad = max(0, kept.failing - 1), kept.failing > 0
            self.send_response(503 if bad else 204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """Where the shared world calls back to."""
    with listening() as kept:
        yield kept


@pytest.fixture
def own_listener() -> Iterator[Listener]:
    """Where nobody else calls back to."""
    with listening() as kept:
        yield kept


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[World]:
    """The four REST departments, once for all modules."""
    state = tmp_path_factory.mktemp("mocks")
    world = start_world(state, *REST, callback_base=listener.url)
    yield world
    stop_world(world)


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The four departments on a good day."""
    shared_world.faults()
    yield shared_world
    shared_world.faults()


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A world to end: one department."""
    world = start_world(tmp_path, "health")
    yield world
    stop_world(world)


@pytest.fixture(scope="session")
def fire_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One department, once for all who empty it."""
    world = start_world(tmp_path_factory.mktemp("fire"), "fire")
    yield world
    stop_world(world)


@pytest.fixture
def own_fire(fire_alone: World) -> World:
    """A world to stop and to empty: one department, up, empty, on a good day in the morning."""
    fire_alone.faults()
    fire_alone.ask("POST", "departments/fire/start")
    fire_alone.ask("POST", "reset")
    fire_alone.ask("POST", "clock", {"now": OPENING, "rate": 0})
    return fire_alone
