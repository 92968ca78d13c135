"""The runs there are, and why one of them cannot be made here."""

import os
import pwd
import shutil
from collections.abc import Callable
from dataclasses import replace

from tests.chaos.plan import Odds, Plan, Shares, Truth
from tests.postgres import programs

_FEW = Shares(scope=0.0, lift=0.0)
_RESTLESS = Odds(lost_reply=0.2, status=0.08, busy=0.05, hang=0.02, late_accept=0.2)


def _sqlite() -> Plan:
    return Plan(
        name="sqlite",
        applications=1000,
        kills=200,
        within_s=2400.0,
        spread_s=560.0,
        uptime_s=(0.2, 1.6),
    )


def _postgres() -> Plan:
    return Plan(
        name="postgres",
        applications=400,
        kills=40,
        store="postgres",
        gateways=2,
        uptime_s=(3.0, 14.0),
        within_s=900.0,
        spread_s=240.0,
        troubles=("frozen",),
    )


def _postgres_killed() -> Plan:
    return Plan(
        name="postgres-killed",
        applications=200,
        store="postgres",
        gateways=2,
        within_s=400.0,
        spread_s=190.0,
        shares=_FEW,
        troubles=("database",),
    )


def _settle_too_short() -> Plan:
    # Told: nothing comes later than a moment after the time-out. In truth it comes much later.
    truth = Truth(processing_s=0.0, lookup_lag_s=0.0, late_accept_s=4.0)
    return Plan(
        name="settle-too-short",
        applications=60,
        truth=truth,
        odds=_RESTLESS,
        shares=_FEW,
        within_s=170.0,
        must_find=("doubled",),
    )


def _naive_retry() -> Plan:
    return Plan(
        name="naive-retry",
        applications=60,
        kills=4,
        shares=_FEW,
        naive=True,
        lost_first=2,
        within_s=170.0,
        must_find=("doubled",),
    )


def _disk_full() -> Plan:
    return Plan(
        name="disk-full",
        applications=60,
        shares=_FEW,
        within_s=170.0,
        spread_s=45.0,
        troubles=("disk",),
    )


def _clock_jumps() -> Plan:
    return Plan(
        name="clock-jumps",
        applications=60,
        kills=4,
        uptime_s=(8.0, 14.0),
        shares=_FEW,
        within_s=170.0,
        spread_s=60.0,
        troubles=("clock",),
    )


def _rolling_upgrade() -> Plan:
    several = _no_postgres() is None
    return Plan(
        name="rolling-upgrade",
        applications=80,
        kills=4,
        uptime_s=(6.0, 12.0),
        store="postgres" if several else "sqlite",
        gateways=2 if several else 1,
        shares=_FEW,
        within_s=170.0,
        spread_s=40.0,
        troubles=("upgrade",),
    )


RUNS: dict[str, Callable[[], Plan]] = {
    "sqlite": _sqlite,
    "postgres": _postgres,
    "postgres-killed": _postgres_killed,
    "settle-too-short": _settle_too_short,
    "naive-retry": _naive_retry,
    "disk-full": _disk_full,
    "clock-jumps": _clock_jumps,
    "rolling-upgrade": _rolling_upgrade,
}


def planned(name: str, *, applications: int | None, kills: int | None, seed: int) -> Plan:
    """A run, scaled: what is asked for in time shrinks with it, never what must hold."""
    plan = replace(RUNS[name](), seed=seed)
    if applications is not None:
        share = min(1.0, applications / plan.applications)
        plan = replace(plan, applications=applications, spread_s=plan.spread_s * share)
    return plan if kills is None else replace(plan, kills=kills)


def _no_postgres() -> str | None:
    if programs() is None:
        return "PostgreSQL's programs (initdb, postgres) are not installed"
    try:
        if os.geteuid() == 0:
            pwd.getpwnam("postgres")
    except KeyError:
        return "PostgreSQL does not run as root, and there is no account `postgres`"
    return None


def hindrance(plan: Plan) -> str | None:
    """Why this run cannot be made here; None when it can."""
    if plan.store == "postgres":
        return _no_postgres()
    if "disk" in plan.troubles and (os.getuid() != 0 or shutil.which("mount") is None):
        return "a small disk can only be mounted by root"
    return None
