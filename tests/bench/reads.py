"""`python -m tests.bench.reads [CHECKOUT…]`: what one read costs a department's adapter, in CPU µs.

The recorded look-ups of the shipped departments over a line within the process, so everything but
the line is in it: request written, reply read, checked against the contract and mapped; and a list
of fifty, 20 kB of SOAP. Every checkout named is measured (this one, when none is), in turn within
each round; the least counts.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adapters.conformance.bench import last_reply
from adapters.wire import WireReply, WireRequest
from tests.adapters.examples import folder, subject_of
from tests.bench.peers.replies import MANY_FROM, canned, parcel_no

READS = {
    "market": "business_licence-uscc",
    "housing": "property-cert_no",
    "health": "health_certificates-uscc",
    "construction": "building-building_no",
    "planning": "parcel-parcel_no",
    "police": "person-person_ref",
}
FIFTY = "fifty projects"
ROUNDS, TIMES = 5, 400


class Echo:
    """A line that always answers the same; a token to who asks for one."""

    def __init__(self, reply: WireReply) -> None:
        self._reply = reply

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        """The recorded reply."""
        if b"client_credentials" in (request.body or b""):
            return WireReply(status=200, headers={}, body=b'{"access_token":"t","expires_in":9000}')
        return self._reply

    async def aclose(self) -> None:
        """Nothing to give back."""


def recorded(name: str) -> tuple[str, WireReply, Sequence[str]]:
    """A department, what it says, and what is asked: register, look-up, keys."""
    if name == FIFTY:
        found = next(one for one in canned() if one.department == "construction")
        key = parcel_no(MANY_FROM)
        body, headers = found.answer(key.encode()), {"content-type": found.media_type}
        reply = WireReply(status=200, headers=headers, body=body)
        return found.department, reply, ["project", "parcel_no", key]
    example = json.loads((folder(name) / f"read-{READS[name]}-found.json").read_text("utf-8"))
    told = example["arguments"]
    return name, last_reply(example), [told["register"], told["lookup"], *told["keys"]]


async def cost_us(name: str) -> float:
    """CPU microseconds of one such read."""
    department, reply, (register, lookup, *keys) = recorded(name)
    made, times = (
        subject_of(department).replaying(Echo(reply)),
        TIMES // (10 if name == FIFTY else 1),
    )

    async def some() -> None:
        for _ in range(times):
            await made.read(register, lookup, keys, budget=2.0)

    await some()
    began = time.process_time()
    await some()
    return (time.process_time() - began) / times * 1e6


def measured(checkout: Path) -> dict[str, float]:
    """The cost of each, in a process of that checkout."""
    code = "import asyncio, json; from tests.bench.reads import FIFTY, READS, cost_us; "
    code += "print(json.dumps({n: asyncio.run(cost_us(n)) for n in (*READS, FIFTY)}))"
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=checkout, check=True, capture_output=True
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def main(checkouts: Sequence[Path]) -> None:
    """Measure and print."""
    least: dict[Path, dict[str, float]] = {checkout: {} for checkout in checkouts}
    for _ in range(ROUNDS):
        for checkout, found in least.items():
            for name, cost in measured(checkout).items():
                found[name] = min(cost, found.get(name, cost))
    table = Table("department", *(checkout.name for checkout in checkouts))
    for name in (*READS, FIFTY):
        table.add_row(name, *(f"{least[checkout][name]:.0f}" for checkout in checkouts))
    Console().print(table)


if __name__ == "__main__":
    main([Path(argument).resolve() for argument in sys.argv[1:]] or [Path.cwd()])
