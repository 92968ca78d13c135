"""The one number everything drawn depends on: records, decisions, which filings a scenario meets.

It is kept in the state folder: ledgers that were begun with one seed make no sense under another.
"""

import json
from argparse import ArgumentTypeError
from pathlib import Path

from mocks.core.clock import write_atomically
from mocks.core.numbers import SEED

_MOST = 2**63 - 1


class OtherSeed(Exception):
    """This state was begun with another seed."""


class SpoiledSeed(OtherSeed):
    """The file that keeps the seed tells none: somebody wrote in it."""

    def __init__(self, file: Path, wrong: str) -> None:
        self.wrong = f"spoiled by hand: {wrong}"
        self.mend = f'write {{"seed": N}} with the one it was begun with, or delete {file.parent}'
        super().__init__(f"{file}: {self.wrong} — {self.mend}")


def seed_of(state: Path) -> int:
    """The seed of a state folder; SpoiledSeed."""
    file = state / "seed.json"
    try:
        seed = json.loads(file.read_text("utf-8"))["seed"]
    except FileNotFoundError:
        return SEED
    except (ValueError, KeyError, TypeError) as wrong:
        raise SpoiledSeed(file, f"{type(wrong).__name__} {wrong}") from None
    if not isinstance(seed, int):
        raise SpoiledSeed(file, "seed is no whole number")
    return seed


def keep_seed(state: Path, seed: int | None) -> None:
    """From now on this one; None keeps what is there. OtherSeed when filings were drawn by it."""
    kept = seed_of(state)
    if seed is None or seed == kept:
        return
    if any(path.stat().st_size for path in (state / "ledger").glob("*.jsonl")):
        raise OtherSeed(
            f"{state} was begun with --seed {kept}: "
            f"go on with that one, or take another --state, or delete {state}/ledger"
        )
    state.mkdir(parents=True, exist_ok=True)
    write_atomically(state / "seed.json", {"seed": seed})


def parsed(text: str) -> int:
    """A seed as it is typed; ArgumentTypeError for anything else."""
    if not (text.isascii() and text.isdigit() and int(text) <= _MOST):
        raise ArgumentTypeError(f"{text}: a seed is a whole number from 0 to {_MOST}")
    return int(text)
