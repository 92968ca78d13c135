"""The ways of asking a department, as its declaration gives them, found once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.contract import Department
from gateway.federation.gate import Gate
from schema.domain.department import Register

PROGRESS: Final = "progress"


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """How one register is looked up, or where filings of one service stand."""

    gate: Gate
    department: Department
    source: str  # register, or service for progress
    name: str
    batch: int = 1  # keys in one call
    register: Register | None = None
    progress: bool = False
    declared: bool = True
    gathers: bool = False  # keys of several operations may be asked for in one call
    timeout_s: float = field(init=False)  # for how long the department is waited for
    own: str | None = field(init=False)  # the field that holds a record's own number

    def __post_init__(self) -> None:
        object.__setattr__(self, "timeout_s", self.gate.info.limits.timeout_s)
        object.__setattr__(self, "own", self.register.key if self.register else None)

    def record_id(self, key: str, value: Any) -> str | None:
        """The record's own number, where a value is one record."""
        if self.progress:
            return key
        if self.own is None or not (value.__class__ is dict or isinstance(value, Mapping)):
            return None
        own = value.get(self.own)
        return None if own is None else str(own)


class Ways(dict[tuple[str, str, str], Way | None]):
    """The way at a department, source and name; None where the first is not plugged in.

    A way that is declared is found once.
    """

    def __init__(self, departments: Mapping[str, Department], gates: Mapping[str, Gate]) -> None:
        super().__init__()
        self._departments, self._gates = departments, gates

    def __missing__(self, at: tuple[str, str, str]) -> Way | None:
        department, source, name = at
        gate = self._gates.get(department)
        if gate is None:
            return None
        way = _way_of(gate, self._departments[department], source, name)
        if way.declared:
            self[at] = way
        return way


def _way_of(gate: Gate, department: Department, source: str, name: str) -> Way:
    """The way as declared; one that is not takes one key at a time."""
    info = gate.info
    if name == PROGRESS:
        batch, declared = max(1, info.progress_batch), source in info.services
        return Way(gate, department, source, name, batch, progress=True, declared=declared)
    register = next((register for register in info.registers if register.id == source), None)
    lookups = register.lookups if register else ()
    lookup = next((lookup for lookup in lookups if lookup.name == name), None)
    batch = max(1, lookup.batch) if lookup else 1
    return Way(
        gate,
        department,
        source,
        name,
        batch,
        register,
        declared=lookup is not None,
        gathers=batch > 1 and lookup is not None and not lookup.many,
    )
