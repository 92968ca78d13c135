"""Compiled operations: what is covered, in which order things happen, what bounds them."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Iterator, Mapping
from decimal import Decimal
from inspect import isawaitable
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute,
    parse,
    validate,
)
from graphql.execution.values import VariableValues

from gateway.execution.compiled.access import Call, Read
from gateway.execution.compiled.compiler import MOST_VARIANTS, Compiler, Operation, Options
from gateway.execution.compiled.coverage import NotCovered, scope_of
from gateway.execution.compiled.functions import Codes

SCHEMA = build_schema("""
  type Query { thing(n: Int = 1): Thing  things: [Thing!]  word: String  any: [Any] }
  type Mutation { first: Thing  second: Thing! third: Thing }
  type Subscription { ticks: Int }
  type Thing { name: String  sure: String!  size: Size  other: Thing  tags: [String!] }
  type Other { id: ID }
  union Any = Thing | Other
  enum Size { S L }
""")


def valid(text: str, schema: GraphQLSchema = SCHEMA) -> DocumentNode:
    document = parse(text)
    assert validate(schema, document) == []
    return document


def operation(text: str, **options: Any) -> Operation:
    return Compiler(SCHEMA, options=Options(**options)).operation(valid(text))


def finished(result: ExecutionResult | Awaitable[ExecutionResult]) -> ExecutionResult:
    assert isinstance(result, ExecutionResult)
    return result


def words(result: ExecutionResult) -> list[tuple[str, Any]]:
    return [(error.message, error.path) for error in result.errors or ()]


def test_what_is_there_needs_no_event_loop() -> None:
    root = {"thing": {"name": "a", "sure": "b", "tags": ["x", "y"]}, "word": 5}

    result = finished(operation("{ t: thing { name sure tags __typename } word }").execute(root, 0))

    assert result.errors is None
    assert result.data == {
        "t": {"name": "a", "sure": "b", "tags": ["x", "y"], "__typename": "Thing"},
        "word": "5",
    }


def test_null_where_it_may_not_stand_takes_the_nearest_nullable_with_it() -> None:
    root = {"things": [{"sure": "a"}, {"sure": None}], "thing": {"other": {}}}

    result = finished(operation("{ things { sure } thing { other { sure } } }").execute(root, None))

    assert result.data == {"things": None, "thing": {"other": None}}
    assert words(result) == [
        ("Cannot return null for non-nullable field Thing.sure.", ["things", 1, "sure"]),
        ("Cannot return null for non-nullable field Thing.sure.", ["thing", "other", "sure"]),
    ]


async def test_every_resolver_that_is_ready_has_run_before_anything_is_awaited() -> None:
    seen: list[str] = []

    def asked(info: GraphQLResolveInfo[Any], **_: Any) -> Any:
        seen.append(str(info.path.key))

        async def answer() -> dict[str, str]:
            assert seen == ["a", "b", "c"]
            return {"name": "n"}

        return answer()

    running = operation("{ a: thing { name } b: thing { name } c: thing { name } }").execute(
        {"thing": asked}, None
    )

    assert isawaitable(running)
    assert (await running).errors is None


async def test_siblings_wait_together() -> None:
    met = asyncio.Barrier(3)

    async def meets(_: Any, **__: Any) -> dict[str, str]:
        await met.wait()
        return {"name": "n"}

    text = "{ a: thing { name } b: thing { name } c: thing { name } }"
    running = operation(text).execute({"thing": meets}, None)

    assert isawaitable(running)
    assert (await running).data == {key: {"name": "n"} for key in "abc"}


async def test_an_execution_is_over_without_the_garbage_collector() -> None:
    class Told:
        """What an execution carries along."""

    async def slow(info: GraphQLResolveInfo[Any], **_: Any) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"name": info.field_name}

    ran, context = operation("{ a: thing { name } b: thing { name } }"), Told()
    held = weakref.ref(context)
    gc.disable()
    try:
        running = ran.execute({"thing": slow}, context)
        assert isawaitable(running)
        await running
        del running, context
        assert held() is None
    finally:
        gc.enable()


async def test_a_mutation_ends_one_field_before_it_begins_the_next() -> None:
    seen: list[str] = []

    async def slow(info: GraphQLResolveInfo[Any]) -> dict[str, str]:
        seen.append(f"{info.field_name} begins")
        await asyncio.sleep(0)
        seen.append(f"{info.field_name} ends")
        return {"name": info.field_name}

    running = operation("mutation { first { name } third { name } }").execute(
        {"first": slow, "third": slow}, None
    )

    assert isawaitable(running)
    assert (await running).data == {"first": {"name": "first"}, "third": {"name": "third"}}
    assert seen == ["first begins", "first ends", "third begins", "third ends"]


def test_a_mutation_stops_where_null_may_not_stand() -> None:
    called: list[str] = []
    root = {"second": lambda _: None, "third": lambda _: called.append("third")}

    result = finished(operation("mutation { second { name } third { name } }").execute(root, None))

    assert result.data is None
    assert called == []


def test_a_resolver_is_told_all_that_graphql_core_tells() -> None:
    told: list[GraphQLResolveInfo[Any]] = []

    def note(info: GraphQLResolveInfo[Any], **_: Any) -> Mapping[str, str]:
        told.append(info)
        return {}

    document = valid("query ($n: Int) { a: thing(n: $n) { ...F } } fragment F on Thing { name }")
    root, context = {"thing": note}, object()
    execute(SCHEMA, document, root, context, {"n": 3})

    Compiler(SCHEMA).operation(document).execute(root, context, {"n": 3})

    expected, found = told
    for part in set(GraphQLResolveInfo._fields) - {"async_helpers"}:
        assert getattr(found, part) == getattr(expected, part), part
    assert isinstance(found.async_helpers, type(expected.async_helpers))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{ ... @defer { word } }", "@defer"),
        ("{ things @stream { name } }", "@stream"),
        ("subscription { ticks }", "subscriptions"),
        ("query A { word } query B { word }", "which operation"),
        ("query @experimental_disableErrorPropagation { word }", "propagate"),
    ],
)
def test_what_is_not_covered_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(NotCovered, match=why):
        scope_of(parse(text), None)


def test_introspection_is_left_to_graphql_core() -> None:
    made = operation('{ __type(name: "Thing") { name } word }')

    assert finished(made.execute({"word": "w"}, None)).data == {
        "__type": {"name": "Thing"}, "word": "w",
    }  # fmt: skip
    assert made.fields == 0


def test_conditions_are_compiled_out() -> None:
    text = "query ($c: Boolean!) { word @include(if: $c) things @skip(if: $c) { name } }"
    made = operation(text)
    root: dict[str, Any] = {"word": "w", "things": []}

    answers = [finished(made.execute(root, None, {"c": c})).data for c in (True, False, True)]

    assert answers == [{"word": "w"}, {"things": []}, {"word": "w"}]
    assert made.fields == 3


def test_a_condition_that_is_null_fails_as_it_does_in_graphql_core() -> None:
    text = "query ($c: Boolean = true) { word @include(if: $c) }"

    result = finished(operation(text).execute({}, None, {"c": None}))
    expected = execute(SCHEMA, valid(text), {}, None, {"c": None})

    assert isinstance(expected, ExecutionResult)
    assert result.data is None
    assert words(result) == words(expected) != []


def test_of_many_outcomes_of_conditions_only_some_are_compiled() -> None:
    names = [f"c{n}" for n in range(5)]
    fields = " ".join(f"{name}: word @include(if: ${name})" for name in names)
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    made = operation(f"query ({declared}) {{ {fields} word }}")

    for number in range(32):
        given = {name: bool(number >> n & 1) for n, name in enumerate(names)}
        data = finished(made.execute({"word": "w"}, None, given)).data
        assert data == {name: "w" for name in names if given[name]} | {"word": "w"}

    assert len(made._runs) == MOST_VARIANTS


def test_it_is_compiled_once_it_runs_often_enough() -> None:
    made = operation("{ word }", compile_at=3)

    written = []
    for _ in range(4):
        assert finished(made.execute({"word": "w"}, None)).data == {"word": "w"}
        written.append(made.fields)

    assert written == [0, 0, 1, 1]


def test_what_would_be_too_long_is_left_to_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.execution.compiled.program.MOST_FIELDS", 2)
    made = operation("{ word thing { name sure } }")

    assert finished(made.execute({"word": "w"}, None)).data == {"word": "w", "thing": None}
    assert made.fields == 0


def test_selections_that_read_alike_share_their_code() -> None:
    compiler = Compiler(SCHEMA)
    writers = [
        compiler.writer(scope_of(valid(text), None), VariableValues({}, {}))
        for text in ("{ thing { name tags } }", "{ a: word thing(n: 2) { name tags } }")
    ]

    texts = [(writer.run(), writer.texts)[1] for writer in writers]

    assert texts[0][:2] == texts[1][:2]
    assert compiler._codes.factory(texts[0][0]) is compiler._codes.factory(texts[1][0])


def test_code_that_was_not_used_for_long_makes_room() -> None:
    codes = Codes(most_text=60)
    texts = [f"def make():\n def run(): return {n}\n return run\n" for n in range(3)]

    first = codes.factory(texts[0])
    codes.factory(texts[1])
    codes.factory(texts[2])

    assert codes.factory(texts[0]) is not first
    assert codes.factory(texts[0])()() == 0


@pytest.mark.parametrize(
    "name", ["a b", "a;import os", "lambda", "", "é", "a\nb", "__import__('os')"]
)
def test_no_name_but_a_name_is_written_into_source(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        Read(name)
    with pytest.raises(ValueError, match="no name"):
        Call(print, source=name)


def test_no_literal_of_a_document_is_written_into_source() -> None:
    schema = build_schema("type Query { word(of: String): String }")
    text = """{ word(of: "'); import os; ('") }"""
    writer = Compiler(schema).writer(scope_of(valid(text, schema), None), VariableValues({}, {}))

    writer.run()

    assert all("import" not in text for text in writer.texts)
    assert any("'word'" in text for text in writer.texts)


def test_a_value_whose_text_lies_is_no_string() -> None:
    class Sly(str):
        __slots__ = ()

    result = finished(operation("{ word thing { size } }").execute(
        {"word": Sly("w"), "thing": {"size": "XL"}}, None
    ))  # fmt: skip

    assert result.data == {"word": "w", "thing": {"size": None}}
    assert words(result) == [("Enum 'Size' cannot represent value: 'XL'", ["thing", "size"])]


LEAVES = build_schema("type Query { s: String i: Int! f: Float b: Boolean n: [Int] id: ID }")
ODD = (
    2**31, -(2**31) - 1, 2**31 - 1, True, False, 1.0, 1.5, float("inf"), float("nan"), "7", "",
    b"x", Decimal("3"), None, [1, 2**40, None], (3,), "text", ValueError("given"), object,
)  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("name", ["s", "i", "f", "b", "n", "id"])
def test_a_value_is_written_as_graphql_core_writes_it(name: str, value: Any) -> None:
    document = valid(f"{{ {name} }}", LEAVES)
    root = {name: value}

    expected = execute(LEAVES, document, root)
    found = finished(Compiler(LEAVES).operation(document).execute(root, None))

    assert isinstance(expected, ExecutionResult)
    assert repr(found.data) == repr(expected.data)
    assert words(found) == words(expected)


def test_the_rest_of_a_broken_list_is_gone_through_for_what_it_left_waiting() -> None:
    left: list[int] = []

    def entries() -> Iterator[Any]:
        yield None
        left.append(1)
        raise RuntimeError("and it breaks again")

    result = finished(operation("{ things { sure } }").execute({"things": entries()}, None))

    assert result.data == {"things": None}
    assert words(result)[0][1] == ["things", 0]
    assert left == [1]


async def test_what_a_failing_sibling_leaves_behind_is_still_settled() -> None:
    ended: list[str] = []

    async def slow(_: Any) -> str:
        await asyncio.sleep(0)
        ended.append("slow")
        return "n"

    root = {"thing": {"name": slow, "sure": None}}
    result = finished(operation("{ thing { name sure } }").execute(root, None))

    assert result.data == {"thing": None}
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
    assert ended == ["slow"]
