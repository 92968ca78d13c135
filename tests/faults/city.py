"""The mock departments in one process of their own, each on a thread, a port and a state folder.

`python -m tests.faults.city STATE KEY=DEPARTMENT[@CALLBACKS] …` prints the ports as JSON, answers
each line that is a key with how often each kind struck there, and among how many places of a reply
it chose, and ends when its input ends.
Everything that makes bad days costs its memory and time there, not here.
"""

import asyncio
import json
import socket
import sys
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from mocks.core.clock import VirtualClock, write_atomically
from mocks.core.kit import Kit, assemble, department_module
from mocks.faults.line import lent
from tests.adapters.test_departments_speak import START

_TICK_S = 0.05
_LOOK_EVERY_S = 0.01
DEEDS = frozenset({"filing", "supplement", "withdrawal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One mock: `key` names it among the others."""

    key: str
    department: str
    callbacks: str | None = None

    def told(self) -> str:
        """As an argument of the command."""
        at = f"@{self.callbacks}" if self.callbacks else ""
        return f"{self.key}={self.department}{at}"


class Mock:
    """A running department, as who orders its bad days sees it."""

    def __init__(self, place: Place, folder: Path, port: int, look: "_Look") -> None:
        self.department, self._key = place.department, place.key
        self.url = f"http://127.0.0.1:{port}"
        self.clock = VirtualClock(folder / "clock.json")
        self._faults = folder / "faults.json"
        self._ledger = folder / "ledger" / f"{place.department}.jsonl"
        self._look, self._places = look, dict[str, int]()
        self._done, self._read = list[Mapping[str, Any]](), 0

    def spoil(self, kind: str, **more: Any) -> None:
        """Every call meets this kind from now on."""
        write_atomically(self._faults, {self.department: [{"kind": kind, **more}]})

    def good(self) -> None:
        """Good days from now on."""
        self._faults.unlink(missing_ok=True)

    async def struck(self, kind: str) -> int:
        """How often this kind struck; by then it has done what it had begun, and what was due."""
        told = await self._look(self._key)
        self._places = told["places"]
        return told["struck"].get(kind, 0)

    def places(self, kind: str) -> int | None:
        """Among how many places of its last reply this kind chose; None where it does not choose.

        0: it found nothing to spoil, and the reply left as it was.
        """
        return self._places.get(kind)

    async def met(self, kind: str, before: int, within_s: float) -> bool:
        """Whether the kind strikes, within so many seconds, more often than `before`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while await self.struck(kind) <= before:
            if loop.time() > end:
                return False
            await asyncio.sleep(_LOOK_EVERY_S)
        return True

    def deeds(self, since: int = 0) -> list[Mapping[str, Any]]:
        """What people asked for and it did, the first `since` of them left out."""
        if self._ledger.exists():
            with self._ledger.open("rb") as file:
                file.seek(self._read)
                lines = [line for line in file if line.endswith(b"\n")]
            self._read += sum(map(len, lines))
            entries = [json.loads(line) for line in lines]
            self._done += [entry for entry in entries if entry["kind"] in DEEDS]
        return self._done[since:]


class _Look:
    """Asks the process, one question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._turn = process, asyncio.Lock()

    async def __call__(self, key: str) -> dict[str, dict[str, int]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(f"{key}\n".encode())
            found: dict[str, dict[str, int]] = json.loads(await self._process.stdout.readline())
        return found


@asynccontextmanager
async def city(state: Path, places: Sequence[Place]) -> AsyncIterator[dict[str, Mock]]:
    """The departments, by key, until the end of the block."""
    for place in places:
        folder = state / place.key
        folder.mkdir(parents=True)
        VirtualClock(folder / "clock.json").set(START, rate=0)
    told = [place.told() for place in places]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __spec__.name, str(state), *told),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        ports = json.loads(await process.stdout.readline())
        look = _Look(process)
        yield {p.key: Mock(p, state / p.key, ports[p.key], look) for p in places}
    finally:
        process.stdin.close()
        await process.wait()


# the process


def _place(told: str) -> Place:
    key, _, rest = told.partition("=")
    department, _, callbacks = rest.partition("@")
    return Place(key=key, department=department, callbacks=callbacks or None)


@dataclass(slots=True)
class _Running:
    """A department on its thread."""

    place: Place
    folder: Path
    sock: socket.socket
    ready: threading.Event
    kit: Kit | None = None
    loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        """Serve until the process ends."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        kit = assemble(self.place.department, self.folder, callback_base=self.place.callbacks)
        self.kit, self.loop = kit, asyncio.get_running_loop()
        module = department_module(self.place.department)
        config = uvicorn.Config(
            module.build(kit), http=lent(kit.faults), ws="none", lifespan="off",
            log_level="critical", access_log=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        beside = [asyncio.create_task(_tick(kit))]
        if pump := getattr(module, "pump", None):
            beside.append(asyncio.create_task(pump(kit)))
        self.ready.set()
        await uvicorn.Server(config).serve([self.sock])

    def struck(self) -> dict[str, dict[str, int]]:
        """How often each kind struck and among how many places, in a pause of its work."""
        assert self.kit is not None
        assert self.loop is not None
        look = _counted(self.kit)
        return asyncio.run_coroutine_threadsafe(look, self.loop).result(30)


async def _counted(kit: Kit) -> dict[str, dict[str, int]]:
    kit.desk.tick()
    return {"struck": dict(kit.faults.struck), "places": dict(kit.faults.places)}


async def _tick(kit: Kit) -> None:
    while True:
        kit.desk.tick()
        await asyncio.sleep(_TICK_S)


def main(state: Path, places: Sequence[Place]) -> None:
    """Run until the input ends."""
    running = {}
    for place in places:
        sock = socket.create_server(("127.0.0.1", 0), backlog=512)
        running[place.key] = one = _Running(place, state / place.key, sock, threading.Event())
        threading.Thread(target=one.run, daemon=True).start()
    for one in running.values():
        one.ready.wait(30)
    _say({key: one.sock.getsockname()[1] for key, one in running.items()})
    for line in sys.stdin:
        _say(running[line.strip()].struck())


def _say(told: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [_place(told) for told in sys.argv[2:]])
