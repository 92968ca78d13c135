"""What a department's mock is given to work with.

A department module `mocks.departments.<id>` offers

    SERVICES: tuple[Service, ...]            what it decides; () for a register only
    STATUS: Mapping[Status, …]               its own codes; optional where nothing is decided
    REASONS: tuple[str, ...]                 its codes for a refusal, the usual one first; optional
    NUMBER: str                              the format of its own numbers, of `day` and `seq`
    build(kit: Kit) -> Direct                its web application
    async pump(kit: Kit) -> None             optional: runs beside it (callbacks), until cancelled
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

from mocks.core.changes import Changes
from mocks.core.city import City
from mocks.core.clock import VirtualClock
from mocks.core.desk import Desk
from mocks.core.faults import NO_FAULT, Fault, Faults
from mocks.core.following import Followed, FollowedDesk
from mocks.core.late import LateDeeds
from mocks.core.ledger import Ledger
from mocks.core.seed import seed_of
from mocks.core.tellings import Tellings
from mocks.core.under_way import UnderWay
from mocks.faults.pace import Pace
from mocks.faults.remembered import Remembered
from mocks.scenarios.playing import ORDINARY_DAYS, Playing

DEPARTMENTS = (
    "planning", "housing", "construction", "market", "fire", "greening", "police", "health",
)  # fmt: skip
# One process each, however many were asked for: the one has to see every token, lest two readers
# take the same; the other is slow on every day.
ALONE = frozenset({"planning", "health"})
_RECALLS = 4096  # records, some two megabytes
CONTRACTS = Path(__file__).parents[2] / "adapters" / "departments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """One department's tools."""

    department: str
    city: City
    clock: VirtualClock
    ledger: Ledger
    desk: Desk
    faults: Faults
    late: LateDeeds
    under_way: UnderWay
    pace: Pace
    before: Remembered
    callback_base: str | None
    contract_dir: Path
    changes: Changes  # of the state folder, where orders and the clock are
    key: bytes  # signs the tokens it issues, until it starts again
    scenarios: Playing = ORDINARY_DAYS
    tellings: Tellings = field(default_factory=Tellings)

    @property
    def untroubled(self) -> bool:
        """Whether no rule and no scenario is in force: a call meets nothing but the deed."""
        return not (self.faults or self.pace or self.scenarios.active)

    @property
    def hurried(self) -> bool:
        """Whether the one thing in force is that nobody waits, not even as on every day."""
        return self.faults.hurries and not (self.pace or self.scenarios.active)

    def plainly(self, day: Callable[[], bool]) -> Callable[[], bool]:
        """The same question about the day, and the clock looked at; only when that may change."""
        return self.changes.once(lambda: self.clock.look() and day())

    def reset(self) -> None:
        """Forget everything; what was under way is not done, and rules begin to count anew."""
        self.under_way.forget()
        self.late.forget()
        self.faults.anew()
        self.pace.anew()
        self.desk.reset()
        self.tellings.forget()

    def usual(self, operation: str, otherwise: Fault = NO_FAULT) -> Fault:
        """What a call meets that no rule strikes: a closed office, or the department's own way."""
        closed = self.scenarios.closed(operation, self.clock.now)
        return _CLOSED[closed] if closed is not None else otherwise


_CLOSED = {
    "busy": Fault(kind="busy"),
    "maintenance": Fault(kind="html"),
    "unavailable": Fault(kind="status", told={"status": 503}),
}


def department_module(department: str) -> ModuleType:
    """The module that plays this department."""
    return import_module(f"mocks.departments.{department}")


def assemble(
    department: str,
    state: Path,
    *,
    callback_base: str | None = None,
    contracts: Path = CONTRACTS,
    seed: int | None = None,
    key: bytes | None = None,
    follows: bool = False,
) -> Kit:
    """The kit of a department over a state folder; its desk knows all its ledger knows.

    Without a seed: the one kept there. `follows`: another process takes filings in, with that key.
    """
    module = department_module(department)
    seed = seed_of(state) if seed is None else seed
    clock = VirtualClock(state / "clock.json")
    ledger = (Followed if follows else Ledger)(state / "ledger" / f"{department}.jsonl")
    scenarios = Playing(department, state / "scenarios.json", seed=seed)
    desk = (FollowedDesk if follows else Desk)(
        department, ledger, clock, module.SERVICES,
        number=module.NUMBER, scenarios=scenarios, seed=seed,
    )  # fmt: skip
    return Kit(
        department=department,
        city=City(seed, recalls=_RECALLS),
        clock=clock,
        ledger=ledger,
        desk=desk,
        faults=Faults(state / "faults.json", department, clock, seed=seed),
        late=LateDeeds(),
        under_way=UnderWay(),
        pace=Pace(state / "latency.json", department, seed=seed),
        before=Remembered(),
        callback_base=callback_base,
        contract_dir=contracts / department / "contract",
        scenarios=scenarios,
        changes=Changes(state),
        key=key or secrets.token_bytes(16),
    )
