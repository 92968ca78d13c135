"""A PostgreSQL of a test's own: made, started, killed and thrown away; no server is needed.

Where the programs are missing a test skips and says so; with ONETHING_TEST_POSTGRES=required, as
in CI, that is a failure instead.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from gateway.demo.ports import free_port

_PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None when there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    found_in = [p for place in _PLACES for p in Path(place).glob("*/bin/initdb")]
    return max(found_in).parent if found_in else None


def required_programs() -> Path:
    """As `programs`; skips the test, or fails it where they are required."""
    found = programs()
    if found is not None:
        return found
    if os.environ.get("ONETHING_TEST_POSTGRES") == "required":
        pytest.fail("initdb and postgres are required here and missing")
    pytest.skip("no PostgreSQL on this machine: install it to run this test")


@dataclass(slots=True)
class Cluster:
    """One server on a free port of the loopback."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://onething@127.0.0.1:{self.port}/{database}"

    def start(self, within_s: float = 30.0) -> None:
        """Start it; returns when it answers. Recovery after a kill is part of that, and so is
        waiting for what a killed one left behind.
        """
        deadline = time.monotonic() + within_s
        self._launch()
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL did not start")
            time.sleep(0.05)
            if self.process is not None and self.process.poll() is not None:
                self._launch()

    def _launch(self) -> None:
        data = self.folder / "data"
        settings = ("listen_addresses=127.0.0.1", f"port={self.port}", "max_connections=60")
        options = [arg for one in (*settings, "unix_socket_directories=") for arg in ("-c", one)]
        command = [str(self.programs / "postgres"), "-D", str(data), *options]
        self.process = subprocess.Popen(
            command, user=_account(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """Kill the postmaster with -9 and see its children off."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        while self._held():
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it at once; idempotent."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown waits for no client
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def create(self, database: str, *, like: str = "template1") -> str:
        """A fresh database, or one like another that nobody is connected to; its address."""
        names = (sql.Identifier(database), sql.Identifier(like))
        copied = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"  # half of what page by page is
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL(copied).format(*names))
        return self.url(database)

    def dump(self, database: str, to: Path) -> None:
        """A backup, as an operator makes one."""
        self._run("pg_dump", "--format=custom", f"--file={to}", self.url(database))

    def restore(self, database: str, backup: Path) -> None:
        """The backup in place of what is there."""
        url = self.url(database)
        self._run("pg_restore", "--clean", "--if-exists", f"--dbname={url}", str(backup))

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([str(self.programs / program), *arguments], check=True, timeout=60)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    def _held(self) -> bool:
        """Whether a child of the killed postmaster still takes connections."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server, gone afterwards."""
    made = _initialised(required_programs())
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.folder, ignore_errors=True)


def _initialised(found: Path) -> Cluster:
    folder = Path(tempfile.mkdtemp(prefix="onething-pg-"))
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres")
    command = [str(found / "initdb"), "-D", str(folder / "data"), "-U", "onething", "-N"]
    subprocess.run(
        [*command, "-A", "trust", "-E", "UTF8", "--locale=C"],
        check=True,
        user=_account(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Cluster(programs=found, folder=folder, port=free_port())


def _account() -> str | None:
    """Who runs it: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no account `postgres`")
