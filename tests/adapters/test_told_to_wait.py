"""What a department says about when to come again, and which page is none of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError, ContractBroken, NotCalled, NotDelivered, OutcomeUnknown
from adapters.line.over_httpx import HttpxWire
from adapters.pace import LONGEST_S, told_to_wait
from adapters.wire import Endpoint, WireRequest
from schema.domain.problem import ProblemCode
from tests.adapters.conftest import Counter
from tests.adapters.graphql.conftest import started

PAGE = "<html><body>系统维护中</body></html>"
DATE = "Thu, 26 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "9" * 40}, LONGEST_S),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT", "date": DATE}, LONGEST_S),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -2359", "date": DATE}, LONGEST_S),
        ({"retry-after": "Thu, 26 Nov 2026 08:00:30 GMT", "date": DATE}, 30.0),
        ({"retry-after": "Thu, 26 Nov 2026 07:00:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Thu, 26 Nov 2026 08:00:30 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "١٢"}, None),
        ({"retry-after": "soon", "date": DATE}, None),
        ({}, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert told_to_wait(headers) == seconds


async def failing(department: DeclaredDepartment, register: str, lookup: str) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await department.read(register, lookup, ["1"], budget=2)
    return caught.value


@pytest.fixture
async def spoken(tmp_path: Path, counter: Counter) -> AsyncIterator[DeclaredDepartment]:
    """One that speaks GraphQL."""
    async for one in started(tmp_path, counter.url):
        yield one


Asked = tuple[DeclaredDepartment, str, str]


@pytest.fixture
def each(
    permits: DeclaredDepartment, records: DeclaredDepartment, spoken: DeclaredDepartment
) -> list[Asked]:
    """A department of each protocol, with a look-up; the second has no token yet."""
    return [(permits, "house", "id"), (records, "record", "id"), (spoken, "venue", "no")]


TOKEN = json.dumps({"access_token": "t", "expires_in": 600})


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (429, NotDelivered, ProblemCode.DEPARTMENT_BUSY),
        (502, OutcomeUnknown, ProblemCode.DEPARTMENT_FAULT),
    ],
)
async def test_every_protocol_tells_how_long_to_stay_away(
    each: list[Asked],
    counter: Counter,
    status: int,
    kind: type[AdapterError],
    code: ProblemCode,
) -> None:
    for department, register, lookup in each:
        if register == "record":
            counter.says(TOKEN, kind="application/json")
        counter.says(PAGE, status=status, kind="text/html", headers="Retry-After: 7\r\n")

        error = await failing(department, register, lookup)

        assert type(error) is kind, department.info.id
        assert (error.code, error.retry_after_s) == (code, 7.0)


async def test_a_page_in_place_of_the_protocol_is_told_from_a_wrong_answer(
    each: list[Asked], counter: Counter
) -> None:
    for department, register, lookup in each:
        kind = "text/xml" if register == "house" else "application/json"
        if register == "record":
            counter.says(TOKEN, kind="application/json")
        counter.says(PAGE, kind="text/html; charset=utf-8")
        counter.says("{}", kind=kind)

        found = [await failing(department, register, lookup) for _ in range(2)]

        assert [type(error) for error in found] == [ContractBroken] * 2
        assert [getattr(error, "foreign", None) for error in found] == [True, False]


async def test_what_waits_for_a_connection_of_ours_was_not_called(counter: Counter) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    counter.acts.append(silent)
    wire = HttpxWire("land", Endpoint(url=counter.url), concurrency=1, reply_bytes=1000)
    request = WireRequest(method="GET", path="/", headers={})
    loop = asyncio.get_running_loop()
    first = asyncio.ensure_future(wire.send(request, deadline=loop.time() + 1.0))
    await asyncio.sleep(0)
    try:
        with pytest.raises(NotCalled, match="no free connection"):
            await wire.send(request, deadline=loop.time() + 0.1)
        with pytest.raises(OutcomeUnknown):
            await first
    finally:
        await wire.aclose()
