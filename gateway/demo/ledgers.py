"""What the departments wrote down, against what the gateway says: line by line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from schema.domain.calendar import SHANGHAI, WorkingCalendar, local_day

Entry = Mapping[str, Any]
Ledgers = Mapping[str, Sequence[Entry]]

# Departments tell a moment by the second; some of them cut, some round.
_SAME_MOMENT = timedelta(seconds=1)
_WINDOW_OPENS = time(9, 0, tzinfo=SHANGHAI)
_ON_ITS_WAY = frozenset({"FILING", "CONFIRMING", "SUPPLEMENTING", "WITHDRAWING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item: the number the gateway shows, the numbers its department holds."""

    item: str
    department: str
    acknowledged: str | None
    received: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Received exactly once, under the number the gateway shows."""
        return self.received == (self.acknowledged,)

    @property
    def verdict(self) -> str:
        """What is wrong, in words; empty when nothing is."""
        if self.agrees:
            return ""
        if not self.received:
            return f"{self.item}: {self.department} never received it"
        if len(self.received) > 1:
            return f"{self.item}: {self.department} received it {len(self.received)} times"
        return f"{self.item}: {self.received[0]} there, {self.acknowledged} here"


def read_ledgers(folder: Path) -> Ledgers:
    """Every department's ledger. A last line still being written is not there yet."""
    return {
        path.stem: [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
        for path in sorted(folder.glob("*.jsonl"))
    }


def compare(case: Mapping[str, Any], ledgers: Ledgers) -> list[Line]:
    """One line for each item of the case, and one for each filing no item knows of."""
    filings = list(_filings(case["id"], ledgers))
    steps = {step["item"]: step for step in case["steps"]}
    lines = [
        Line(
            item=item,
            department=next((name for name, entry in filings if _item(entry) == item), "nobody"),
            acknowledged=_own_number(step["receipt"]),
            received=tuple(entry["receipt"] for _, entry in filings if _item(entry) == item),
        )
        for item, step in steps.items()
    ]
    strangers = ((name, entry) for name, entry in filings if _item(entry) not in steps)
    return lines + [
        Line(
            item=_item(entry),
            department=name,
            acknowledged=None,
            received=(entry["receipt"],),
        )
        for name, entry in strangers
    ]


def behind(
    case: Mapping[str, Any], ledgers: Ledgers, calendar: WorkingCalendar, now: datetime
) -> list[str]:
    """What has happened by `now` that the case does not show yet, a line each."""
    lines = ["certificates are due"] if _issue_due(case, calendar, now) else []
    steps = {_own_number(step["receipt"]): step for step in case["steps"] if step["receipt"]}
    for name, filing in _filings(case["id"], ledgers):
        receipt = filing["receipt"]
        if receipt not in steps:
            lines.append(f"{_item(filing)}: {name} has received it, the case shows no number")
        elif not _shown(steps[receipt], _last_change(receipt, ledgers[name])):
            lines.append(f"{_item(filing)}: {name} has moved on, the case has not")
    for step in case["steps"]:
        if step["state"] in _ON_ITS_WAY:
            lines.append(f"{step['item']}: {step['state'].lower()}")
        elif step["state"] == "WAITING" and not step["waitsFor"]:
            lines.append(f"{step['item']}: free to be filed, not filed yet")
    return lines


def _issue_due(case: Mapping[str, Any], calendar: WorkingCalendar, now: datetime) -> bool:
    decided = [step["decidedAt"] for step in case["steps"] if step["decidedAt"]]
    if case["state"] != "ISSUING" or not decided:
        return False
    last = local_day(max(datetime.fromisoformat(moment) for moment in decided))
    day = calendar.add_working_days(last, case["oneThing"]["issueDays"])
    return now >= datetime.combine(day, _WINDOW_OPENS)


def _filings(case: str, ledgers: Ledgers) -> Iterator[tuple[str, Entry]]:
    for name, entries in ledgers.items():
        for entry in entries:
            reference = entry.get("reference") or ""
            if entry["kind"] == "filing" and reference.startswith(f"{case}:"):
                yield name, entry


def _last_change(receipt: str, entries: Sequence[Entry]) -> datetime | None:
    moments = [
        datetime.fromisoformat(entry["at"])
        for entry in entries
        if entry["kind"] == "decision" and entry.get("receipt") == receipt
    ]
    return max(moments, default=None)


def _shown(step: Mapping[str, Any], changed: datetime | None) -> bool:
    if changed is None:
        return True
    told = step["statusAt"]
    return told is not None and datetime.fromisoformat(told) >= changed - _SAME_MOMENT


def _own_number(receipt: str | None) -> str | None:
    """The department's own number of a receipt that also carries our reference."""
    return receipt.partition("/")[0] if receipt else receipt


def _item(entry: Entry) -> str:
    parts = str(entry["reference"]).split(":")
    return parts[1] if len(parts) > 1 else "?"
