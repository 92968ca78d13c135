"""What is told of a Strawberry field to the compiler is what its resolver does, or nothing."""

from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry
from graphql import ExecutionResult, GraphQLField, parse
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from gateway.execution.compiled.access import Call, Read
from gateway.execution.compiled.compiler import Compiler
from gateway.execution.strawberry_fields import simplify
from schema.graph.build import core, read


@strawberry.enum
class Colour(Enum):
    RED = "red"


class Guard(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
        return f"guarded {next_(source, info, **kwargs)}"


class Never(BasePermission):
    message = "never"

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return False


def _upper(parent: strawberry.Parent[Any]) -> str:
    return str(parent).upper()


def _given(some_word: str, colour: Colour | None = None) -> str:
    return f"{some_word} {colour}"


def _made_over(ids: list[strawberry.ID]) -> str:
    return str(ids)


async def _told(root: strawberry.Parent[Any], info: strawberry.Info[Any, None]) -> str:
    return f"{root} {info.field_name}"


@strawberry.type
class Query:
    plain_name: str
    upper: str = strawberry.field(resolver=_upper)
    told: str = strawberry.field(resolver=_told)
    guarded: str = strawberry.field(resolver=_upper, extensions=[Guard()])
    forbidden: str = strawberry.field(resolver=_upper, permission_classes=[Never])

    @strawberry.field
    def own(self) -> str:
        return "own"

    given: str = strawberry.field(resolver=_given)
    made_over: str = strawberry.field(resolver=_made_over)


def query_fields(schema: strawberry.Schema) -> dict[str, GraphQLField]:
    query = core(schema).query_type
    assert query is not None
    return dict(query.fields)


READ = StrawberryConfig(default_resolver=read)
FIELDS = query_fields(strawberry.Schema(query=Query, config=READ))


def test_a_plain_field_is_read_by_its_python_name() -> None:
    assert simplify(FIELDS["plainName"]) == Read("plain_name")


def test_a_plain_field_read_some_other_way_keeps_its_resolver() -> None:
    assert simplify(query_fields(strawberry.Schema(query=Query))["plainName"]) is None


def test_a_function_without_arguments_is_called_with_its_source() -> None:
    found = simplify(FIELDS["upper"])

    assert isinstance(found, Call)
    assert (found.function, found.source, found.info) == (_upper, "parent", None)


def test_arguments_that_come_as_they_are_keep_their_own_names() -> None:
    found = simplify(FIELDS["given"])

    assert isinstance(found, Call)
    assert found.names == {"someWord": "some_word", "colour": "colour"}


def test_a_function_that_wants_info_is_given_strawberrys() -> None:
    found = simplify(FIELDS["told"])

    assert isinstance(found, Call)
    assert (found.function, found.source, found.info) == (_told, "root", "info")
    assert found.told is not None


@pytest.mark.parametrize("name", ["guarded", "forbidden", "madeOver", "own"])
def test_whatever_is_more_than_that_keeps_its_resolver(name: str) -> None:
    assert simplify(FIELDS[name]) is None


def test_a_field_strawberry_did_not_declare_keeps_its_resolver() -> None:
    assert simplify(GraphQLField(FIELDS["upper"].type, resolve=lambda *_: None)) is None


@strawberry.type
class Oops:
    why: str


@strawberry.type
class Fine:
    word: str


class Handler(strawberry.ExceptionHandler[ValueError, Oops]):
    def handle(self, exception: ValueError, *, field: Any, info: Any) -> Oops:
        return Oops(why=str(exception))


def _risky() -> Annotated[Oops | Fine, strawberry.union("Outcome")]:
    raise ValueError("oops")


@strawberry.type
class Root:
    risky: Annotated[Oops | Fine, strawberry.union("Outcome")] = strawberry.field(resolver=_risky)


def test_a_field_whose_exceptions_are_handled_keeps_its_resolver() -> None:
    handled = strawberry.Schema(query=Root, exception_handlers=[Handler()])
    plain = strawberry.Schema(query=Root)

    found = [simplify(query_fields(one)["risky"]) for one in (handled, plain)]

    assert found[0] is None
    assert isinstance(found[1], Call)


def test_all_of_strawberrys_info_is_there_for_who_asks() -> None:
    seen: list[Any] = []

    def told(info: strawberry.Info[Any, Any]) -> str:
        seen.append((info.context, type(info).__mro__[1] is strawberry.Info, info.field_name))
        seen.append((info.python_name, info.path.as_list(), info.root_value))
        return "told"

    @strawberry.type
    class Asked:
        some_field: str = strawberry.field(resolver=told)

    schema = core(strawberry.Schema(query=Asked))
    made = Compiler(schema, simplify).operation(parse("{ alias: someField }"))
    result = made.execute("root", "context")

    assert isinstance(result, ExecutionResult)
    assert result.data == {"alias": "told"}
    assert seen == [("context", True, "someField"), ("some_field", ["alias"], "root")]


class OwnInfo(strawberry.Info[Any, Any]):
    """A schema's own."""


def test_a_schemas_own_class_of_info_is_given() -> None:
    seen: list[type] = []

    def told(info: strawberry.Info[Any, Any]) -> str:
        seen.append(type(info))
        return "told"

    @strawberry.type
    class Asked:
        field: str = strawberry.field(resolver=told)

    config = StrawberryConfig(info_class=OwnInfo)
    schema = core(strawberry.Schema(query=Asked, config=config))
    Compiler(schema, simplify).operation(parse("{ field }")).execute(None, None)

    assert seen == [OwnInfo]
