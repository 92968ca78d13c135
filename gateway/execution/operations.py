"""Operations that run: compiled from their second run on, left to graphql-core where need be."""

from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from typing import Any, Final

from graphql import ExecutionResult, GraphQLSchema, execute

from gateway.execution.compiled.compiler import Compiler, Operation, Options
from gateway.execution.compiled.coverage import NotCovered
from gateway.execution.documents import Document
from gateway.execution.strawberry_fields import simplify
from schema.graph.ports import Context

MOST_FIELDS: Final = 10_000  # compiled fields that are kept, about a kilobyte each
# Compiling costs more than running by graphql-core; who sends each document once gains nothing.
_COMPILE_AT: Final = 2
_ERRORS_OF_VARIABLES: Final = 5


class Operations:
    """Runs the operations of one schema's documents; what has not run for longest is forgotten."""

    def __init__(
        self, schema: GraphQLSchema, *, hide_suggestions: bool, most_fields: int = MOST_FIELDS
    ) -> None:
        self._options = Options(
            max_coercion_errors=_ERRORS_OF_VARIABLES,
            hide_suggestions=hide_suggestions,
            compile_at=_COMPILE_AT,
        )
        self._compiler = Compiler(schema, simplify, self._options)
        self._most = most_fields
        self._fields = 0
        self._recent: OrderedDict[Operation, int] = OrderedDict()  # with the fields it holds

    @property
    def fields(self) -> int:
        """How many compiled fields are kept."""
        return self._fields

    def run(
        self,
        document: Document,
        name: str | None,
        context: Context,
        variables: Mapping[str, Any] | None,
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        """The result of one operation, or an awaitable of it."""
        operation = self._operation(document, name)
        if operation is None:
            return self._by_reference(document, name, context, variables)
        running = operation.execute(None, context, variables)
        if operation.fields:
            self._keep(operation)
        return running

    def prepare(self, document: Document, name: str | None) -> bool:
        """Compile an operation before anybody asks; False where graphql-core will run it."""
        operation = self._operation(document, name)
        if operation is None or not operation.prepare():
            return False
        self._keep(operation)
        return True

    def _operation(self, document: Document, name: str | None) -> Operation | None:
        if len(document.operations) == 1:
            name = None  # asked for by its name or not, it is the same one
        known = document.compiled
        if name not in known:
            try:
                known[name] = self._compiler.operation(document.ast, name)
            except NotCovered:
                known[name] = None
        return known[name]

    def _keep(self, operation: Operation) -> None:
        before = self._recent.get(operation, 0)
        if before != operation.fields:
            self._fields += operation.fields - before
            self._recent[operation] = operation.fields
        self._recent.move_to_end(operation)
        while self._fields > self._most and len(self._recent) > 1:
            forgotten, fields = self._recent.popitem(last=False)
            forgotten.forget()
            self._fields -= fields

    def _by_reference(
        self,
        document: Document,
        name: str | None,
        context: Context,
        variables: Mapping[str, Any] | None,
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        return execute(
            self._compiler.schema,
            document.ast,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=name,
            max_coercion_errors=self._options.max_coercion_errors,
            hide_suggestions=self._options.hide_suggestions,
        )
