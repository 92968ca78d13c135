"""Whoever asks, what is public is answered as anybody is; all else is executed for its viewer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import strawberry
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.answering import Answering
from gateway.edge.graphql import MutationByGet
from gateway.edge.graphql_request import Operation
from gateway.execution.executor import Executor
from gateway.execution.remembered import public_answer
from gateway.metrics import Metrics
from gateway.security.viewer import ANONYMOUS
from schema.domain.text import Language
from schema.graph.build import core
from schema.graph.ports import Context, Viewer

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CITIZEN = Viewer(subject="person:1", roles=frozenset({"citizen"}))
Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    @strawberry.field
    def name(self, info: Info) -> str:
        return {"zh": "一件事", "en": "one thing"}[info.context.language]

    @strawberry.field
    def double(self, n: int) -> int:
        return 2 * n

    @strawberry.field
    def whom(self, info: Info) -> str:
        return info.context.viewer.subject

    @strawberry.field
    def failing(self) -> str | None:
        raise RuntimeError("secret")


@strawberry.type
class Mutation:
    @strawberry.field
    def go(self) -> int:
        return 1


# Whom is declared public here by mistake: what it says must not be what it says to a viewer.
PUBLIC = {"Query": {"name": frozenset[str](), "double": frozenset({"n"}),
                    "whom": frozenset[str](), "failing": frozenset[str]()}}  # fmt: skip


@dataclass
class World:
    """An Answering, and who was answered."""

    viewers: list[Viewer] = field(default_factory=list)
    metrics: Metrics = field(default_factory=Metrics)
    public: Any = field(default_factory=lambda: PUBLIC)

    def __post_init__(self) -> None:
        graph = core(strawberry.Schema(query=Query, mutation=Mutation))
        executor = Executor(graph, public=self.public)
        self.answering = Answering(executor, context=self._context, metrics=self.metrics)

    def _context(self, viewer: Viewer, language: Language) -> Context:
        self.viewers.append(viewer)
        absent: Any = None
        return Context(
            viewer=viewer, language=language, now=AT, catalogue=absent, departments=absent,
            applications=absent, reads=absent, bundles=absent, clerks=absent,
        )  # fmt: skip

    async def ask(
        self, query: str, variables: Any = None, *, viewer: Viewer = CITIZEN, **rest: Any
    ) -> Any:
        language = rest.pop("language", "en")
        operation = Operation(query, variables or {}, **rest)
        return await self.answering(operation, viewer=viewer, language=language, request_id="r")


async def test_from_its_second_run_on_a_public_answer_is_bytes() -> None:
    world = World()

    first, second, third = [await world.ask("{ name }") for _ in range(3)]

    assert first == {"data": {"name": "one thing"}}
    assert second == third == public_answer(b'{"data":{"name":"one thing"}}', lasting=True)


async def test_it_hangs_on_language_and_variables() -> None:
    world, query = World(), "query ($n: Int!) { name double(n: $n) }"
    await world.ask(query, {"n": 1})

    answers = [
        await world.ask(query, {"n": 1}),
        await world.ask(query, {"n": 1}, language="zh"),
        await world.ask(query, {"n": 2}),
    ]

    assert [orjson.loads(answer.content)["data"] for answer in answers] == [
        {"name": "one thing", "double": 2},
        {"name": "一件事", "double": 2},
        {"name": "one thing", "double": 4},
    ]


@pytest.mark.parametrize(
    ("variables", "rest", "lasting"),
    [
        ({"n": 1}, {}, True),
        ({"n": 1, "phone": "13800000000"}, {}, False),
        ({"n": 1}, {"bare": False}, False),
        ({"n": 1}, {"name": "N"}, True),
    ],
)
async def test_what_was_sent_beside_what_it_hangs_on_is_not_to_be_remembered(
    variables: Any, rest: dict[str, Any], lasting: bool
) -> None:
    world, query = World(), "query N($n: Int!) { double(n: $n) }"
    await world.ask(query, {"n": 1})

    assert (await world.ask(query, variables, **rest)).lasting is lasting


@pytest.mark.parametrize(
    ("query", "name", "told"),
    [
        ("query Whom { whom }", "Whom", {"operation": "Whom"}),
        ("query Whom { whom }", "张三 E12345678", {}),
        ("query Whom { whom } fragment", "Whom", {}),
        (f"query {'Q' * 101} {{ whom }}", "Q" * 101, {"operation": "Q" * 100}),
    ],
)
async def test_only_the_name_of_an_operation_there_is_is_traced(
    query: str, name: str, told: dict[str, str], spans: InMemorySpanExporter
) -> None:
    await World().ask(query, name=name)

    (traced,) = [span for span in spans.get_finished_spans() if span.name == "graphql"]
    assert traced.attributes == told


async def test_whoever_asks_it_is_answered_as_to_nobody() -> None:
    world = World()
    await world.ask("{ whom }")

    answers = [await world.ask("{ whom }", viewer=v) for v in (CITIZEN, ANONYMOUS)]

    assert {answer.content for answer in answers} == {b'{"data":{"whom":"anonymous"}}'}
    assert world.viewers == [CITIZEN, ANONYMOUS, ANONYMOUS]


async def test_what_is_not_declared_is_executed_for_its_viewer_each_time() -> None:
    world = World(public={})

    answers = [await world.ask("{ whom }", viewer=v) for v in (CITIZEN, CITIZEN, ANONYMOUS)]

    assert [a["data"]["whom"] for a in answers] == ["person:1", "person:1", "anonymous"]


async def test_an_answer_with_an_error_is_not_remembered() -> None:
    world = World()

    answers = [await world.ask("{ name failing }") for _ in range(3)]

    assert [len(answer["errors"]) for answer in answers] == [1, 1, 1]


async def test_a_mutation_by_get_is_refused_and_all_operations_are_counted() -> None:
    world = World()

    with pytest.raises(MutationByGet):
        await world.ask("mutation { go }", queries_only=True)
    for _ in range(3):
        await world.ask("{ name }", queries_only=True)

    world.answering.from_memory()

    rendered = world.metrics.render()[0].decode()
    assert "onething_operations_total 5" in rendered
    assert "onething_answers_remembered_total 1" in rendered
