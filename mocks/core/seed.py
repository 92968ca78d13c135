"""The one number everything drawn depends on: records, decisions, which filings a scenario meets.

It is kept in the state folder: ledgers that were begun with one seed make no sense under another.
"""

from argparse import ArgumentTypeError
from pathlib import Path

from mocks.core.clock import Watched, write_atomically
from mocks.core.numbers import SEED

_MOST = 2**63 - 1


class OtherSeed(Exception):
    """This state was begun with another seed."""


def seed_of(state: Path) -> int:
    """The seed of a state folder."""
    told = Watched(state / "seed.json").value()
    return int(told["seed"]) if told else SEED


def keep_seed(state: Path, seed: int | None) -> None:
    """From now on this one; None keeps what is there. OtherSeed when filings were drawn by it."""
    if seed is None or seed == seed_of(state):
        return
    if any(path.stat().st_size for path in (state / "ledger").glob("*.jsonl")):
        raise OtherSeed(
            f"{state} was begun with --seed {seed_of(state)}: "
            f"go on with that one, or take another --state, or delete {state}/ledger"
        )
    state.mkdir(parents=True, exist_ok=True)
    write_atomically(state / "seed.json", {"seed": seed})


def parsed(text: str) -> int:
    """A seed as it is typed; ArgumentTypeError for anything else."""
    if not (text.isascii() and text.isdigit() and int(text) <= _MOST):
        raise ArgumentTypeError(f"{text}: a seed is a whole number from 0 to {_MOST}")
    return int(text)
