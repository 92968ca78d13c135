"""A clerk at a terminal of their own: an address, a token, and what departments left unclear.

The fire department can be neither asked nor sent the same thing twice. One filing reaches it and
its answer is lost; another is met by a page of maintenance, and never arrives. Both are parked, and
the clerk looks into the department's ledger, as a telephone call would.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from gateway.cli.desk import WAITING
from gateway.demo.ports import free_port
from gateway.demo.processes import until
from schema.domain.case import Verb
from schema.domain.case_rules import reference
from tests.journeys.conftest import PATIENCE_S, World

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

FIRE = "C"  # its item in a restaurant
OPERATION = "createDeclaration"
UNCLEAR = [
    {"operation": OPERATION, "kind": "lost_reply", "first": 1},
    {"operation": OPERATION, "kind": "html"},
]
BUSY = [{"operation": OPERATION, "kind": "busy"}]


class Clerk:
    """Runs `onething cases` in processes of their own, with no settings."""

    def __init__(self, world: World, folder: Path) -> None:
        self._folder = folder
        self.options = ("--url", world.gateway, "--token-file", self.token(world.token("clerk")))

    def token(self, text: str) -> str:
        """The path of a file with this token."""
        path = self._folder / f"{hash(text):x}.jwt"
        path.write_text(text, encoding="ascii")
        return str(path)

    async def run(self, *words: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
        """Exit code, output, errors."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "cases", *words, *(options or self.options)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def json(self, *words: str) -> Any:
        """What a program gets."""
        code, out, err = await self.run(*words, "--json")
        assert (code, err) == (0, "")
        return orjson.loads(out)


async def filed(world: World, about: str) -> list[str]:
    """The numbers the department received this filing under."""
    ledger = await world.ledger("fire")
    return [e["receipt"] for e in ledger if (e["kind"], e["reference"]) == ("filing", about)]


async def step(world: World, about: str) -> dict[str, Any]:
    """The step of this filing, as an applicant sees it."""
    case, item, *_ = about.split(":")
    steps = (await world.case(case))["steps"]
    return next(step for step in steps if step["item"] == item)


async def is_parked(world: World, about: str) -> bool:
    return bool((await step(world, about))["state"] == "PARKED")


@pytest_asyncio.fixture(loop_scope="session")
async def unclear(world: World) -> AsyncIterator[tuple[str, str]]:
    """Two parked filings: the department has the first, and nothing of the second."""
    await world.mocks_admin.faults({"fire": UNCLEAR})
    applied = await asyncio.gather(world.apply(), world.apply())
    mine = [reference(one.case, FIRE, Verb.FILE, 1) for one in applied]

    async def both_are() -> bool:
        states = [await is_parked(world, about) for about in mine]
        if not all(states):
            await world.jump()
        return all(states)

    await until("parked", both_are, within_s=PATIENCE_S, watching=world.town.processes)
    arrived = [about for about in await parked(world) if await filed(world, about)]
    yield arrived[0], next(about for about in mine if about not in arrived)
    await world.mocks_admin.faults({})


async def parked(world: World) -> set[str]:
    """All that is parked; in a city others file in as well, not only ours."""
    data = await world.graphql(WAITING, {"kind": "PARKED"}, world.token("clerk"))
    return {entry["reference"] for entry in data["waiting"]["nodes"]}


@pytest.mark.timeout(240)
async def test_a_clerk_works_through_what_is_parked(
    world: World, unclear: tuple[str, str], tmp_path: Path
) -> None:
    clerk, (arrived, lost) = Clerk(world, tmp_path), unclear
    number = arrived.split(":")[0]

    await sees_all(world, clerk)
    await sees_the_case(clerk, number, arrived)
    await is_refused(world, clerk, arrived)
    await sees_what_is_overdue(world, clerk, arrived, lost)
    await says_it_arrived(world, clerk, arrived)
    await says_it_did_not(world, clerk, lost)


