"""What GraphiQL opens with in the dev profile: operations that run, and somebody to run them as."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import structlog

from gateway.demo.answers import Typed, restaurant
from gateway.demo.applicant import Applicant, operation
from gateway.demo.applying import Begun, begin, to_save, to_start, to_submit
from gateway.demo.failure import DemoFailed
from gateway.demo.people import token_of
from gateway.edge.graphiql_page import Seed, Tab
from gateway.settings import Settings
from schema.domain.calendar import local_day

log = structlog.get_logger(__name__)

_WITHIN_S = 1.0
_NOBODY = {"uscc": "", "address": ""}
_NOTHING = Begun(draft={"id": ""}, materials={}, pledged=())


def tabs(city: Mapping[str, Any], now: Callable[[], Any], begun: Begun = _NOTHING) -> list[Tab]:
    """The tabs, in the order somebody new would try them; `begun` is the draft of this day."""
    typed, run = _of_the_day(city, now)
    draft = begun.draft["id"]
    variables: Mapping[str, Mapping[str, Any]] = {
        "one_thing": {"id": typed.one_thing},
        "registers": {"uscc": city["uscc"], "address": city["address"]},
        "start_application": {"input": to_start(typed, run)},
        "save_draft": {"input": to_save(draft, typed, begun.materials, run)},
        "submit_application": {"input": to_submit(draft, begun.pledged, run)},
        "my_cases": {},
        "reduction": {"id": typed.one_thing},
        "permits_on_the_parcel": {"uscc": city["uscc"]},
        "departments": {},
    }
    return [Tab(name=name, query=operation(name), variables=v) for name, v in variables.items()]


def _of_the_day(city: Mapping[str, Any], now: Callable[[], Any]) -> tuple[Typed, str]:
    """What is typed today, and what makes today's requests the same however often they are made."""
    today = local_day(now())
    return restaurant(city, today), f"graphiql-{today}"


def demo_seed(
    settings: Settings,
    client: httpx.AsyncClient,
    now: Callable[[], Any],
    application: Callable[[], Any],
) -> Callable[[], Awaitable[Seed]]:
    """A seed for each visit: the mocks are asked until they have answered once.

    The first visit of a day opens the draft of that day at `application` and uploads what it
    needs, so that saving and submitting it run as they stand. Without mocks the tabs open with
    empty values and without a token.
    """
    city: dict[str, Any] = {}
    drafts: dict[str, Begun] = {}  # by day
    url = str(settings.clock.follow or "").removesuffix("/clock") + "/demo"

    async def seed() -> Seed:
        if not city:
            city.update(await _told(client, url))
        if not city:
            return Seed(tabs=tabs(_NOBODY, now), headers={})
        token = await asyncio.to_thread(token_of, settings, "applicant", city)
        typed, run = _of_the_day(city, now)
        if run not in drafts:
            drafts[run] = await _begun(application, token, typed, run)
        begun = drafts[run]
        if begun is _NOTHING:
            del drafts[run]
        return Seed(tabs=tabs(city, now, begun), headers={"Authorization": f"Bearer {token}"})

    return seed


async def _begun(application: Callable[[], Any], token: str, typed: Typed, run: str) -> Begun:
    """The draft of a day, as its applicant opens it; nothing where that fails."""
    here = httpx.ASGITransport(app=application())
    applicant = Applicant("http://127.0.0.1", token, transport=here)
    try:
        return await begin(applicant, typed, run)
    except DemoFailed as failed:
        log.warning("graphiql.no_draft", problems=list(failed.missing))
        return _NOTHING
    except Exception as bug:  # the rim: a page without a draft is better than none
        log.warning("graphiql.no_draft", error=type(bug).__name__)
        return _NOTHING
    finally:
        await applicant.close()


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
