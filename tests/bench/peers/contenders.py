"""Who is compared: how each is started, where it is asked, and with what it remembers answers."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gateway.demo.people import token_of
from gateway.demo.ports import free_port
from gateway.settings import load_settings
from tests.bench.peers.load import Target
from tests.bench.peers.npm import Missing, folder_of
from tests.bench.peers.processes import MEASURED, running

ROOT = Path(__file__).parents[3]
OURS = "onething"
_READ = ("market", "police", "planning", "construction", "housing", "health")
_ALL = (*_READ, "fire", "greening")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One process to start: where, with what, and how it is asked then."""

    command: Sequence[str]
    target: Target
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)


class Contender(Protocol):
    """Something that answers the sections' documents."""

    @property
    def name(self) -> str:
        """As it stands in the tables."""
        ...

    @property
    def remembers(self) -> bool:
        """Whether it has a cache to be compared in the section of hot keys."""
        ...

    def start(self, port: int, departments: str, state: Path, *, cached: bool) -> Start:
        """How to start it; Missing when it cannot run here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The gateway as it ships: authentication, deadlines, partial failure, tracing sampled."""

    name: str = OURS
    remembers: bool = True

    def start(self, port: int, departments: str, state: Path, *, cached: bool) -> Start:
        """The dev profile, asked by a clerk with a signed token; limits of pace are lifted."""
        told = {
            "dev_folder": str(state),
            "server.port": port,
            "store.url": f"sqlite:///{state}/onething.sqlite",
            "materials.folder": str(state / "materials"),
            "telemetry.exporter": "console",
            "clock.follow": f"{departments}/__clock",
            **{f"departments.{name}.url": departments for name in _ALL},
            **{f"departments.{name}.limits.concurrency": 64 for name in _READ},
            **{f"departments.{name}.limits.rate_per_s": 0 for name in _READ},
        }
        flags = [part for key, value in told.items() for part in ("--set", f"{key}={value}")]
        token = token_of(load_settings({**told, "profile": "dev"}, environ={}), "clerk", {})
        return Start(
            command=[sys.executable, "-m", "gateway", "serve", "--profile", "dev", *flags],
            target=Target(port, headers=(("authorization", f"Bearer {token}"),)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Natural:
    """What one would write first in Python; it remembers nothing."""

    name: str = "natural Python (Strawberry, httpx, zeep)"
    remembers: bool = False

    def start(self, port: int, departments: str, state: Path, *, cached: bool) -> Start:
        """One process of uvicorn."""
        module = "tests.bench.peers.natural"
        return Start(
            command=[sys.executable, "-m", module, str(port), departments], target=Target(port)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A peer under Node, with resolvers written by hand."""

    name: str
    script: str
    path: str = "/graphql"
    remembers: bool = True

    def start(self, port: int, departments: str, state: Path, *, cached: bool) -> Start:
        """One process of node."""
        told = {"PORT": str(port), "DEPARTMENTS": departments}
        return Start(
            command=["node", self.script],
            target=Target(port, self.path),
            folder=folder_of("node"),
            environment=told | ({"CACHE": "1"} if cached else {}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hive:
    """Hive Gateway over a supergraph that GraphQL Mesh composes of the departments' contracts."""

    name: str = "Hive Gateway over GraphQL Mesh"
    remembers: bool = True

    def start(self, port: int, departments: str, state: Path, *, cached: bool) -> Start:
        """One process, over a supergraph composed beforehand for these addresses."""
        folder, supergraph = folder_of("hive"), state / "supergraph.graphql"
        if not supergraph.exists():
            _composed(folder, supergraph, departments)
        program = "node_modules/.bin/hive-gateway"
        where = ["--host", "127.0.0.1", "--port", str(port)]
        return Start(
            command=["node", program, "supergraph", str(supergraph), *where],
            target=Target(port),
            folder=folder,
            environment={"CACHE": "1"} if cached else {},
        )


def _composed(folder: Path, supergraph: Path, departments: str) -> None:
    told = {"DEPARTMENTS": departments, "CONTRACTS": str(ROOT / "adapters" / "departments")}
    done = subprocess.run(  # noqa: S603 - our own arguments
        ["node", "node_modules/.bin/mesh-compose", "-o", str(supergraph)],  # noqa: S607 - from PATH
        cwd=folder,
        env=inherited() | told,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not supergraph.exists():
        raise Missing(f"Mesh did not compose a supergraph: {(done.stderr or done.stdout)[-300:]}")


def inherited() -> dict[str, str]:
    """The environment of this process, for the children."""
    return dict(os.environ)  # noqa: TID251 - PATH and HOME; nothing is read from it


CONTENDERS: Sequence[Contender] = (
    Ours(),
    Natural(),
    Node(name="Mercurius + JIT", script="mercurius.mjs"),
    Node(name="Apollo Server", script="apollo.mjs", path="/"),
    Node(name="GraphQL Yoga", script="yoga.mjs"),
    Hive(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A contender's process, and where it is asked."""

    contender: Contender
    pid: int
    target: Target
    log: Path


@contextmanager
def up(contender: Contender, departments: str, state: Path, *, cached: bool) -> Iterator[Up]:
    """Its process on the measured core; Missing when it cannot run here."""
    folder = state / contender.name.replace(" ", "-").replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    start = contender.start(free_port(), departments, folder, cached=cached)
    told = {"NODE_ENV": "production", "HIVE_TELEMETRY_DISABLED": "1"}
    log = folder / "log"
    with running(
        start.command,
        log=log,
        folder=start.folder,
        cores=MEASURED,
        environment=inherited() | told | dict(start.environment),
    ) as process:
        yield Up(contender=contender, pid=process.pid, target=start.target, log=log)
