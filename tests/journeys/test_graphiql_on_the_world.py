"""GraphiQL over the whole application: its first tabs run as they open, up to a submitted case."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from gateway.demo.processes import until
from gateway.edge.graphiql_page import BUNDLE
from tests.chromium import launched, needs_chromium

if TYPE_CHECKING:
    from tests.journeys.conftest import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.journey,
    pytest.mark.timeout(120),
    needs_chromium,
    pytest.mark.skipif(
        not (BUNDLE / "index.js").is_file(), reason="GraphiQL is not built: make graphiql"
    ),
]


@asynccontextmanager
async def graphiql(world: "World", elsewhere: list[str]) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        try:
            page = await browser.new_page(locale="zh-CN", viewport={"width": 1400, "height": 900})
            page.on("request", lambda request: elsewhere.append(request.url))
            await page.goto(f"{world.gateway}/graphql")
            yield page
        finally:
            await browser.close()


async def test_tabs_run_as_they_open_and_nothing_else_is_loaded(
    world: "World", tmp_path: Path
) -> None:
    asked: list[str] = []
    async with graphiql(world, asked) as page:
        tabs = page.locator(".graphiql-tab-button")
        run = page.locator(".graphiql-execute-button")
        answer = page.locator(".graphiql-response .view-lines")
        name = world.city["enterprise_name"]
        expected = (
            ("开饭店",),
            (name,),
            ("startApplication", "DraftSaved"),
            ("saveDraft", "DraftSaved"),
            ("submitApplication", "CaseAccepted"),
        )

        for number, texts in enumerate(expected):
            if number:  # the first is open: what it opens with must run untouched
                await tabs.nth(number).click()
            await until(texts[-1], partial(_answers, run, answer, texts), within_s=20)
        await page.screenshot(path=tmp_path / "graphiql.png")

    own = (world.gateway, "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


async def _answers(run: Locator, answer: Locator, texts: Sequence[str]) -> bool:
    """Run once more: a moment after a change of tabs GraphiQL still names the old operation."""
    await run.click()
    try:
        for text in texts:
            await expect(answer).to_contain_text(text, timeout=2_000)
    except AssertionError:
        return False
    return True
