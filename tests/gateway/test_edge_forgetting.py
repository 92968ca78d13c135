"""An operator says that values have changed; nobody else does, and only of what there is."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.edge.forgetting import ForgettingEndpoint
from gateway.edge.rim import Rim
from gateway.federation.changed import scope
from gateway.federation.memory import Tag, of_department, of_number, of_people, of_source
from schema.domain.case import Case, CaseState, Step, StepState
from schema.graph.ports import Viewer

CASE = Case(
    id="310104-1",
    one_thing="open_restaurant",
    version="1",
    variant=None,
    district=None,
    applicant_ref="enterprise:1",
    agent_ref="person:2",
    state=CaseState.IN_PROGRESS,
    steps=(
        Step(item="A", department="market", state=StepState.ACCEPTED, receipt="R1"),
        Step(item="B", department="fire", state=StepState.WAITING),
    ),
    submitted_at=datetime(2026, 11, 26, tzinfo=UTC),
)
PEOPLE = (scope("enterprise:1", None), scope("person:2", "enterprise:1"))


async def asked(
    body: Any, *, role: str = "operator", method: str = "POST"
) -> tuple[int, list[Tag]]:
    """The status, and what was forgotten."""
    forgotten: list[Tag] = []

    async def authenticate(token: str | None) -> Viewer | None:
        return None if token is None else Viewer(subject="person:1", roles=frozenset({token}))

    async def case(number: str) -> Case | None:
        return CASE if number == CASE.id else None

    endpoint = ForgettingEndpoint(
        authenticate=authenticate,
        registers={"market": ["business_licence"], "fire": []},
        case=case,
        forget=forgotten.append,
    )
    app = Starlette(routes=[Route("/cache/forget", endpoint)])
    app.add_middleware(Rim, new_id=lambda: "id", dev=False)
    headers = {"authorization": f"Bearer {role}"} if role else {}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await client.request(method, "/cache/forget", headers=headers, **content)
    return answer.status_code, forgotten


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        ({"department": "market"}, [of_department("market")]),
        (
            {"department": "market", "register": "business_licence"},
            [of_source("market", "business_licence")],
        ),
        (
            {"case": CASE.id},
            [
                of_number("market", "R1"),
                *(of_people("market", s) for s in PEOPLE),
                *(of_people("fire", s) for s in PEOPLE),
            ],
        ),
    ],
)
async def test_what_is_named_is_forgotten(body: dict[str, str], tags: list[Tag]) -> None:
    assert await asked(body) == (204, tags)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"department": "moon"},
        {"department": "market", "register": "crater"},
        {"department": "market", "case": CASE.id},
        {"case": "no such case"},
        {"department": 7},
        ["market"],
        b"{",
        b"",
    ],
)
async def test_what_is_not_there_or_not_named_is_refused(body: Any) -> None:
    assert await asked(body) == (400, [])


@pytest.mark.parametrize(("role", "status"), [("", 401), ("clerk", 403), ("citizen", 403)])
async def test_nobody_but_an_operator(role: str, status: int) -> None:
    assert await asked({"department": "market"}, role=role) == (status, [])


async def test_it_is_posted() -> None:
    assert await asked({"department": "market"}, method="PUT") == (405, [])
