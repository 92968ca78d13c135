"""What departments were asked: found, asserted, compared."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of, parameters_of
from mocks.admin.refusal import refused
from mocks.admin.route import route
from mocks.journal.entry import Entry
from mocks.journal.matching import Matcher, NearMiss, near_misses
from mocks.journal.shelf import Shelf
from mocks.supervisor import Supervisor

_NEAR = 3
_BOUNDS = ("exactly", "at_least", "at_most")


class Journal:
    """The routes of /__admin/journal. Looking happens in a thread: the clock is asked meanwhile."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def routes(self) -> list[Route]:
        """Reading, forgetting, asserting, comparing."""
        return [
            route("journal", get=self.read, delete=self.forget),
            route("journal/assert", post=self.verdict),
            route("journal/near", post=self.near),
        ]

    async def read(self, request: Request) -> Response:
        """The newest requests that match, oldest first."""
        asked = parameters_of(request, "readJournal")
        limit = asked.pop("limit")
        matcher = _matcher(asked, "since")
        return await asyncio.to_thread(self._found, matcher, limit)

    async def forget(self, _: Request) -> Response:
        """Forget every request."""
        await self._supervisor.forget()
        return Response(status_code=204)

    async def verdict(self, request: Request) -> Response:
        """Whether as many requests matched as should have."""
        asked = await body_of(request, "assertJournal")
        matcher = _matcher(asked["match"], "/match/since")
        return await asyncio.to_thread(self._verdict, matcher, asked)

    async def near(self, request: Request) -> Response:
        """The requests that came closest."""
        asked = await body_of(request, "nearMisses")
        matcher = _matcher(asked["match"], "/match/since")
        return await asyncio.to_thread(self._near, matcher, int(asked.get("limit", _NEAR)))

    def _entries(self, matcher: Matcher) -> Sequence[Entry]:
        children = self._supervisor.children.values()
        shelf = Shelf(rings={name: ring for child in children for name, ring in child.rings()})
        return shelf.entries(matcher.line.get("department"))

    def _found(self, matcher: Matcher, limit: int) -> Response:
        entries = self._entries(matcher)
        found = [entry for entry in entries if matcher.matches(entry)]
        told = {
            "requests": [entry.shown() for entry in found[-limit:]],
            "matched": len(found),
            "kept": len(entries),
        }
        return JSONResponse(told)

    def _verdict(self, matcher: Matcher, asked: Mapping[str, Any]) -> Response:
        entries = self._entries(matcher)
        count = sum(matcher.matches(entry) for entry in entries)
        bounds = {name: asked[name] for name in _BOUNDS if name in asked}
        holds = all(_HOLDS[name](count, bound) for name, bound in bounds.items())
        near = [] if holds else near_misses(matcher, entries, _NEAR)
        wanted = " and ".join(f"{name.replace('_', ' ')} {n}" for name, n in bounds.items())
        told = {
            "holds": holds,
            "count": count,
            "wanted": wanted,
            "near": [_shown(one) for one in near],
        }
        return JSONResponse(told)

    def _near(self, matcher: Matcher, limit: int) -> Response:
        found = near_misses(matcher, self._entries(matcher), limit)
        return JSONResponse([_shown(one) for one in found])


_HOLDS = {
    "exactly": int.__eq__,
    "at_least": int.__ge__,
    "at_most": int.__le__,
}


def _matcher(told: Mapping[str, Any], where: str) -> Matcher:
    try:
        return Matcher.of(told)
    except ValueError as wrong:
        mend = "write a moment that exists with its offset, 2026-09-21T09:00:00+08:00"
        raise refused("BODY_WRONG", where, str(wrong), mend) from None


def _shown(near: NearMiss) -> dict[str, Any]:
    differences = [
        {"where": one.where, "expected": one.expected, "got": one.got} for one in near.differences
    ]
    return {"request": near.entry.shown(), "differences": differences}
