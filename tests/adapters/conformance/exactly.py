"""`python -m tests.adapters.conformance.exactly [check …]`: bad departments against every check.

The suite shows that each check rejects its bad department; this shows that no other one does. It
takes minutes, and prints a line for each.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.adapters.conformance.bad.departments import BAD
from tests.adapters.conformance.rejecting import rejecting


async def _shown(names: list[str]) -> int:
    wrong = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            found = await rejecting(BAD[name], Path(folder))
        exact = list(found) == [name]
        wrong += not exact
        print(f"{'✓' if exact else '✗'} {name}: {', '.join(found) or 'nobody'}", flush=True)  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(asyncio.run(_shown(sys.argv[1:] or sorted(BAD))))
