"""Our gateway as the bench starts it."""

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.demo.people import token_of
from gateway.settings import load_settings
from tests.bench.peers.grown import bulk
from tests.bench.peers.load import Target
from tests.bench.peers.sections import OURS, Kind
from tests.bench.peers.starting import Start

_READ = ("market", "police", "planning", "construction", "housing", "health")
_ALL = (*_READ, "fire", "greening")


def settings_of(departments: str, state: Path, port: int = 0) -> dict[str, Any]:
    """For the dev profile; the departments' limits of pace are lifted."""
    return {
        "dev_folder": str(state),
        "server.port": port,
        "store.url": f"sqlite:///{state}/onething.sqlite",
        "materials.folder": str(state / "materials"),
        "telemetry.exporter": "console",
        **{f"departments.{name}.url": departments for name in _ALL},
        **{f"departments.{name}.limits.concurrency": 64 for name in _READ},
        **{f"departments.{name}.limits.rate_per_s": 0 for name in _READ},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The gateway as it ships: authentication, deadlines, partial failure, tracing sampled."""

    name: str = OURS
    takes: Collection[str] = ()
    further: Mapping[str, Any] = field(default_factory=dict)  # settings
    city: Mapping[str, str] = field(default_factory=dict)  # who applies; empty: a clerk asks

    def start(self, port: int, departments: str, state: Path, kind: Kind) -> Start:
        """Asked with a signed token."""
        told = settings_of(departments, state, port) | dict(self.further)
        if kind is Kind.LARGE:
            told |= bulk(state / "plugged", departments)
        settings = load_settings({**told, "profile": "dev"}, environ={})
        token = token_of(settings, "applicant" if self.city else "clerk", self.city)
        pairs = [f"{key}={value}" for key, value in told.items()]
        return Start(
            command=[sys.executable, "-m", "tests.bench.peers.real_time", *pairs],
            target=Target(port, headers=(("authorization", f"Bearer {token}"),)),
        )
