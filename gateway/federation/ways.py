"""The ways of asking a department, as its declaration gives them, found once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from schema.domain.department import DepartmentInfo, Register

PROGRESS: Final = "progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one register is looked up, or where filings of one service stand."""

    name: str
    batch: int = 1  # keys in one call
    register: Register | None = None
    progress: bool = False
    declared: bool = True

    def record_id(self, key: str, value: Any) -> str | None:
        """The record's own number, where a value is one record."""
        if self.progress:
            return key
        if self.register is None or not isinstance(value, Mapping):
            return None
        own = value.get(self.register.key)
        return None if own is None else str(own)


def way_of(info: DepartmentInfo, source: str, way: str) -> Way:
    """The way as declared; one that is not takes one key at a time."""
    if way == PROGRESS:
        known = source in info.services
        return Way(name=way, batch=max(1, info.progress_batch), progress=True, declared=known)
    register = next((register for register in info.registers if register.id == source), None)
    lookups = register.lookups if register else ()
    lookup = next((lookup for lookup in lookups if lookup.name == way), None)
    batch = max(1, lookup.batch) if lookup else 1
    return Way(name=way, batch=batch, register=register, declared=lookup is not None)
