"""Every check has a department it must reject; what that one is made from is rejected by none.

That a bad department is rejected by no other check is shown by `exactly`, which takes minutes.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.conformance.checks import CHECKS
from adapters.conformance.table import Check, reached
from adapters.conformance.tiers import Tier
from tests.adapters.conformance.bad import lines
from tests.adapters.conformance.bad.departments import BAD
from tests.adapters.conformance.bad.model import Bad
from tests.adapters.conformance.rejecting import checked, failed, rejecting

PATIENT = {"timeout_s": 3.0}  # a busy machine is no fault of a department: see live_timings
BASES = sorted({bad.base for bad in BAD.values()})


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("base", BASES)
async def test_what_the_bad_ones_are_made_of_is_good(base: str, tmp_path: Path) -> None:
    found = await checked(Bad(base=base, limits=PATIENT), tmp_path)

    assert failed(found) == {}
    assert reached(found) in (Tier.SILVER, Tier.GOLD)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
async def test_this_check_rejects_its_bad_department(check: Check, tmp_path: Path) -> None:
    assert check.id in BAD, f"{check.id} has no bad department: add one to bad/departments.py"
    assert list(await rejecting(BAD[check.id], tmp_path, [check])) == [check.id]


async def test_calls_that_come_late_are_found_to_be_too_many_as_well(tmp_path: Path) -> None:
    late = replace(BAD["concurrency"], line=lines.too_wide_and_late)
    [check] = [one for one in CHECKS if one.id == "concurrency"]

    assert list(await rejecting(late, tmp_path, [check])) == ["concurrency"]


def test_no_bad_department_is_left_without_its_check() -> None:
    assert set(BAD) == {check.id for check in CHECKS}
