"""What departments were asked: found, asserted, compared."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of, parameters_of
from mocks.admin.question import matcher_of, refuse_unknown, unknown_in
from mocks.admin.refusal import refused
from mocks.admin.route import route
from mocks.journal.entry import Entry
from mocks.journal.matching import Matcher
from mocks.journal.nearness import NearMiss, near_misses
from mocks.journal.shelf import Shelf
from mocks.supervisor import Supervisor

_NEAR, _SHOWN, _FOUND = 3, 5, 100
_TELLING = ("department", "operation", "reference", "key", "method", "path", "status", "fault")
_BOUNDS = ("exactly", "at_least", "at_most")


class Journal:
    """The routes of /__admin/journal. One at a time looks, in a thread: others are served."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    def routes(self) -> list[Route]:
        """Reading, forgetting, asserting, comparing."""
        return [
            route("journal", get=self.read, delete=self.forget),
            route("journal/requests/{id}", get=self.one),
            route("journal/find", post=self.find),
            route("journal/assert", post=self.verdict),
            route("journal/near", post=self.near),
        ]

    async def read(self, request: Request) -> Response:
        """The newest requests that match, oldest first."""
        asked = parameters_of(request, "readJournal")
        limit, detail = asked.pop("limit"), asked.pop("detail")
        return await self._look(self._found, matcher_of(asked, "", "readJournal"), limit, detail)

    async def one(self, request: Request) -> Response:
        """One request, whole."""
        return await self._look(self._one, request.path_params["id"])

    async def find(self, request: Request) -> Response:
        """The newest requests that match, by their body too, oldest first."""
        asked = await body_of(request, "findInJournal")
        matcher = matcher_of(asked.get("match", {}), "/match/", "findInJournal")
        limit, detail = int(asked.get("limit", _FOUND)), asked.get("detail", "whole")
        return await self._look(self._found, matcher, limit, detail)

    async def forget(self, _: Request) -> Response:
        """Forget every request."""
        await self._supervisor.forget()
        return Response(status_code=204)

    async def verdict(self, request: Request) -> Response:
        """Whether as many requests matched as should have."""
        asked = await body_of(request, "assertJournal")
        matcher = matcher_of(asked["match"], "/match/", "assertJournal")
        refuse_unknown(matcher, "/match/")
        return await self._look(self._verdict, matcher, asked)

    async def near(self, request: Request) -> Response:
        """The requests that came closest."""
        asked = await body_of(request, "nearMisses")
        matcher = matcher_of(asked["match"], "/match/", "nearMisses")
        refuse_unknown(matcher, "/match/")
        return await self._look(self._near, matcher, int(asked.get("limit", _NEAR)))

    async def _look(self, look: Callable[..., Response], *asked: object) -> Response:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(look, *asked))

    @cached_property
    def _shelf(self) -> Shelf:
        children = self._supervisor.children.values()
        return Shelf(rings={name: ring for child in children for name, ring in child.rings()})

    def _found(self, matcher: Matcher, limit: int, detail: str) -> Response:
        found = self._shelf.find(matcher, limit)
        show = self._shelf.line if detail == "line" else Entry.shown
        told = {
            "requests": [show(entry) for entry in found.entries],
            "matched": found.count,
            "kept": found.kept,
            "unknown": unknown_in(matcher),
        }
        return JSONResponse(told)

    def _one(self, id_: str) -> Response:
        if (entry := self._shelf.one(id_)) is None:
            mend = "GET /__admin/journal tells which there are"
            what = f"{id_[:80]} is no request, or has given way to newer ones"
            typed = "onething mocks journal lists those there are"
            raise refused("UNKNOWN", "id", what, mend, status=404, command=typed)
        return JSONResponse(entry.shown())

    def _verdict(self, matcher: Matcher, asked: Mapping[str, Any]) -> Response:
        found = self._shelf.find(matcher, _SHOWN)
        bounds = {name: asked[name] for name in _BOUNDS if name in asked}
        failed = [name for name, n in bounds.items() if not _HOLDS[name](found.count, n)]
        too_many = any(found.count > bounds[name] for name in failed)
        shown = [self._shelf.line(entry) for entry in found.entries] if too_many else []
        told = {
            "holds": not failed,
            "count": found.count,
            "wanted": " and ".join(f"{name.replace('_', ' ')} {n}" for name, n in bounds.items()),
            "found": shown,
            "apart": [name for name in _TELLING if len({one[name] for one in shown}) > 1],
            "near": self._nearest(matcher, _NEAR) if failed and not too_many else [],
        }
        return JSONResponse(told)

    def _near(self, matcher: Matcher, limit: int) -> Response:
        return JSONResponse(self._nearest(matcher, limit))

    def _nearest(self, matcher: Matcher, limit: int) -> list[dict[str, Any]]:
        entries = self._shelf.newest(matcher.line.get("department"))
        return [_shown(one) for one in near_misses(matcher, entries, limit)]


_HOLDS = {
    "exactly": int.__eq__,
    "at_least": int.__ge__,
    "at_most": int.__le__,
}


def _shown(near: NearMiss) -> dict[str, Any]:
    differences = [
        {"where": one.where, "expected": one.expected, "got": one.got} for one in near.differences
    ]
    return {"request": near.entry.shown(), "differences": differences}
