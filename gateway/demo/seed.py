"""What GraphiQL opens with in the dev profile: operations that run, and somebody to run them as."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from gateway.demo.answers import restaurant
from gateway.demo.applicant import operation
from gateway.demo.people import token_of
from gateway.edge.graphiql_page import Seed, Tab
from gateway.settings import Settings
from schema.domain.calendar import local_day

_WITHIN_S = 1.0
_NOBODY = {"uscc": "", "address": ""}


def tabs(city: Mapping[str, Any], now: Callable[[], Any]) -> list[Tab]:
    """The tabs, in the order somebody new would try them."""
    typed = restaurant(city, local_day(now()))
    start = {
        "oneThing": typed.one_thing,
        "answers": dict(typed.first),
        "clientRequestId": "graphiql-1",
    }
    variables: Mapping[str, Mapping[str, Any]] = {
        "one_thing": {"id": typed.one_thing},
        "registers": {"uscc": city["uscc"], "address": city["address"]},
        "start_application": {"input": start},
        "my_cases": {},
        "reduction": {"id": typed.one_thing},
        "permits_on_the_parcel": {"uscc": city["uscc"]},
        "departments": {},
    }
    return [Tab(name=name, query=operation(name), variables=v) for name, v in variables.items()]


def demo_seed(
    settings: Settings, client: httpx.AsyncClient, now: Callable[[], Any]
) -> Callable[[], Awaitable[Seed]]:
    """A seed for each visit: the mocks are asked until they have answered once.

    Without mocks the tabs open with empty values and without a token.
    """
    city: dict[str, Any] = {}
    url = str(settings.clock.follow or "").removesuffix("/clock") + "/demo"

    async def seed() -> Seed:
        if not city:
            city.update(await _told(client, url))
        if not city:
            return Seed(tabs=tabs(_NOBODY, now), headers={})
        token = await asyncio.to_thread(token_of, settings, "applicant", city)
        return Seed(tabs=tabs(city, now), headers={"Authorization": f"Bearer {token}"})

    return seed


async def _told(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    try:
        answer = (await client.get(url, timeout=_WITHIN_S)).raise_for_status()
        told: dict[str, Any] = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return {}
    return told


async def empty_seed() -> Seed:
    """What the page opens with where there is no demo: nothing."""
    return Seed(tabs=(), headers={})
