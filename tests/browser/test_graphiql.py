"""GraphiQL from our own build, in a real browser: works with no network but the gateway itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from graphql import build_schema, graphql
from playwright.async_api import Locator, Page, Request, async_playwright, expect
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from gateway.demo.ports import free_port
from gateway.demo.processes import until
from gateway.edge.graphiql_page import ASSETS, BUNDLE, GraphiQLPage, Seed, Tab
from gateway.edge.graphql import GraphQLEndpoint
from gateway.edge.graphql_request import Operation
from gateway.edge.rim import Rim
from schema.domain.text import Language
from schema.graph.ports import Viewer
from tests.chromium import launched, needs_chromium

SCHEMA = build_schema(
    "type Query { greeting: String! } type Mutation { greet(name: String!): String! }"
)
SAVED: list[str] = []

pytestmark = [pytest.mark.browser, needs_chromium]
needs_bundle = pytest.mark.skipif(
    not (BUNDLE / "index.js").is_file(), reason="GraphiQL is not built: make graphiql"
)


class Root:
    """What the little schema reads from."""

    def greeting(self, _info: object) -> str:
        return "你好"

    def greet(self, _info: object, name: str) -> str:
        SAVED.append(name)
        return f"你好，{name}"


async def execute(
    operation: Operation, *, viewer: Viewer, language: Language, request_id: str
) -> Mapping[str, Any]:
    result = await graphql(
        SCHEMA, operation.query, Root(), None, dict(operation.variables), operation.name
    )
    return result.formatted


async def authenticate(token: str | None) -> Viewer | None:
    return Viewer(subject="person:1", roles=frozenset({"citizen"})) if token == "demo" else None


async def seed() -> Seed:
    tabs = [
        Tab(name="read", query="query Read { greeting }", variables={}),
        Tab(
            name="write",
            query="mutation Write($name: String!) { greet(name: $name) }",
            variables={"name": "小满"},
        ),
    ]
    return Seed(tabs=tabs, headers={"Authorization": "Bearer demo"})


@asynccontextmanager
async def gateway(bundle: Path) -> AsyncIterator[str]:
    port = free_port()
    page = GraphiQLPage(seed=seed, bundle=bundle, dev=True)
    endpoint = GraphQLEndpoint(execute=execute, authenticate=authenticate, page=page)
    app = Starlette(
        routes=[Mount(ASSETS, page.assets()), Route("/graphql", endpoint)],
    )
    server = uvicorn.Server(
        uvicorn.Config(Rim(app, new_id=lambda: "r" * 8), port=port, log_level="error", ws="none")
    )
    serving = asyncio.create_task(server.serve())
    await until("server", lambda: _started(server), within_s=10)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


async def _started(server: uvicorn.Server) -> bool:
    return server.started


@asynccontextmanager
async def browser_page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        try:
            context = await browser.new_context(
                locale="zh-CN", viewport={"width": 1400, "height": 900}
            )
            yield await context.new_page()
        finally:
            await browser.close()


@contextmanager
def watched(page: Page, own: str) -> Iterator[list[str]]:
    """Collects what must not happen: requests elsewhere, and errors in the page."""
    bad: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((own, "data:", "blob:")):
            bad.append(request.url)

    page.on("request", requested)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("console", lambda line: bad.append(line.text) if line.type == "error" else None)
    yield bad
    assert bad == []


@needs_bundle
async def test_graphiql_runs_a_query_and_a_mutation_offline(tmp_path: Path) -> None:
    SAVED.clear()
    async with gateway(BUNDLE) as url, browser_page() as page:
        with watched(page, url):
            await page.goto(f"{url}/graphql")
            run = page.locator(".graphiql-execute-button")
            answer = page.locator(".graphiql-response .view-lines")

            await expect(page.locator(".graphiql-tab")).to_have_count(2)
            await run.click()
            await expect(answer).to_contain_text("你好")

            await page.locator(".graphiql-tab-button").nth(1).click()
            await until("answer", lambda: _answers(run, answer, "小满"), within_s=20)
            await page.screenshot(path=tmp_path / "graphiql.png")

    assert set(SAVED) == {"小满"}


async def _answers(run: Locator, answer: Locator, text: str) -> bool:
    """Run once more: a moment after a change of tabs GraphiQL still names the old operation."""
    await run.click()
    try:
        await expect(answer).to_contain_text(text, timeout=1_500)
    except AssertionError:
        return False
    return True


async def test_console_without_a_build_runs_a_query_too(tmp_path: Path) -> None:
    async with gateway(tmp_path) as url, browser_page() as page:
        with watched(page, url):
            await page.goto(f"{url}/graphql")

            await expect(page.locator("body")).to_contain_text("make graphiql")
            await page.locator("#run").click()
            await expect(page.locator("#answer")).to_contain_text("你好")
