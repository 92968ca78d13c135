"""What one run of chaos is to be, and where everything of it lies. Written once, read by all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

POINTS = ("picked", "claimed", "sending", "answered", "committing", "committed", "concluded")
FILING = ("market", "greening", "fire", "housing", "construction", "planning")
_OF_LIFTS = ("planning",)
_OF_SHOPS = ("market", "greening", "housing")  # who is asked when a shop changes what it does


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """How long departments of this run may really take, and what the gateway is told of it."""

    timeout_s: float = 0.8
    processing_s: float = 1.0  # told: after the time-out, this long
    lookup_lag_s: float = 0.2
    late_accept_s: float = 0.6  # really: this long after the time-out

    @property
    def settle_s(self) -> float:
        """When nothing is on its way any more, by what the gateway is told."""
        return 1.5 * (self.timeout_s + self.processing_s + self.lookup_lag_s)

    @property
    def really_settled_s(self) -> float:
        """When nothing is on its way any more, counted from the request."""
        return self.timeout_s + self.late_accept_s + self.lookup_lag_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """Shares of calls that go wrong, each of all calls."""

    lost_reply: float = 0.12
    status: float = 0.12
    busy: float = 0.08
    hang: float = 0.04
    late_accept: float = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares of applications that are not simply granted."""

    supplement: float = 0.12
    refused: float = 0.08
    withdrawn: float = 0.10
    double: float = 0.10
    scope: float = 0.08  # of all: an existing shop that changes what it does
    lift: float = 0.04  # of all: a lift, ten items long


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run."""

    name: str
    applications: int
    kills: int = 0
    seed: int = 1
    concurrency: int = 24
    spread_s: float = 0.0  # over which applications come in; 0: as fast as they are taken
    within_s: float = 600.0  # the whole run; what is not done by then is stuck
    uptime_s: tuple[float, float] = (0.5, 2.5)  # between being ready and a kill at random
    day_s: float = 2.0  # real seconds in which the city's day passes
    truth: Truth = field(default_factory=Truth)
    odds: Odds = field(default_factory=Odds)
    shares: Shares = field(default_factory=Shares)
    store: str = "sqlite"  # sqlite | postgres
    gateways: int = 1
    lease_s: float = 5.0  # of a gateway among several
    troubles: tuple[str, ...] = ()  # what else befalls it, by name: see troubles.py
    forked: bool = False  # our processes begin with everything imported: sooner than real ones
    lost_first: int = 0  # so many first filings at each department surely lose their answers
    naive: bool = False  # the gateway takes every department for one that honours keys
    must_find: tuple[str, ...] = ()  # a control: these checks must find something
    settings: Mapping[str, Any] = field(default_factory=dict)  # further overrides

    @property
    def departments(self) -> tuple[str, ...]:
        """Those that take part: nobody asks some of them where no lift is installed, and no shop
        opened.
        """
        return (*self._filing, "police", "health")

    @property
    def _filing(self) -> tuple[str, ...]:
        if self.shares.scope == 1.0:
            return _OF_SHOPS
        return FILING if self.shares.lift else tuple(d for d in FILING if d not in _OF_LIFTS)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run keeps what it did."""

    path: Path

    @property
    def plan(self) -> Path:
        """The plan, for the reader."""
        return self.path / "plan.json"

    @property
    def settings(self) -> Path:
        """The gateway's settings, by dotted key."""
        return self.path / "settings.json"

    @property
    def places(self) -> Path:
        """Where everything listens, and the tokens of those who ask."""
        return self.path / "places.json"

    @property
    def mocks(self) -> Path:
        """The departments' state."""
        return self.path / "mocks"

    @property
    def ledgers(self) -> Path:
        """What the departments wrote down."""
        return self.mocks / "ledger"

    @property
    def acks(self) -> Path:
        """What applicants and the clerk were told."""
        return self.path / "acks.jsonl"

    @property
    def starts(self) -> Path:
        """Every start of a gateway: what was left, when work went on, how it died."""
        return self.path / "starts.jsonl"

    def name_of(self, process: int) -> Path:
        """Where a gateway's process writes the name it has among its peers."""
        return self.path / f"{process}.name"

    @property
    def jumps(self) -> Path:
        """By how much the wall clock of the gateways is wrong."""
        return self.path / "wrong_time"

    @property
    def verdict(self) -> Path:
        """What the checker found."""
        return self.path / "verdict.json"

    def write(self, path: Path, value: object) -> None:
        """Keep a JSON value."""
        path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2))

    def write_plan(self, plan: Plan) -> None:
        """Keep the plan."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.write(self.plan, asdict(plan))

    def read_plan(self) -> Plan:
        """The plan as it was written."""
        told = orjson.loads(self.plan.read_bytes())
        kinds = {"truth": Truth, "odds": Odds, "shares": Shares}
        parts = {name: kind(**told.pop(name)) for name, kind in kinds.items()}
        for name in ("uptime_s", "troubles", "must_find"):
            told[name] = tuple(told[name])
        return Plan(**told, **parts)

    def read(self, path: Path) -> Any:
        """A JSON value."""
        return orjson.loads(path.read_bytes())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a JSONL file; nothing when there is none."""
    if not path.exists():
        return []
    return [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
