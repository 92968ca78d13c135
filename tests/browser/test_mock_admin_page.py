"""The mock fleet's page in a real browser: departments, faults, journal, clock; nothing foreign."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from mocks.core.city import DEMO
from mocks.core.credentials import FIRE_TOKEN
from tests.chromium import launched, needs_chromium
from tests.mocks.conftest import World, start_world, stop_world

pytestmark = [pytest.mark.browser, needs_chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests here; each has a context of its own, which knows nothing of the others."""
    async with async_playwright() as playwright:
        opened = await launched(playwright)
        yield opened
        await opened.close()


@pytest.fixture
def fire_fleet(tmp_path: Path) -> Iterator[World]:
    world = start_world(tmp_path, "fire")
    yield world
    stop_world(world)


Opened = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture
def page_of(browser: Browser) -> Opened:
    """Opens the page of a fleet, with nothing kept from before."""

    @asynccontextmanager
    async def opened(world: World, locale: str, refused: str = "") -> AsyncIterator[Page]:
        context = await browser.new_context(locale=locale)
        try:
            page = await context.new_page()
            with watched(page, world.admin, refused):
                await page.goto(f"{world.admin}/__admin/")
                yield page
        finally:
            await context.close()

    return opened


@contextmanager
def watched(page: Page, own: str, refused: str) -> Iterator[list[str]]:
    """Collects what must not happen: requests elsewhere, and errors in the page.

    A browser also complains of what is refused on purpose, naming the status.
    """
    bad: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((own, "data:")):
            bad.append(request.url)

    def complaint(text: str) -> None:
        if not (refused and refused in text):
            bad.append(text)

    page.on("request", requested)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("console", lambda line: complaint(line.text) if line.type == "error" else None)
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
    fire_fleet: World, page_of: Opened
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
    fire_fleet: World, page_of: Opened
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


async def test_a_fault_is_ordered_with_its_parameters_and_shows_how_often_it_struck(
    fire_fleet: World, page_of: Opened
) -> None:
    def asked() -> httpx.Response:
        return fire_fleet.client.get(f"{fire_fleet.ports['fire']['url']}/declarations/1")

    async with page_of(fire_fleet, "en-GB") as page:
        line = page.locator("#department-fire")
        await expect(line.get_by_role("button", name="on", exact=True)).to_be_disabled()
        await line.locator("select").select_option("unavailable")
        await line.get_by_label("retry_after_s").fill("7")
        await line.get_by_label("first").fill("1")
        await line.get_by_role("button", name="on", exact=True).click()
        await expect(line.locator(".rule")).to_contain_text("Unavailable retry_after_s=7 first=1")
        await expect(line.locator(".rule b")).to_have_text("0×")
        assert [asked().status_code for _ in range(2)] == [503, 401]
        await expect(line.locator(".rule b")).to_have_text("1×")
        await line.locator(".rule button").click()
        await expect(line.locator(".past b")).to_have_text("1×")
    assert fire_fleet.ask("GET", "faults") == {}


async def test_what_is_refused_stays_said_until_the_next_thing_is_asked(
    fire_fleet: World, page_of: Opened
) -> None:
    async with page_of(fire_fleet, "en-GB", refused="status of 422") as page:
        line = page.locator("#department-fire")
        await line.locator("select").select_option("busy")
        await line.get_by_label("operation").fill("createDeclarations")
        await line.get_by_role("button", name="on", exact=True).click()
        await expect(page.locator("#trouble")).to_contain_text("did you mean")
        for _ in range(2):  # looks at the fleet that go well
            async with page.expect_response(lambda reply: "journal" in reply.url):
                pass
        await expect(page.locator("#trouble")).to_contain_text("did you mean")
        await line.get_by_label("operation").fill("createDeclaration")
        await line.get_by_role("button", name="on", exact=True).click()
        await expect(page.locator("#trouble")).to_be_hidden()


async def test_the_clock_is_set_held_and_hurried(fire_fleet: World, page_of: Opened) -> None:
    async with page_of(fire_fleet, "en-GB") as page:
        await page.get_by_role("button", name="Hold").click()
        await expect(page.locator("#rate")).to_have_value("0")
        await page.locator("#moment").fill("2026-10-09T08:30:00")
        await page.get_by_role("button", name="Set", exact=True).click()
        await expect(page.locator("#now")).to_have_text("2026-10-09 08:30:00")
        await expect(page.locator("#weekday")).to_have_text("Fri")
        await page.locator("#rate").select_option("3600")
        await expect(page.get_by_role("button", name="Hold")).to_be_visible()
        await expect(page.locator("#now")).not_to_contain_text("08:30")
        await page.get_by_role("button", name="Hold").click()
        await page.get_by_role("button", name="Go on").click()
        await expect(page.locator("#rate")).to_have_value("3600")
