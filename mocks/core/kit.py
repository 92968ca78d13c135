"""What a department's mock is given to work with.

A department module `mocks.departments.<id>` offers

    SERVICES: tuple[Service, ...]            what it decides; () for a register only
    NUMBER: str                              the format of its own numbers, of `day` and `seq`
    build(kit: Kit) -> Starlette             its web application
    async pump(kit: Kit) -> None             optional: runs beside it (callbacks), until cancelled
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from mocks.core.city import City
from mocks.core.clock import VirtualClock
from mocks.core.desk import Desk
from mocks.core.faults import Faults
from mocks.core.late import LateDeeds
from mocks.core.ledger import Ledger
from mocks.faults.pace import Pace
from mocks.faults.remembered import Remembered

DEPARTMENTS = (
    "planning", "housing", "construction", "market", "fire", "greening", "police", "health",
)  # fmt: skip
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
    pace: Pace
    before: Remembered
    callback_base: str | None
    contract_dir: Path


def department_module(department: str) -> ModuleType:
    """The module that plays this department."""
    return import_module(f"mocks.departments.{department}")


def assemble(
    department: str, state: Path, *, callback_base: str | None = None, contracts: Path = CONTRACTS
) -> Kit:
    """The kit of a department over a state folder; its desk knows all its ledger knows."""
    module = department_module(department)
    clock = VirtualClock(state / "clock.json")
    ledger = Ledger(state / "ledger" / f"{department}.jsonl")
    return Kit(
        department=department,
        city=City(),
        clock=clock,
        ledger=ledger,
        desk=Desk(department, ledger, clock, module.SERVICES, number=module.NUMBER),
        faults=Faults(state / "faults.json", department, clock),
        late=LateDeeds(),
        pace=Pace(state / "latency.json", department),
        before=Remembered(),
        callback_base=callback_base,
        contract_dir=contracts / department / "contract",
    )
