"""One life of a gateway: a process from its start to its end."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from gateway.demo.mock_admin import tls
from tests.chaos import gateway_process
from tests.chaos.plan import RunFolder
from tests.chaos.wrong_time import preloaded
from tests.forked import Forked

_STOP_S = 20.0
_READY_S = 60.0
_EVERY_S = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a life begins with."""

    folder: RunFolder
    port: int
    log: Path
    death: str | None = None  # point:ordinal
    version: str | None = None
    wrongly_timed: bool = False
    forked: bool = False  # it begins with everything imported

    async def begin(self) -> "Life":
        """Let it begin now."""
        began = time.time()
        address = f"http://127.0.0.1:{self.port}"
        if self.forked:
            process = Forked.begun(gateway_process.main, self._words(), self.log)
            return Life(self.folder, process, began, address)
        with self.log.open("ab") as output:
            executed = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        return Life(self.folder, executed, began, address)

    def _command(self) -> list[str]:
        before = preloaded(self.folder.jumps) if self.wrongly_timed else []
        return [*before, sys.executable, "-m", "tests.chaos.gateway_process", *self._words()]

    def _words(self) -> list[str]:
        words = [str(self.folder.path), str(self.port)]
        words += ["--death", self.death] if self.death else []
        return words + (["--version", self.version] if self.version else [])


@dataclass(slots=True)
class Life:
    """A process that may be asked, stopped, killed, frozen."""

    folder: RunFolder
    process: asyncio.subprocess.Process | Forked
    began: float
    address: str

    @property
    def name(self) -> str | None:
        """Its name among its peers; None when it had none yet."""
        with suppress(OSError):
            return self.folder.name_of(self.process.pid).read_text(encoding="ascii")
        return None

    async def ready(self) -> float | None:
        """Seconds from its start until it said it was ready; None when it died before."""
        async with httpx.AsyncClient(trust_env=False, verify=tls(), timeout=2.0) as client:
            while self.process.returncode is None and time.time() - self.began < _READY_S:
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.address}/readyz")).is_success:
                        return time.time() - self.began
                await asyncio.sleep(_EVERY_S)
        return None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, number)

    async def kill(self) -> None:
        """As a power cut would; nothing when it is dead."""
        self.signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> bool:
        """Tell it to stop; whether it did."""
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_S):
                await self.process.wait()
        except TimeoutError:
            await self.kill()
            return False
        return True
