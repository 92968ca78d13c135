"""The way in: the compiler of a schema, and the operations it made.

Limits of what is equal: the order of errors that arise in different tasks is the order in which
the tasks fail, as in graphql-core, where it is not fixed by the language either. So is how far
others have come when an error ends the whole: some may have called one resolver more.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLEnumType,
    GraphQLError,
    GraphQLSchema,
    assert_valid_schema,
    execute,
)
from graphql.execution.values import VariableValues, get_variable_values

from gateway.execution.compiled.access import Simplify, nothing_simpler
from gateway.execution.compiled.complete import Members
from gateway.execution.compiled.coverage import NotCovered, Scope, scope_of
from gateway.execution.compiled.functions import Codes
from gateway.execution.compiled.program import Run, Writer
from gateway.execution.compiled.state import State
from gateway.execution.compiled.variables import Declared

MOST_VARIANTS: Final = 8  # outcomes of conditions an operation is compiled for
_Conditions: TypeAlias = tuple[Any, ...]  # the values of the conditions' variables
MOST_COUNTED: Final = 64  # outcomes that are counted before they are compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How operations are run; what is set here graphql-core is told as well."""

    max_coercion_errors: int = 50
    hide_suggestions: bool = False
    compile_at: int = 1  # the run at which an outcome of conditions is compiled


class Compiler:
    """Makes operations of one schema; safe to share within a process."""

    def __init__(
        self,
        schema: GraphQLSchema,
        simplify: Simplify = nothing_simpler,
        options: Options | None = None,
    ) -> None:
        assert_valid_schema(schema)
        self.schema = schema
        self.options = options or Options()
        self._simplify = simplify
        self._codes = Codes()
        self._members: WeakKeyDictionary[GraphQLEnumType, Members] = WeakKeyDictionary()

    def operation(self, document: DocumentNode, name: str | None = None) -> "Operation":
        """A validated document's operation, to run often; raises NotCovered with the reason."""
        return Operation(self, document, name, scope_of(document, name))

    def writer(self, scope: Scope, variables: VariableValues) -> Writer:
        """Who writes the program of an operation for these values of its conditions."""
        return Writer(self.schema, scope, variables, self._simplify, self._codes, self._known)

    def _known(self, kind: GraphQLEnumType) -> Members:
        return self._members.setdefault(kind, Members())


class Operation:
    """One operation of one document. `execute` gives what graphql-core's `execute` gives."""

    def __init__(
        self, compiler: Compiler, document: DocumentNode, name: str | None, scope: Scope
    ) -> None:
        self._compiler = compiler
        self._document = document
        self._name = name
        self._scope = scope
        self._declared = Declared(compiler.schema, scope.operation.variable_definitions or ())
        self._runs: dict[_Conditions, Run | None] = {}
        self._counts: dict[_Conditions, int] = {}
        self.fields = 0  # written so far: what its memory grows with

    def execute(
        self, root: Any, context: Any, variables: Mapping[str, Any] | None = None
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        """The result, or an awaitable of it where a resolver gave something to await."""
        values = self._coerced(variables)
        if isinstance(values, list):
            return ExecutionResult(None, values)
        run = self._run(values)
        if run is None:
            return self._by_reference(root, context, variables)
        state = State(
            self._compiler.schema,
            self._scope.operation,
            self._scope.fragments,
            root,
            context,
            values,
            self._compiler.options.hide_suggestions,
        )
        return _result(state, run)

    def prepare(self) -> bool:
        """Compile for every outcome of the conditions, before anybody asks; whether that was done.

        Whoever has more conditions than can be compiled for is told so, and nothing is done.
        """
        names = self._scope.conditions
        if 2 ** len(names) > MOST_VARIANTS:
            return False
        outcomes = product((True, False), repeat=len(names))
        runs = [self._run(_values(names, outcome), at_once=True) for outcome in outcomes]
        return all(run is not None for run in runs)

    def forget(self) -> None:
        """Give back the memory of what was compiled; it is compiled again when it is worth it."""
        self._runs.clear()
        self._counts.clear()
        self.fields = 0

    def _coerced(self, variables: Mapping[str, Any] | None) -> VariableValues | list[GraphQLError]:
        declared = self._scope.operation.variable_definitions
        if not declared:
            return VariableValues({}, {})
        given: Mapping[str, Any] = variables or {}
        quickly = self._declared.quickly(given)
        if quickly is not None:
            return quickly
        options = self._compiler.options
        return get_variable_values(
            self._compiler.schema,
            declared,
            dict(given),
            max_errors=options.max_coercion_errors,
            hide_suggestions=options.hide_suggestions,
        )

    def _run(self, values: VariableValues, *, at_once: bool = False) -> Run | None:
        """What runs these conditions; None where that is left to graphql-core."""
        names = self._scope.conditions
        outcome = tuple([values.coerced.get(name) for name in names]) if names else ()
        known = self._runs.get(outcome)
        if known is not None:
            return known
        if outcome in self._runs or not self._worth(outcome, at_once):
            return None
        try:
            writer = self._compiler.writer(self._scope, values)
            self._runs[outcome] = writer.run()
            self.fields += writer.fields
        except NotCovered:
            self._runs[outcome] = None
        return self._runs[outcome]

    def _worth(self, outcome: _Conditions, at_once: bool) -> bool:
        """Whether to compile now: often enough asked for, not too many, nothing odd."""
        if len(self._runs) >= MOST_VARIANTS or not all(isinstance(one, bool) for one in outcome):
            return False
        if at_once or self._compiler.options.compile_at <= 1:
            return True
        if outcome not in self._counts and len(self._counts) >= MOST_COUNTED:
            self._counts.clear()
        self._counts[outcome] = self._counts.get(outcome, 0) + 1
        return self._counts[outcome] >= self._compiler.options.compile_at

    def _by_reference(
        self, root: Any, context: Any, variables: Mapping[str, Any] | None
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        options = self._compiler.options
        return execute(
            self._compiler.schema,
            self._document,
            root,
            context,
            dict(variables or {}),
            self._name,
            max_coercion_errors=options.max_coercion_errors,
            hide_suggestions=options.hide_suggestions,
        )


def _values(names: Sequence[str], outcome: Sequence[bool]) -> VariableValues:
    return VariableValues({}, dict(zip(names, outcome, strict=True)))


def _result(state: State, run: Run) -> ExecutionResult | Awaitable[ExecutionResult]:
    try:
        data = run(state, state.root)
    except GraphQLError as error:
        state.add(error, None)
        return ExecutionResult(None, state.errors)
    if data.__class__ is not dict:
        return _awaited(state, data)
    return ExecutionResult(data, state.errors or None)


async def _awaited(state: State, waiting: Awaitable[dict[str, Any]]) -> ExecutionResult:
    try:
        data = await waiting
    except GraphQLError as error:
        state.add(error, None)
        return ExecutionResult(None, state.errors)
    return ExecutionResult(data, state.errors or None)
