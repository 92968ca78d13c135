"""Everybody outside the gateway, in a process of its own: applicants and the clerk. `… RUN_DIR`

Ends when every application was acknowledged and every case has ended, or when time is up.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.chaos.applicants import Applicants, withdraws
from tests.chaos.characters import LIFT, Character, characters
from tests.chaos.city import OPENING
from tests.chaos.clerk import Clerk, parked
from tests.chaos.insistent import Insistent
from tests.chaos.lines import Lines
from tests.chaos.operations import OPEN, OPEN_STATES, PAGE
from tests.chaos.papers import prepare
from tests.chaos.plan import Plan, RunFolder

_EVERY_S = 0.7
_REST = 3.0  # so many times as long as looking took, nobody looks


class Driver:
    """One run's outside world."""

    def __init__(self, folder: RunFolder, plan: Plan) -> None:
        self._plan = plan
        self._acks = Lines(folder.acks)
        places = folder.read(folder.places)
        self._people = places["people"]
        gateways = places["gateways"]
        self._applicant = Insistent(gateways, places["applicant"], self._acks)
        self._desk = Insistent(gateways, places["clerk"], self._acks)
        self._clerk = Clerk(self._desk, folder.ledgers, self._acks, plan.truth.settle_s)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> bool:
        """Whether everything came to an end in time."""
        try:
            async with asyncio.timeout(self._plan.within_s):
                await self._everything()
            self._tasks_failed()
        except TimeoutError:
            return False
        finally:
            for task in self._tasks:
                task.cancel()
            await self._applicant.close()
            await self._desk.close()
        return True

    async def _everything(self) -> None:
        papers = await prepare(self._applicant, self._people, OPENING.date(), self._plan)
        applicants = Applicants(self._applicant, papers, self._acks, self._plan.name)
        watching = asyncio.create_task(self._watch(applicants))
        turn = asyncio.Semaphore(self._plan.concurrency)
        try:
            async with asyncio.TaskGroup() as group:
                began = time.monotonic()
                for character in characters(self._plan):
                    due = self._plan.spread_s * character.number / self._plan.applications
                    await asyncio.sleep(max(0.0, began + due - time.monotonic()))
                    await turn.acquire()
                    applying = group.create_task(self._apply(applicants, character))
                    applying.add_done_callback(lambda _: turn.release())
            while self._tasks or await self._open():
                self._tasks_failed()
                if watching.done():
                    await watching
                await asyncio.sleep(_EVERY_S)
        finally:
            watching.cancel()

    async def _apply(self, applicants: Applicants, character: Character) -> None:
        case = await applicants.apply(character)
        if case is not None and withdraws(character):
            self._later(applicants.think_better(character, case))

    async def _watch(self, applicants: Applicants) -> None:
        """See what applicants and the clerk have to do, again and again."""
        while True:
            began = time.monotonic()
            for state in OPEN_STATES:
                seen_at = time.monotonic()
                async for nodes in self._pages(state):
                    for reference in parked(nodes):
                        if self._clerk.seen.take(reference, seen_at):
                            self._later(self._clerk.resolve(reference))
                    self._hand_in(applicants, nodes, seen_at)
                    self._report(applicants, nodes, seen_at)
            await asyncio.sleep(max(_EVERY_S, _REST * (time.monotonic() - began)))

    def _report(
        self, applicants: Applicants, nodes: Sequence[Mapping[str, Any]], seen_at: float
    ) -> None:
        for node in nodes:
            states = {step["item"]: step["state"] for step in node["steps"]}
            ready = node["oneThing"]["id"] == LIFT and states.get("L7") == "GRANTED"
            if ready and states["L8"] == "WAITING" and applicants.built.take(node["id"], seen_at):
                self._later(applicants.report_built(node["id"]))

    def _hand_in(
        self, applicants: Applicants, nodes: Sequence[Mapping[str, Any]], seen_at: float
    ) -> None:
        for node in nodes:
            for step in node["steps"]:
                if step["state"] != "SUPPLEMENT_REQUESTED":
                    continue
                if applicants.asked.take(f"{node['id']} {step['item']}", seen_at):
                    self._later(applicants.hand_in(node["id"], step["item"]))

    async def _pages(self, state: str) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        after: str | None = None
        while True:
            given = {"state": state, "after": after}
            page = (await self._desk.read(PAGE, given))["cases"]
            yield page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    async def _open(self) -> bool:
        found = await self._applicant.read(OPEN)
        return any(page["nodes"] for page in found.values())

    def _later(self, what: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.create_task(what))

    def _tasks_failed(self) -> None:
        """Drop what is done; raise what went wrong in it."""
        done = {task for task in self._tasks if task.done()}
        self._tasks -= done
        for task in done:
            task.result()


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 0 when everything ended, 1 when time was up."""
    [path] = sys.argv[1:] if words is None else words
    folder = RunFolder(Path(path))
    ended = asyncio.run(Driver(folder, folder.read_plan()).run())
    return 0 if ended else 1


if __name__ == "__main__":
    sys.exit(main())
