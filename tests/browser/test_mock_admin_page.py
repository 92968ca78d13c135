"""The mock fleet's page in a real browser: departments, faults, journal, clock; nothing foreign."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, Request, async_playwright, expect

from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN
from tests.chromium import launched, needs_chromium
from tests.mocks.conftest import World, start_world, stop_world

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture
def fire_fleet(tmp_path: Path) -> Iterator[World]:
    world = start_world(tmp_path, "fire")
    yield world
    stop_world(world)


@asynccontextmanager
async def page_of(world: World, locale: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        try:
            context = await browser.new_context(locale=locale)
            page = await context.new_page()
            with watched(page, world.admin):
                await page.goto(f"{world.admin}/__admin/")
                yield page
        finally:
            await browser.close()


@contextmanager
def watched(page: Page, own: str) -> Iterator[list[str]]:
    """Collects what must not happen: requests elsewhere, and errors in the page."""
    bad: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((own, "data:")):
            bad.append(request.url)

    page.on("request", requested)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("console", lambda line: bad.append(line.text) if line.type == "error" else None)
    yield bad
    assert bad == []


def declarer(world: World) -> Callable[[str], int]:
    fire = world.caller("fire")
    fire.headers["Authorization"] = f"Bearer {FIRE_TOKEN}"

    def declare(remark: str) -> int:
        body = fire.body("createDeclaration", remark=remark, creditCode=DEMO["uscc"])
        return fire.call("createDeclaration", body).status_code

    return declare


async def test_faults_go_on_and_off_and_the_journal_shows_what_they_did(
    fire_fleet: World,
) -> None:
    declare = declarer(fire_fleet)
    async with page_of(fire_fleet, "zh-CN") as page:
        line = page.locator("#department-fire")
        await expect(line).to_contain_text("消防")
        await line.locator("select").select_option("busy")
        await line.get_by_role("button", name="开启").click()
        await expect(line.locator(".rule")).to_have_count(1)
        assert declare("<img src=x onerror=alert(1)>") == 503
        await expect(page.locator("#journal tr.struck")).to_contain_text("<img src=x")
        await line.locator(".rule button").click()
        await expect(line.locator(".rule")).to_have_count(0)
        assert declare("s:page:2") == 201
        await page.locator("input[name=reference]").fill("s:page:2")
        await expect(page.locator("#journal tr")).to_have_count(1)
        await page.locator("#journal tr").click()
        await expect(page.locator("#detail")).to_contain_text("createDeclaration")
        assert FIRE_TOKEN not in await page.locator("#detail").inner_text()


async def test_the_clock_goes_on_a_department_stops_and_starts_in_either_language(
    fire_fleet: World,
) -> None:
    fire_fleet.ask("POST", "clock", {"now": "2026-09-21T09:00:00+08:00", "rate": 0})
    async with page_of(fire_fleet, "en-GB") as page:
        line = page.locator("#department-fire")
        await page.get_by_role("button", name="+1 working day").click()
        await expect(page.locator("#now")).to_have_text("2026-09-22 18:00:00")
        await line.get_by_role("button", name="stop").click()
        await expect(line).to_contain_text("down")
        await line.get_by_role("button", name="start").click()
        await expect(line.locator(".up")).to_be_visible(timeout=20_000)
        await page.get_by_role("button", name="中文").click()
        await expect(page.locator("h1")).to_have_text("各部门模拟系统")
        await expect(line).to_contain_text("在线")
