"""A small proof at every `make test`: three runs of `make chaos`, scaled down, at the same time."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos.catalogue import hindrance
from tests.chaos.plan import Odds, Plan, Shares, Truth
from tests.chaos.run import Outcome, Progress, run
from tests.postgres import required_programs

_QUICK = Plan(
    name="quick",
    forked=True,
    applications=6,
    within_s=100.0,  # half of it, all three at once on two quiet cores
    day_s=0.4,
    uptime_s=(0.3, 1.5),
    truth=Truth(timeout_s=0.5, processing_s=0.5, lookup_lag_s=0.1, late_accept_s=0.3),
    shares=Shares(scope=0.0, lift=0.0),
)
_SHOPS = Shares(scope=1.0, lift=0.0)  # three items instead of five, and half the departments
PLANS = {
    "sqlite": replace(_QUICK, name="sqlite", applications=5, kills=2, spread_s=5.0, seed=11),
    "postgres": replace(
        _QUICK,
        name="postgres",
        applications=4,
        kills=2,
        spread_s=5.0,
        seed=12,
        store="postgres",
        gateways=2,
        lease_s=2.0,
        uptime_s=(1.0, 3.0),
        shares=_SHOPS,
    ),
    "naive-retry": replace(
        _QUICK,
        name="naive-retry",
        seed=13,
        applications=6,
        naive=True,
        lost_first=2,  # of each department: what must be found is no matter of luck
        odds=Odds(lost_reply=0.4, status=0.05, busy=0.05, hang=0.0, late_accept=0.1),
        shares=replace(_QUICK.shares, withdrawn=0.0),
        must_find=("doubled",),
    ),
}

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    """What came of the runs that can be made here."""
    possible = [plan for plan in PLANS.values() if hindrance(plan) is None]
    ran = await asyncio.gather(*(run(p, _folder(tmp_path_factory, p), _silent) for p in possible))
    return {outcome.plan.name: outcome for outcome in ran}


def _folder(factory: pytest.TempPathFactory, plan: Plan) -> Path:
    return factory.mktemp(plan.name)


def _silent(_: Progress) -> None:
    return


def of(outcomes: Mapping[str, Outcome], name: str) -> Outcome:
    """The outcome of one run; skips, with the reason, where it cannot be made."""
    reason = hindrance(PLANS[name])
    if reason is not None:
        required_programs()  # where they must be there, it fails instead
        pytest.skip(reason)
    return outcomes[name]


def found(outcome: Outcome) -> dict[str, list[str]]:
    """What must not be. How long things took is told by `make chaos`, on a machine of its own."""
    return {name: list(f) for name, f in outcome.found.items() if f and name != "slow"}


@pytest.mark.timeout(180)
async def test_one_gateway_killed_again_and_again_loses_and_doubles_nothing(
    outcomes: Mapping[str, Outcome],
) -> None:
    outcome = of(outcomes, "sqlite")

    assert found(outcome) == {}
    assert outcome.figures["kills"] >= PLANS["sqlite"].kills
    assert outcome.figures["lost_reply"] > 0


@pytest.mark.timeout(180)
async def test_two_gateways_take_over_from_each_other_and_lose_and_double_nothing(
    outcomes: Mapping[str, Outcome],
) -> None:
    outcome = of(outcomes, "postgres")

    assert found(outcome) == {}
    assert outcome.figures["kills"] >= PLANS["postgres"].kills


@pytest.mark.timeout(180)
async def test_a_gateway_that_sends_again_without_asking_is_found_out(
    outcomes: Mapping[str, Outcome],
) -> None:
    outcome = of(outcomes, "naive-retry")

    assert outcome.found["doubled"] != []
