"""What it takes to start one process of a contender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.peers.load import Target

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One process to start: where, with what, and how it is asked then."""

    command: Sequence[str]
    target: Target
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