async def sees_all(world: World, clerk: Clerk) -> None:
    (code, out, _), told = await asyncio.gather(clerk.run("parked"), clerk.json("parked"))
    names = await parked(world)

    assert code == 0
    assert f"parked: {len(names)}" in out
    assert all(name in out for name in names)
    assert {entry["reference"] for entry in told} == names
    assert {(e["department"], e["on"], e["mayBeRetried"]) for e in told} == {
        ("fire", "CLERK", False)
    }


async def sees_the_case(clerk: Clerk, number: str, about: str) -> None:
    (code, out, _), told, unknown = await asyncio.gather(
        clerk.run("show", number), clerk.json("show", number), clerk.run("show", "31-X")
    )

    assert code == 0
    assert out.startswith(f"{number}: IN_PROGRESS, since 2026-")
    assert "PARKED" in out
    assert "a clerk is asking" in out.replace("\n", " ")
    assert [s["parked"] for s in told["steps"] if s["item"] == FIRE] == [about]
    assert unknown == (
        1,
        "",
        "no case 31-X, or it is not a clerk's to see\n"
        "next: take a number from: onething cases parked\n",
    )


async def is_refused(world: World, clerk: Clerk, about: str) -> None:
    """Nothing is sent blindly, nothing is told of what there is not, and not to anybody."""
    applicants = ("--url", world.gateway, "--token-file", clerk.token(world.token()))
    forged = ("--url", world.gateway, "--token-file", clerk.token("a.b.c"))
    down = ("--url", f"http://127.0.0.1:{free_port()}", *clerk.options[2:])
    told = await asyncio.gather(
        clerk.run("retry", about),
        clerk.run("resolve", f"{about}1", "--receipt", "F-1"),
        clerk.run("parked", options=applicants),
        clerk.run("parked", options=forged),
        clerk.run("parked", options=down),
    )

    assert [code for code, _, _ in told] == [1] * 5
    assert all(err.count("\nnext: ") == 1 for _, _, err in told)
    for (_, _, err), said in zip(
        told,
        (
            "This department's system cannot be asked",
            "There is no such thing, or it is not yours.",
            "this token does not have the role clerk",
            "this token is not believed",
            "no answer",
        ),
        strict=True,
    ):
        assert said in err


async def sees_what_is_overdue(world: World, clerk: Clerk, *abouts: str) -> None:
    """Nobody has asked the department for days."""
    await world.advance(working_days=3)

    (code, out, _), told = await asyncio.gather(clerk.run("overdue"), clerk.json("overdue"))

    assert code == 0
    assert f"overdue: {len(told)}" in out
    assert set(abouts) <= {entry["reference"] for entry in told if entry["overdue"]}


async def says_it_arrived(world: World, clerk: Clerk, about: str) -> None:
    [receipt] = await filed(world, about)

    code, out, _ = await clerk.run("resolve", about, "--receipt", receipt)
    again = await clerk.run("resolve", about, "--receipt", receipt)

    assert (code, out) == (0, f"noted: {about.split(':')[0]} is IN_PROGRESS\n")
    assert again[0] == 1
    assert again[2].startswith("What became of it is known already.\nnext: ")
    assert (await step(world, about))["receipt"] == receipt


async def says_it_did_not(world: World, clerk: Clerk, about: str) -> None:
    """It is sent anew; while the department is busy it waits, and a clerk may have it tried now."""
    await world.mocks_admin.faults({"fire": BUSY})
    told = await clerk.json("resolve", about, "--not-received")

    async def waits() -> bool:
        return (await step(world, about))["problem"] is not None

    await until("put off", waits, within_s=PATIENCE_S, watching=world.town.processes)
    code, out, err = await clerk.run("retry", about)
    while "at this moment" in err:  # it is just being tried
        code, out, err = await clerk.run("retry", about)
    await world.mocks_admin.faults({})

    async def is_filed() -> bool:
        return bool((await step(world, about))["receipt"])

    await until("filed", is_filed, within_s=PATIENCE_S, watching=world.town.processes)
    assert told["id"] == about.split(":")[0]
    assert (code, out) == (0, f"noted: {told['id']} is IN_PROGRESS\n")
    assert await filed(world, about) == [(await step(world, about))["receipt"]]
