"""`python -m tests.bench.differential --documents 20000`: compiled operations against graphql-core.

Random schemas and our own; random valid documents; random data with errors, wrong types, null where
it may not stand, and things to await. Compared: data and the order of its keys, errors with their
order, message, path, places and original, resolver calls in their order with everything they were
told. Exit code 1 where anything differs; the seed makes it happen again.
"""

import argparse
import asyncio
import sys
import time
from random import Random

from schema.graph.build import build_schema
from schema.graph.federation import federated
from tests.differential.compare import Pair, Tally, our_pair, pair, try_documents, unheard
from tests.schema.graph.shipped import shipped_infos

PER_SCHEMA = 40
OURS = 3  # every third schema is our own


async def run(
    documents: int, seed: int, ours: Pair | None = None, most: int = 5
) -> tuple[Tally, list[str]]:
    """Compare that many documents; the first differences in words."""
    tally, told, number = Tally(), [], 0
    while tally.documents < documents:
        chance = Random(f"{seed}:{number}")
        made = ours if ours and number % OURS == 0 else pair(chance)
        count = min(PER_SCHEMA, documents - tally.documents)
        for difference in await try_documents(made, chance, count, tally):
            told.append(f"schema {seed}:{number}, {difference}")
        number += 1
        if len(told) >= most:
            break
    return tally, told


def _ours() -> Pair:
    infos = shipped_infos()
    return our_pair(federated(build_schema(infos), infos))


def main() -> int:
    """Print the count and the differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.process_time()
    with unheard():
        tally, told = asyncio.run(run(given.documents, given.seed, _ours()))
    for text in told:
        print(text, end="\n\n")  # noqa: T201  # the command's output
    print(f"{tally} cpu_s={time.process_time() - began:.1f} differences={len(told)}")  # noqa: T201
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
