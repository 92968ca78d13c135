"""Who is compared: how each is started, where it is asked, and what it is asked."""

import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gateway.demo.ports import free_port
from tests.bench.peers.load import Target
from tests.bench.peers.npm import Missing, folder_of
from tests.bench.peers.ours import Ours
from tests.bench.peers.processes import MEASURED, inherited, running
from tests.bench.peers.sections import Kind
from tests.bench.peers.starting import ROOT, Start

NATURAL = "natural Python (Strawberry, httpx, zeep)"
MERCURIUS = "Mercurius + JIT"
APOLLO = "Apollo Server"
YOGA = "GraphQL Yoga"
HIVE = "Hive Gateway over GraphQL Mesh"
LEAN = "Mercurius + JIT, lean parsing"
NODE = "Node, no GraphQL, lean parsing"
FLOOR = "our adapters alone, no GraphQL"
BARE = "bare uvicorn, the same bytes"
FIVE = "the five calls, and nothing done"
_PARSING = frozenset({"start", "case", "list", "links", "slow", "memory"})
_ALL = _PARSING | {"large", "hot", "catalogue"}


class Contender(Protocol):
    """Something that answers the sections' documents."""

    @property
    def name(self) -> str:
        """As it stands in the tables."""
        ...

    @property
    def takes(self) -> Collection[str]:
        """The sections it takes part in."""
        ...

    def start(self, port: int, departments: str, state: Path, kind: Kind) -> Start:
        """How to start it; Missing when it cannot run here. `state` is shared by all."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InPython:
    """A module of the bench: the natural gateway, and the two floors."""

    name: str
    module: str
    takes: Collection[str]

    def start(self, port: int, departments: str, state: Path, kind: Kind) -> Start:
        """One process of uvicorn."""
        module = f"tests.bench.peers.{self.module}"
        return Start(
            command=[sys.executable, "-m", module, str(port), departments, str(state)],
            target=Target(port),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A peer under Node, with resolvers written by hand."""

    name: str
    script: str
    path: str = "/graphql"
    takes: Collection[str] = _ALL
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, port: int, departments: str, state: Path, kind: Kind) -> Start:
        """One process of node."""
        told = {"PORT": str(port), "DEPARTMENTS": departments} | peers_environment(state, kind)
        return Start(
            command=["node", self.script],
            target=Target(port, self.path),
            folder=folder_of("node"),
            environment=told | dict(self.environment),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hive:
    """Hive Gateway over a supergraph that GraphQL Mesh composes of the departments' contracts."""

    name: str = HIVE
    takes: Collection[str] = _ALL

    def start(self, port: int, departments: str, state: Path, kind: Kind) -> Start:
        """One process, over a supergraph composed beforehand for these addresses."""
        folder, supergraph = folder_of("hive"), state / "supergraph.graphql"
        if not supergraph.exists():
            _composed(folder, supergraph, departments, state)
        program = "node_modules/.bin/hive-gateway"
        where = ["--host", "127.0.0.1", "--port", str(port)]
        return Start(
            command=["node", program, "supergraph", str(supergraph), *where],
            target=Target(port),
            folder=folder,
            environment=peers_environment(state, kind),
        )


def peers_environment(state: Path, kind: Kind) -> dict[str, str]:
    """What every peer under Node is told."""
    told = {"CONTRACTS": str(ROOT / "adapters" / "departments")}
    told["CATALOGUE"] = str(catalogue_file(state))
    return told | ({"CACHE": "1"} if kind is Kind.CACHED else {})


def catalogue_file(state: Path) -> Path:
    """Where the peers find the catalogue, which they hold in memory then."""
    return state / "catalogue.json"


def _composed(folder: Path, supergraph: Path, departments: str, state: Path) -> None:
    told = {"DEPARTMENTS": departments} | peers_environment(state, Kind.UNCACHED)
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


CONTENDERS: Sequence[Contender] = (
    Ours(takes=_ALL),
    InPython(
        name="natural Python (Strawberry, httpx, zeep)", module="natural", takes=_ALL - {"hot"}
    ),
    Node(name=MERCURIUS, script="mercurius.mjs"),
    Node(name=APOLLO, script="apollo.mjs", path="/"),
    Node(name=YOGA, script="yoga.mjs"),
    Hive(),
    Node(name=LEAN, script="mercurius.mjs", takes=_PARSING, environment={"LEAN": "1"}),
    Node(name=NODE, script="plain.mjs", takes=_PARSING),
    InPython(name=FLOOR, module="adapters_alone", takes={"case", "slow"}),
    InPython(name=FIVE, module="five_calls", takes={"slow"}),
    InPython(name=BARE, module="bare", takes={"catalogue"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A contender's process, and where it is asked."""

    contender: Contender
    pid: int
    target: Target
    log: Path


@contextmanager
def up(contender: Contender, departments: str, state: Path, kind: Kind) -> Iterator[Up]:
    """Its process on the measured core; Missing when it cannot run here."""
    start = contender.start(free_port(), departments, state, kind)
    told = {"NODE_ENV": "production", "HIVE_TELEMETRY_DISABLED": "1"}
    log = state / f"{contender.name.replace(' ', '-').replace('/', '-')}.log"
    with running(
        start.command,
        log=log,
        folder=start.folder,
        cores=MEASURED,
        environment=inherited() | told | dict(start.environment),
    ) as process:
        yield Up(contender=contender, pid=process.pid, target=start.target, log=log)
