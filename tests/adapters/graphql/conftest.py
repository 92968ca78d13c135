"""A department that speaks GraphQL: a real server on loopback that executes its own SDL."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from graphql import GraphQLError, build_ast_schema, graphql, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from adapters.department import DeclaredDepartment
from adapters.manifest.read import FILE
from tests.adapters.conftest import made

CULTURE = Path(__file__).parent / "culture"
SDL = (CULTURE / "contract/culture.graphql").read_text("utf-8")


def venue(no: str, **change: Any) -> dict[str, Any]:
    return {
        "no": no,
        "name": f"venue {no}",
        "area": "186.50",
        "seats": 40,
        "state": "OPEN",
        "openedOn": "2020-02-29",
        "tags": ["KTV", "夜间"],
        "operator": {"__typename": "Company", "name": "小满", "uscc": "U1"},
        **change,
    }


class Culture:
    """What the department knows and holds; a value that is an exception is raised."""

    def __init__(self) -> None:
        self.venues: dict[str, Any] = {no: venue(no) for no in "123"}
        self.filed: list[dict[str, Any]] = []
        self.states: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer: Any = {
            "__typename": "Receipt",
            "no": "N1",
            "receivedAt": "2026-11-23T10:00:00+08:00",
        }
        self.backwards = False
        self.schema = build_ast_schema(parse(SDL), assume_valid_sdl=True)

    def root(self) -> dict[str, Callable[..., Any]]:
        """The resolvers of the root fields."""
        return {
            "venues": lambda info, nos: self._in_order([self.venues.get(no) for no in nos]),
            "venue": lambda info, no: raised(self.venues.get(no)),
            "venuesOf": lambda info, uscc: [v for v in self.venues.values() if isinstance(v, dict)],
            "cases": lambda info, nos: [self.states.get(no) for no in nos],
            "casesOf": lambda info, ref: list(self.states.values()),
            "file": lambda info, filing: self._file(filing),
            "withdraw": lambda info, no, reason: raised(self.states.get(no)) is not None,
        }

    def _in_order(self, rows: list[Any]) -> list[Any]:
        return rows[::-1] if self.backwards else rows

    def _file(self, filing: dict[str, Any]) -> Any:
        self.filed.append(filing)
        return raised(self.answer)

    async def serve(self, request: Request) -> JSONResponse:
        """One request, as GraphQL over HTTP has it."""
        asked = await request.json()
        self.heard.append(asked)
        self.keys.append(request.headers.get("x-key"))
        result = await graphql(
            self.schema,
            asked["query"],
            self.root(),
            variable_values=asked.get("variables"),
            operation_name=asked.get("operationName"),
        )
        return JSONResponse(result.formatted, media_type="application/graphql-response+json")


def raised(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


def fault(code: str, sentence: str = "no") -> GraphQLError:
    return GraphQLError(sentence, extensions={"code": code})


@pytest.fixture
async def culture() -> AsyncIterator[tuple[Culture, str]]:
    """The department and its address."""
    office = Culture()
    app = Starlette(routes=[Route("/graphql", office.serve, methods=["POST"])])
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    )
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    running = asyncio.ensure_future(server.main_loop())
    yield office, f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running
    await server.shutdown()


@pytest.fixture
async def department(
    tmp_path: Path, culture: tuple[Culture, str]
) -> AsyncIterator[DeclaredDepartment]:
    async for one in started(tmp_path, culture[1]):
        yield one


async def started(
    folder: Path, url: str, change: Callable[[str], str] = str
) -> AsyncIterator[DeclaredDepartment]:
    one, findings = made(placed(folder, change), url)
    assert one is not None, findings
    yield one
    await one.aclose()


def placed(folder: Path, change: Callable[[str], str] = str) -> Path:
    """A copy of the department's folder, its manifest changed and its contract pinned."""
    target = folder / "culture"
    shutil.copytree(CULTURE, target)
    digest = hashlib.sha256((target / "contract/culture.graphql").read_bytes()).hexdigest()
    text = (target / FILE).read_text("utf-8").replace("@SHA256@", digest)
    (target / FILE).write_text(change(text), "utf-8")
    return target
