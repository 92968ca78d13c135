"""From the text of an operation to its answer: the one way in for every transport."""

from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType

from gateway.execution.answers import Answer, refused, request_errors, told
from gateway.execution.bugs import where
from gateway.execution.documents import Document, Documents, NotRunnable
from gateway.execution.limits import Limits, TooMuch
from gateway.execution.operations import Operations
from schema.graph.ports import Context

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
    ) -> None:
        self._extend = extend
        self._operations = Operations(schema, hide_suggestions=hide_suggestions)
        self._documents = Documents(schema, limits or Limits(), hide_suggestions=hide_suggestions)

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
        return await self._run(ready, variables, operation_name, context, trace_id)

    async def _run(
        self,
        ready: Document,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Context,
        trace_id: str,
    ) -> Answer:
        running = self._operations.run(ready, operation_name, context, variables)
        result = await running if isawaitable(running) else running
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
