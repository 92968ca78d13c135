"""The clerk: asks departments about parked filings, by looking into their ledgers.

That is what a telephone call would tell, once so much time has passed that nothing is on its way.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.demo.ledgers import Entry, read_ledgers
from schema.domain.case import Verb
from schema.domain.case_rules import parse_reference, reference
from tests.chaos.insistent import Insistent
from tests.chaos.lines import Lines
from tests.chaos.operations import RESOLVE
from tests.chaos.sightings import Sightings


class Clerk:
    """Resolves every parked filing it is shown, each once at a time."""

    def __init__(self, client: Insistent, ledgers: Path, acks: Lines, settle_s: float) -> None:
        self._client = client
        self._ledgers = ledgers
        self._acks = acks
        self._settle_s = settle_s
        self.seen = Sightings()

    async def resolve(self, reference: str) -> None:
        """Wait, ask the department, tell the gateway."""
        await asyncio.sleep(self._settle_s)
        receipt = await asyncio.to_thread(self._receipt, reference)
        request = f"resolve-{reference}-{self.seen.times(reference)}"
        given: dict[str, Any] = {"reference": reference, "clientRequestId": request}
        if receipt is not None:
            given["receipt"] = receipt
        answer = await self._client.change("resolveFiling", RESOLVE, given)
        kind = answer["__typename"]
        line = {"kind": "resolved", "reference": reference, "receipt": receipt, "answer": kind}
        self._acks.add(line)
        if kind not in ("CaseAccepted", "WrongState"):
            self._acks.add({"kind": "unexpected", "what": "resolve", "answer": answer})
        self.seen.settle(reference)

    def _receipt(self, reference: str) -> str | None:
        """The number the department has this under, None when it has received nothing."""
        entries = [e for ledger in read_ledgers(self._ledgers).values() for e in ledger]
        return next(arrived(reference, entries), None)


_KIND = {Verb.FILE: "filing", Verb.SUPPLEMENT: "supplement", Verb.WITHDRAW: "withdrawal"}


def arrived(about: str, entries: Sequence[Entry]) -> Iterator[str]:
    """The numbers what this reference names was received under, oldest first."""
    command = parse_reference(about)
    if command is None:
        return
    kind = _KIND[command.verb]
    for entry in entries:
        if entry["kind"] != kind:
            continue
        if entry.get("reference") == about or (
            not entry.get("reference") and _is_of(command.case, command.item, entry, entries)
        ):
            yield str(entry["receipt"])


def _is_of(case: str, item: str, entry: Entry, entries: Sequence[Entry]) -> bool:
    """Whether an entry without a reference is about the filing of this item."""
    mine = reference(case, item, Verb.FILE, 1)
    return any(
        e["kind"] == "filing" and e["receipt"] == entry["receipt"] and e["reference"] == mine
        for e in entries
    )


def parked(nodes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The references cases on a page wait for a clerk with."""
    for node in nodes:
        for step in node["steps"]:
            if step["parked"]:
                yield str(step["parked"])
