"""A client that repeats what it asked, with the same request id, until it is answered."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from tests.chaos.lines import Lines

_ANSWER_S = 10.0
_BROKEN = httpx.codes.INTERNAL_SERVER_ERROR
# A token is not good yet, or no longer, while the gateway's clock is wrong.
_LATER = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.TOO_MANY_REQUESTS})
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.05, 0.3


class Refused(Exception):
    """The gateway reports errors, not an answer."""


class Insistent:
    """Somebody with a token who does not give up; several gateways are asked in turn.

    Answers of the type NotNow are noted with the time they took, and the question is repeated.
    """

    def __init__(self, gateways: Sequence[str], token: str, acks: Lines) -> None:
        self._gateways = list(gateways)
        self._acks = acks
        self._http = httpx.AsyncClient(
            trust_env=False,
            timeout=_ANSWER_S,
            headers={"authorization": f"Bearer {token}"},
            limits=httpx.Limits(max_connections=40, max_keepalive_connections=20),
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def read(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data of a query."""
        wait = _FIRST_WAIT_S
        while True:
            data = await self._ask(query, variables or {})
            if data is not None:
                return data
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_S)

    async def change(self, name: str, query: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """What became of a mutation, once it is known; `name` is its field."""
        wait = _FIRST_WAIT_S
        while True:
            began = time.monotonic()
            data = await self._ask(query, {"input": dict(given)})
            result: dict[str, Any] | None = data[name] if data is not None else None
            if result is not None and result["__typename"] != "NotNow":
                return result
            if result is not None:
                took = time.monotonic() - began
                self._acks.add({"kind": "not_now", "mutation": name, "seconds": took})
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_S)

    async def upload(self, document: bytes) -> str:
        """Bring a PDF; its digest."""
        headers = {"content-type": "application/pdf"}
        while True:
            try:
                answer = await self._http.post(
                    f"{self._gateways[0]}/materials", content=document, headers=headers
                )
            except httpx.HTTPError:
                self._next()
            else:
                if answer.status_code == httpx.codes.CREATED:
                    return str(answer.json()["sha256"])
            await asyncio.sleep(_LONGEST_WAIT_S)

    async def _ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """The data, or None when nobody answered, or only that it cannot be answered now."""
        body = {"query": query, "variables": dict(variables)}
        self._next()
        try:
            answer = await self._http.post(f"{self._gateways[0]}/graphql", json=body)
        except httpx.HTTPError:
            return None
        if answer.status_code in _LATER or answer.status_code >= _BROKEN:
            self._acks.add({"kind": "not_served", "status": answer.status_code})
            return None
        told = answer.json()
        if told.get("errors"):
            codes = {error.get("extensions", {}).get("code") for error in told["errors"]}
            if codes <= {"NOT_NOW", "STORE_UNAVAILABLE", "OPERATION_TIMEOUT", "INTERNAL"}:
                kind = "internal" if "INTERNAL" in codes else "read_refused"
                self._acks.add({"kind": kind, "codes": sorted(map(str, codes))})
                return None
            raise Refused(str(told["errors"])[:500])
        data: dict[str, Any] = told["data"]
        return data

    def _next(self) -> None:
        self._gateways.append(self._gateways.pop(0))
