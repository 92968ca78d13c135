"""One document, executed by graphql-core and compiled; all that differs between the two."""

import asyncio
import gc
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from inspect import isawaitable
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    validate,
)

from gateway.execution.compiled.access import Read
from gateway.execution.compiled.compiler import Compiler
from gateway.execution.strawberry_fields import simplify
from tests.differential.documents import Author
from tests.differential.resolvers import Scene, equip
from tests.differential.schemas import random_schema
from tests.differential.values import Data

DATA_SETS = 2  # for each document


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that can be seen of one execution."""

    data: str
    errors: tuple[str, ...]
    calls: tuple[str, ...]
    raised: str
    awaited: bool


@dataclass(slots=True)
class Tally:
    """What was compared."""

    documents: int = 0
    invalid: int = 0
    executions: int = 0
    with_errors: int = 0
    without_data: int = 0
    awaited: int = 0
    fields: int = 0
    cut_short: int = 0  # ended by an error when one had made a few calls more than the other


@dataclass(frozen=True, slots=True)
class Difference:
    """A document that came out otherwise."""

    seed: float
    document: str
    variables: dict[str, Any]
    expected: Outcome
    found: Outcome

    def __str__(self) -> str:
        lines = [f"seed {self.seed}", self.document, f"variables {self.variables}"]
        for name in Outcome.__slots__:
            expected, found = getattr(self.expected, name), getattr(self.found, name)
            if expected != found:
                lines += [f"{name}: graphql-core {expected}", f"{name}: compiled     {found}"]
        return "\n".join(lines)


class Pair:
    """A schema with its compiler, and how its data is made."""

    def __init__(
        self, schema: GraphQLSchema, simplify: Callable[..., Any], *, reads: bool = False
    ) -> None:
        self.schema = schema
        self.reads = reads
        self.compiler = Compiler(schema, simplify)

    async def differences(
        self, document: DocumentNode, variables: dict[str, Any], chance: Random, tally: Tally
    ) -> Difference | None:
        """Execute both ways with the same data."""
        seed, calm = chance.random(), chance.random() < 0.7
        kind = self._root(document)
        operation = self.compiler.operation(document)

        def fresh() -> tuple[Any, Scene]:
            data = Data(self.schema, Random(seed), calm=calm, reads=self.reads)
            return data.root(kind), Scene(seed=seed, calm=calm)

        root, scene = fresh()
        expected = await _seen(
            lambda: execute(self.schema, document, root, scene, variables), scene
        )
        root, scene = fresh()
        found = await _seen(lambda: operation.execute(root, scene, variables), scene)
        tally.executions += 1
        tally.with_errors += bool(expected.errors)
        tally.without_data += expected.data == "None"
        tally.awaited += expected.awaited
        tally.fields += operation.fields
        if expected == found:
            return None
        if _cut_short(expected, found):
            tally.cut_short += 1
            return None
        text = document.loc.source.body if document.loc else ""
        return Difference(seed, text, variables, expected, found)

    def _root(self, document: DocumentNode) -> Any:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                mutation = node.operation is OperationType.MUTATION
                return self.schema.mutation_type if mutation else self.schema.query_type
        raise AssertionError("a document without an operation")


def _cut_short(expected: Outcome, found: Outcome) -> bool:
    """Whether an error ended the whole, and all that differs is how far the others had come.

    How many turns they take until they are told to end is no language's matter: whatever both
    called, they called in one order.
    """
    if expected.data != "None":
        return False
    calls = expected.calls[: len(found.calls)]
    return replace(expected, calls=calls) == replace(found, calls=found.calls[: len(calls)])


async def _seen(run: Callable[[], Any], scene: Scene) -> Outcome:
    raised, awaited, result = "", False, ExecutionResult(None, None)
    try:
        given = run()
        awaited = isawaitable(given)
        result = await given if isawaitable(given) else given
    except Exception as error:  # both must raise the same
        raised = _text(repr(error))
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others)
    errors = tuple(_told(error) for error in result.errors or ())
    return Outcome(_text(result.data), errors, tuple(map(_text, scene.calls)), raised, awaited)


def _text(value: object) -> str:
    """Its text without the addresses of what has no text of its own."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


def _told(error: GraphQLError) -> str:
    nodes = [(node.loc.start, node.loc.end) for node in error.nodes or () if node.loc]
    original = error.original_error
    return (
        f"{_text(error.message)} | {error.path} | {error.locations} | {nodes} | {error.extensions}"
        f" | {type(original).__name__} {_text(original)}"
    )


def pair(chance: Random) -> Pair:
    """A random schema."""
    reads = chance.random() < 0.3
    schema = random_schema(chance)
    return Pair(schema, equip(schema, chance, reads=reads), reads=reads)


def our_pair(schema: GraphQLSchema) -> Pair:
    """Our own graph: its plain reads as they are, every other field by graphql-core's default.

    Its functions need a whole gateway; what they give is made up here like everything else.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = None
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        kind.is_type_of = None
        for field in kind.fields.values():
            if not isinstance(simplify(field), Read):
                field.resolve = None
    return Pair(schema, simplify)


async def try_documents(made: Pair, chance: Random, count: int, tally: Tally) -> list[Difference]:
    """So many valid documents of one schema; what came out otherwise."""
    found = []
    for _ in range(count):
        author = Author(made.schema, chance)
        document = parse(author.document())
        if validate(made.schema, document):
            tally.invalid += 1
            continue
        tally.documents += 1
        for _ in range(DATA_SETS):
            difference = await made.differences(document, author.values, chance, tally)
            if difference is not None:
                found.append(difference)
    return found


@contextmanager
def unheard() -> Iterator[None]:
    """Coroutines that cancelled siblings leave unawaited, here and there, are no news here.

    They are collected before anybody else can hear of them.
    """
    heard, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
            gc.collect()
    finally:
        sys.unraisablehook = heard
