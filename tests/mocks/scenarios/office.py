"""One department's desk with its clock in our hand and the scenarios we choose."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mocks.core.clock import SHANGHAI, VirtualClock
from mocks.core.filed import Filed, Status
from mocks.core.kit import Kit, assemble
from mocks.core.numbers import SEED


def on(month: int, day: int, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    """A moment of 2026 in Shanghai; 21 September is a Monday, the week before a long holiday."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


class Office:
    """A department over a state folder, and what happens at its desk."""

    def __init__(
        self, folder: Path, department: str, *active: str, seed: int = SEED, own: Path | None = None
    ) -> None:
        self.folder, self.department, self.seed = folder, department, seed
        VirtualClock(folder / "clock.json").set(on(9, 21, 9), rate=0)
        self.play(*active, own=own)
        self.kit: Kit = assemble(department, folder, seed=seed)

    def play(
        self, *active: str, filings: Mapping[str, str] | None = None, own: Path | None = None
    ) -> None:
        """Put these scenarios in force."""
        told = {"active": active, "filings": filings or {}, "folder": str(own) if own else None}
        (self.folder / "scenarios.json").write_text(json.dumps(told), "utf-8")

    def at(self, moment: datetime) -> None:
        """Let it be then, and everything due be done."""
        self.kit.clock.set(moment, rate=0)
        self.kit.desk.tick()

    def file(self, reference: str, service: str, **fields: Any) -> str:
        """The number of a new filing."""
        return self.kit.desk.receive(reference, service, fields).number

    def supplement(self, number: str, reference: str = "more") -> None:
        """Hand more in."""
        self.kit.desk.supplement(number, reference, {"more": reference})

    def seen(self, number: str) -> Filed:
        """The filing as it stands."""
        return self.kit.desk.by_number(number)

    def history(self, number: str) -> list[tuple[Status, datetime]]:
        """Every status it had, and since when."""
        return [(step.status, step.at) for step in self.seen(number).history]

    def reopened(self) -> "Office":
        """The same department after a restart."""
        self.close()
        self.kit = assemble(self.department, self.folder, seed=self.seed)
        return self

    def close(self) -> None:
        """Let go of the ledger."""
        self.kit.ledger.close()


def statuses(history: Sequence[tuple[Status, datetime]]) -> list[str]:
    """Just the statuses."""
    return [status.value for status, _ in history]
