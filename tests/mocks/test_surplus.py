"""A filing that came in twice: the second is taken back by its own number, the first goes on."""

from pathlib import Path
from typing import Any

import pytest

from mocks.core.clock import VirtualClock
from mocks.core.filed import Status
from mocks.core.kit import DEPARTMENTS, assemble, department_module
from tests.mocks.soap.conftest import START

DECIDING = [name for name in DEPARTMENTS if department_module(name).SERVICES]
CASES = [(name, s.id) for name in DECIDING for s in department_module(name).SERVICES]


@pytest.mark.parametrize(("name", "service"), CASES)
def test_a_second_filing_is_taken_back_by_its_number_and_the_first_is_granted(
    tmp_path: Path, name: str, service: str
) -> None:
    VirtualClock(tmp_path / "clock.json").set(START, rate=0)
    kit = assemble(name, tmp_path)
    kept, surplus = (kit.desk.receive("case:A:file:1", service, {}) for _ in "ab")

    kit.desk.withdraw(surplus.number, "case:A:withdraw:2", "重复报送")
    kit.clock.advance(working_days=30)
    kit.desk.tick()

    found: Any = kit.desk.by_reference("case:A:file:1")
    shown = [(filed.number, filed.status, filed.withdrawn_under) for filed in found]
    assert shown == [
        (kept.number, Status.GRANTED, None),
        (surplus.number, Status.WITHDRAWN, "case:A:withdraw:2"),
    ]
    kit.ledger.close()
