"""Graph, execution and federation together: the calls a query makes, and a bad day."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.errors import NotDelivered
from gateway.execution.executor import Executor
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from schema.domain.department import (
    DepartmentInfo,
    Limits,
    Link,
    Lookup,
    ProgressMode,
    Register,
    RegisterField,
    Repeats,
)
from schema.domain.text import Text
from schema.graph.build import build_schema, core
from schema.graph.ports import Context, Viewer

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def text(word: str) -> Text:
    return Text(zh=word, en=word)


def register(department: str, id: str, key: str, *links: Link) -> Register:
    names = [key, *(link.field for link in links)]
    return Register(
        id=id,
        department=department,
        title=text(id),
        key=key,
        fields=tuple(
            RegisterField(name=name, kind="text", title=text(name), required=True) for name in names
        ),
        lookups=(Lookup(name=key, batch=50),),
        links=links,
    )


def info(id: str, *registers: Register) -> DepartmentInfo:
    return DepartmentInfo(
        id=id,
        name=text(id),
        owner="team",
        protocol="rest",
        repeats=Repeats.KEY,
        progress=ProgressMode.POLL,
        limits=Limits(timeout_s=1, concurrency=4, rate_per_s=9, processing_s=1, lookup_lag_s=1),
        services=(),
        registers=registers,
    )


PREMISES = Link(
    name="premises",
    field="cert_no",
    department="housing",
    register="property",
    lookup="no",
    title=text("premises"),
)
MARKET = info("market", register("market", "licence", "uscc", PREMISES))
HOUSING = info("housing", register("housing", "property", "no"))


class Table:
    """A department that answers any key; only what reads need."""

    def __init__(self, info: DepartmentInfo) -> None:
        self.info = info
        self.calls: list[Sequence[str]] = []
        self.down = False
        self.hung = False

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.calls.append(keys)
        await asyncio.sleep(0)
        if self.hung:
            await asyncio.Event().wait()
        if self.down:
            raise NotDelivered(self.info.id, "refused")
        return {key: {lookup: key, "cert_no": f"cert-{key}"} for key in keys}


EXECUTOR = Executor(core(build_schema([MARKET, HOUSING])))
QUERY = """{ a: licence(uscc: "1") { ...L } b: licence(uscc: "2") { ...L }
             c: licence(uscc: "1") { ...L } }
           fragment L on LicenceReading {
             value { uscc premises { value { no } provenance { stale } problem { code } } } }"""


async def run(query: str, market: Any, housing: Any, budget_s: float = 2.0) -> Any:
    federation = Federation([market, housing], now=lambda: AT)
    absent: Any = None
    context = Context(
        viewer=Viewer(subject="person:1", roles=frozenset()),
        language="en",
        now=AT,
        catalogue=absent,
        departments=absent,
        applications=absent,
        bundles=absent,
        clerks=absent,
        reads=OperationReads(federation, scope="person:1", budget_s=budget_s),
    )
    answer = await EXECUTOR.execute(query, None, None, context, trace_id="t")
    await federation.aclose()
    return answer


async def test_a_query_makes_one_call_per_department_and_hop() -> None:
    market, housing = Table(MARKET), Table(HOUSING)

    answer = await run(QUERY, market, housing)

    assert "errors" not in answer
    assert answer["data"]["b"]["value"]["premises"]["value"] == {"no": "cert-2"}
    assert market.calls == [["1", "2"]]
    assert housing.calls == [["cert-1", "cert-2"]]


async def test_a_department_that_is_down_leaves_the_rest_untouched() -> None:
    market, housing = Table(MARKET), Table(HOUSING)
    housing.down = True

    answer = await run(QUERY, market, housing)

    assert "errors" not in answer
    assert answer["data"]["a"]["value"] == {
        "uscc": "1",
        "premises": {
            "value": None,
            "provenance": None,
            "problem": {"code": "DEPARTMENT_UNREACHABLE"},
        },
    }


async def test_a_department_that_hangs_costs_the_operation_its_budget_and_no_more() -> None:
    market, housing = Table(MARKET), Table(HOUSING)
    housing.hung = True
    loop = asyncio.get_running_loop()
    started = loop.time()

    answer = await run(QUERY, market, housing, budget_s=0.1)

    assert loop.time() - started < 0.6
    assert answer["data"]["a"]["value"]["uscc"] == "1"
    problem = answer["data"]["c"]["value"]["premises"]["problem"]
    assert problem == {"code": "DEPARTMENT_TIMEOUT"}
