"""A value read from a department.

What it is, where it came from, how old it is, or why it is not there. A reading is made of
every answer: as a tuple it costs a fifth of what a frozen class does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from schema.domain.problem import Problem

Record = Mapping[str, Any]
"""A register entry keyed by the register's field names.

Values are str, bool, int, Decimal, date, None.
"""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which department said so, and when. Stored with drafts and cases, by its names: no tuple."""

    department: str
    source: str  # register or verb
    as_of: datetime
    stale: bool = False
    record_id: str | None = None


class Reading(NamedTuple):
    """The result of one read. `problem` and `value` together mean: the last known value, now stale.

    No value and no problem means the department answered that there is none.
    """

    value: Any | None
    provenance: Provenance | None = None
    problem: Problem | None = None
