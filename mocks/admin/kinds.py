"""The kinds of faults, as the controls offer them."""

from functools import cache
from typing import Any

from mocks.faults.operations import departments_that_meet
from mocks.faults.schemas import parameters_of
from mocks.faults.table import GROUPS, KINDS, Kind


@cache
def fault_kinds() -> tuple[dict[str, Any], ...]:
    """Every kind in the order of the table: its names, what it does, where it suits."""
    return tuple(_shown(kind) for kind in KINDS.values())


def _shown(kind: Kind) -> dict[str, Any]:
    group = GROUPS[kind.group]
    return {
        "name": kind.name,
        "zh": kind.zh,
        "en": kind.en,
        "group": {"name": group.name, "zh": group.zh, "en": group.en},
        "suits": kind.suits,
        "departments": departments_that_meet(kind),
        "deed": kind.deed,
        "does": kind.does,
        "at": sorted(kind.at),
        "parameters": kind.parameters,
        "takes": parameters_of(kind),
    }
