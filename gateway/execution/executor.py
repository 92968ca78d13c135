"""From the text of an operation to its answer: the one way in for every transport."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType

from gateway.execution.answers import Answer, late, refused, request_errors, told
from gateway.execution.bugs import where
from gateway.execution.deadline import OutOfTime, ended, left
from gateway.execution.documents import Documents, NotRunnable
from gateway.execution.limits import Limits, TooMuch
from gateway.execution.operations import Operations
from schema.graph.ports import Context
from schema.graph.public import PublicFields

log = structlog.get_logger(__name__)

Extend = Callable[[Context], Mapping[str, Any]]


class OnlyQueries(Exception):
    """The operation is not a query, and only queries were allowed."""


class Executor:
    """Runs operations of one schema; safe to share by every request of a process."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        limits: Limits | None = None,
        extend: Extend | None = None,
        hide_suggestions: bool = False,
        public: PublicFields | None = None,
        records: PublicFields | None = None,
        deadline_s: float = 5.0,
    ) -> None:
        self._extend = extend
        self._deadline_s = deadline_s
        self._operations = Operations(schema, hide_suggestions=hide_suggestions)
        self._documents = Documents(
            schema,
            limits or Limits(),
            public=public,
            records=records,
            hide_suggestions=hide_suggestions,
        )

    def is_public(self, document: str, name: str | None) -> bool:
        """Whether that operation, of a document that ran before, has one answer for everybody."""
        known = self._documents.known(document)
        return known is not None and known.is_public(name)

    def is_of_records(self, document: str, name: str | None) -> bool:
        """Whether that operation, of a document that ran before, hangs on records and who asks."""
        known = self._documents.known(document)
        return known is not None and known.is_of_records(name)

    def names(self, document: str, name: str) -> bool:
        """Whether a document that ran before has an operation of this name."""
        known = self._documents.known(document)
        return known is not None and name in known.operations

    def variables(self, document: str, name: str | None) -> frozenset[str]:
        """The variables that operation of a document that may run declares."""
        operation = self._documents.get(document).operation(name)
        nodes = operation.variable_definitions if operation is not None else ()
        return frozenset(node.variable.name.value for node in nodes or ())

    def prepare(self, document: str) -> int:
        """Make everything ready for this document's operations; how many are compiled.

        Raises TooMuch or NotRunnable where it may not run.
        """
        ready = self._documents.get(document)
        return sum(self._operations.prepare(ready, name or None) for name in ready.operations)

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
        *,
        trace_id: str,
        queries_only: bool = False,
    ) -> Answer:
        """The response map; without `data` nothing was executed. Raises only OnlyQueries."""
        try:
            ready = self._documents.get(document)
            operation = ready.operation(operation_name)
            if operation is None:
                return request_errors("BAD_OPERATION_NAME", [_unnamed(operation_name)])
            if queries_only and operation.operation is not OperationType.QUERY:
                raise OnlyQueries
            if ready.by_variable:
                self._documents.check_cost(ready, dict(variables or {}))
        except TooMuch as refusal:
            return refused(refusal, context.language)
        except NotRunnable as errors:
            return request_errors(errors.code, errors.errors)
        running = self._operations.run(ready, operation_name, context, variables)
        if not isawaitable(running):
            return self._answer(running, context, trace_id)
        changes = operation.operation is not OperationType.QUERY
        return await self._in_time(running, context, trace_id, changes=changes)

    async def _in_time(
        self,
        running: Awaitable[ExecutionResult],
        context: Context,
        trace_id: str,
        *,
        changes: bool,
    ) -> Answer:
        try:
            result = await (left if changes else ended)(running, self._deadline_s)
        except OutOfTime:
            log.warning("execution.late", trace_id=trace_id, seconds=self._deadline_s)
            return late(context.language, trace_id, changes=changes)
        return self._answer(result, context, trace_id)

    def _answer(self, result: ExecutionResult, context: Context, trace_id: str) -> Answer:
        errors = result.errors or []
        if result.data is None and errors and all(error.path is None for error in errors):
            return request_errors("BAD_USER_INPUT", errors)
        answer: Answer = {"data": result.data}
        if errors:
            answer["errors"] = told(
                errors,
                language=context.language,
                trace_id=trace_id,
                report=lambda bug: log.error("execution.bug", trace_id=trace_id, **where(bug)),
            )
        if self._extend is not None:
            answer["extensions"] = dict(self._extend(context))
        return answer


def _unnamed(name: str | None) -> GraphQLError:
    if name is None:
        return GraphQLError("Which operation? The document has several; send operationName.")
    return GraphQLError("The document has no operation of that name.")
