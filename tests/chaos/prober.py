"""Asks gateways again and again, while something is wrong, what they say to a write and a read."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from gateway.demo.answers import restaurant
from tests.chaos.city import OPENING
from tests.chaos.operations import OPEN, SAVE, START

_ANSWER_S = 15.0
TYPED = frozenset({"STORE_UNAVAILABLE", "NOT_NOW"})
DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was answered, and after how long: `done`, a problem code, or what went wrong."""

    what: str
    seconds: float


class Prober:
    """An applicant with a draft of its own."""

    def __init__(self, token: str, people: Mapping[str, Any]) -> None:
        self._http = httpx.AsyncClient(
            trust_env=False, timeout=_ANSWER_S, headers={"authorization": f"Bearer {token}"}
        )
        self._people = people
        self._draft: str | None = None
        self._number = count()

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def begin(self, gateway: str) -> None:
        """Open the draft the writes go to."""
        typed = restaurant(self._people, OPENING.date())
        body = {"oneThing": typed.one_thing, "answers": dict(typed.first)}
        while self._draft is None:
            told = await self._send(gateway, START, {"input": self._given(body)})
            result = (told.get("data") or {}).get("startApplication") or {}
            self._draft = result.get("draft", {}).get("id")

    async def write(self, gateway: str) -> Said:
        """Save the draft once."""
        given = self._given({"draft": self._draft, "answers": {"floor": next(self._number) % 90}})
        began = time.monotonic()
        told = await self._send(gateway, SAVE, {"input": given})
        return Said(what=_what(told, "saveDraft"), seconds=time.monotonic() - began)

    async def read(self, gateway: str) -> Said:
        """Ask for cases once."""
        began = time.monotonic()
        told = await self._send(gateway, OPEN, {})
        return Said(what=_what(told, None), seconds=time.monotonic() - began)

    async def ready(self, gateway: str) -> bool:
        """Whether it says it is ready."""
        try:
            return (await self._http.get(f"{gateway}/readyz")).is_success
        except httpx.HTTPError:
            return False

    def _given(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {**body, "clientRequestId": f"probe-{next(self._number)}-{time.monotonic_ns()}"}

    async def _send(self, gateway: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        body = {"query": query, "variables": dict(variables)}
        try:
            answer = await self._http.post(f"{gateway}/graphql", json=body)
            told: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            return {"errors": [{"extensions": {"code": type(error).__name__}}]}
        return told


def _what(told: Mapping[str, Any], mutation: str | None) -> str:
    if told.get("errors"):
        return str(told["errors"][0].get("extensions", {}).get("code"))
    if mutation is None:
        return DONE
    result = told["data"][mutation]
    if result["__typename"] == "DraftSaved":
        return DONE
    problems: Sequence[Mapping[str, Any]] = result.get("problems", ())
    return str(problems[0]["code"]) if problems else str(result["__typename"])
