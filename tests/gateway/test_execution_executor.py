"""The one way in: data, expected errors in words, bugs as one uniform sentence."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from structlog.testing import capture_logs

from gateway.cases.errors import StoreUnavailable
from gateway.execution.executor import Executor, OnlyQueries
from gateway.execution.limits import Limits
from schema.graph.build import build_schema, core
from schema.graph.ports import Context, Viewer

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@strawberry.type
class Query:
    @strawberry.field
    def fine(self) -> str:
        return "fine"

    @strawberry.field
    async def language(self, info: strawberry.Info[Context, None]) -> str:
        await asyncio.sleep(0)
        return info.context.language

    @strawberry.field
    def bug(self) -> str | None:
        raise RuntimeError("postgres://user:secret@10.1.2.3")

    @strawberry.field
    def away(self) -> str | None:
        raise StoreUnavailable("OperationalError: connection to 10.1.2.3 refused")

    @strawberry.field
    def broken(self) -> str:
        raise RuntimeError("secret")

    @strawberry.field
    def meant(self) -> str | None:
        raise GraphQLError("too many " * 100, extensions={"code": "OUT_OF_RANGE"})

    @strawberry.field
    def bugs(self) -> list[str | None]:
        return ["fine"]

    @strawberry.field
    def number(self, n: int) -> int:
        return n


@strawberry.type
class Mutation:
    @strawberry.field
    def go(self) -> int:
        return 1


EXECUTOR = Executor(core(strawberry.Schema(query=Query, mutation=Mutation)))


def context(language: Any = "en") -> Context:
    absent: Any = None
    return Context(
        viewer=Viewer(subject="person:1", roles=frozenset()),
        language=language,
        now=AT,
        catalogue=absent,
        departments=absent,
        applications=absent,
        reads=absent,
        bundles=absent,
        clerks=absent,
    )


async def run(text: str, variables: Any = None, name: str | None = None, **rest: Any) -> Any:
    language = rest.pop("language", "en")
    executor = rest.pop("executor", EXECUTOR)
    return await executor.execute(text, variables, name, context(language), trace_id="t-1", **rest)


async def test_sync_and_async_resolvers_give_data() -> None:
    assert await run("{ fine language }") == {"data": {"fine": "fine", "language": "en"}}


async def test_a_bug_is_one_uniform_error_with_a_trace_id() -> None:
    with capture_logs() as logs:
        answer = await run("{ fine bug }")

    assert answer == {
        "data": {"fine": "fine", "bug": None},
        "errors": [
            {
                "message": "Something went wrong on our side; please tell us the trace id.",
                "path": ["bug"],
                "extensions": {"code": "INTERNAL", "traceId": "t-1", "retryable": False},
            }
        ],
    }
    assert [(entry["event"], entry["kind"], entry["trace_id"]) for entry in logs] == [
        ("execution.bug", "RuntimeError", "t-1")
    ]
    assert "secret" not in str(logs)


async def test_a_store_that_is_away_is_told_with_its_code_and_is_no_bug() -> None:
    with capture_logs() as logs:
        answer = await run("{ fine away }")

    assert answer == {
        "data": {"fine": "fine", "away": None},
        "errors": [
            {
                "message": "The service cannot read or save now. Please try again in a moment.",
                "path": ["away"],
                "extensions": {"code": "STORE_UNAVAILABLE", "traceId": "t-1", "retryable": True},
            }
        ],
    }
    assert logs == []


async def test_a_bug_in_a_required_field_leaves_data_null_and_is_masked_too() -> None:
    answer = await run("{ broken }", language="zh")

    assert answer["data"] is None
    assert answer["errors"][0]["message"] == "内部错误，请凭追踪编号联系我们。"
    assert "secret" not in str(answer)


async def test_errors_are_few_and_short() -> None:
    aliases = " ".join(f"m{n}: meant" for n in range(9))

    answer = await run(f"{{ {aliases} }}")

    assert len(answer["errors"]) == 5
    assert {len(error["message"]) for error in answer["errors"]} == {300}
    assert answer["errors"][0]["extensions"] == {"code": "OUT_OF_RANGE"}


@pytest.mark.parametrize(
    ("text", "variables", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { number(n: $n) }", {"n": "x"}, "BAD_USER_INPUT"),
        ("query ($n: Int!) { number(n: $n) }", None, "BAD_USER_INPUT"),
        ("query A { fine } query B { fine }", None, "BAD_OPERATION_NAME"),
    ],
)
async def test_request_errors_have_a_code_and_no_data(text: str, variables: Any, code: str) -> None:
    answer = await run(text, variables)

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == code


async def test_an_operation_is_chosen_by_name() -> None:
    text = "query A { fine } query B { language }"

    assert await run(text, name="B") == {"data": {"language": "en"}}
    assert (await run(text, name="C"))["errors"][0]["extensions"]["code"] == "BAD_OPERATION_NAME"


async def test_too_much_is_refused_in_the_viewers_language() -> None:
    executor = Executor(core(strawberry.Schema(query=Query)), limits=Limits(root_fields=1))

    answer = await run("{ fine language }", language="zh", executor=executor)

    assert answer == {
        "errors": [
            {
                "message": "顶层字段过多，上限为1。",
                "extensions": {
                    "code": "QUERY_TOO_COMPLEX",
                    "limit": "root_fields",
                    "zh": "顶层字段过多，上限为1。",
                    "en": "The operation has too many root fields; at most 1.",
                    "allowed": 1,
                },
            }
        ]
    }


async def test_only_queries_where_only_queries_are_allowed() -> None:
    with pytest.raises(OnlyQueries):
        await run("mutation { go }", queries_only=True)

    assert await run("mutation { go }") == {"data": {"go": 1}}


async def test_suggestions_can_be_hidden() -> None:
    hiding = Executor(core(strawberry.Schema(query=Query)), hide_suggestions=True)

    shown = await run("{ fin }")
    hidden = await run("{ fin }", executor=hiding)

    assert "Did you mean" in shown["errors"][0]["message"]
    assert "Did you mean" not in hidden["errors"][0]["message"]


async def test_extensions_are_added_where_they_are_wanted() -> None:
    executor = Executor(core(strawberry.Schema(query=Query)), extend=lambda _: {"calls": []})

    assert (await run("{ fine }", executor=executor))["extensions"] == {"calls": []}


async def test_a_whole_page_of_the_real_graph_is_affordable() -> None:
    executor = Executor(core(build_schema([])))
    text = """query ($id: ID!) { oneThing(id: $id) { name { local }
      form { groups { id name { local } fields {
        key label { local } kind choices { value label { local } } prefill { source } } } }
      materials { code name { local } copies fate reason { local } }
      plan { waves promisedDays
        steps { item name { local } wave after startsAfter endsBy critical } }
      reduction { rows {
        measure before after percent base { local } reasons { code count } } } } }"""

    answer = await run(text, {"id": "x"}, executor=executor)

    # There is no catalogue here: the limits let it through, and the resolver is where it ends.
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
