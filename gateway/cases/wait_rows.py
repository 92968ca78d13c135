"""What a case waits for, as rows: who is to act can be found without reading cases."""

from collections.abc import Mapping
from typing import Any

from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case
from schema.domain.one_thing import OneThing
from schema.domain.waits import waits

Key = tuple[str, str]  # item (empty: the whole case) and reason


def wait_rows(
    case: Case | None, one_thing: OneThing, calendar: WorkingCalendar
) -> Mapping[Key, Mapping[str, Any]]:
    """One row for each item and reason; the most urgent where there are several."""
    rows: dict[Key, Mapping[str, Any]] = {}
    if case is None:
        return rows
    for wait in waits(case, one_thing, calendar):
        item = wait.item or ""
        row = {
            "case_id": case.id,
            "item": item,
            "why": wait.why.value,
            "on": wait.on.value,
            "department": case.step(item).department if item else None,
            "since": wait.since.isoformat(),
            "due_on": wait.due_on.isoformat(),
        }
        rows.setdefault((item, wait.why.value), row)
    return rows
