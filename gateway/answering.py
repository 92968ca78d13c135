"""From an operation of the edge to its answer: what is public from memory, all else executed."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from gateway.edge.encoding import encode
from gateway.edge.graphql import MutationByGet
from gateway.edge.graphql_request import Operation
from gateway.execution.executor import Executor, OnlyQueries
from gateway.execution.remembered import Asked, PublicAnswer, Remembered
from gateway.federation.operation import OperationReads
from gateway.metrics import Metrics
from gateway.security.viewer import ANONYMOUS
from gateway.telemetry import span
from schema.domain.text import Language
from schema.graph.ports import Catalogue, Context, Reads, Viewer

MakeContext = Callable[[Viewer, Language], Context]


class Answering:
    """Answers every operation of this process, and counts what it took."""

    def __init__(
        self,
        executor: Executor,
        *,
        context: MakeContext,
        catalogue: Callable[[], Catalogue],
        metrics: Metrics,
    ) -> None:
        self._executor = executor
        self._context = context
        self._catalogue = catalogue
        self._metrics = metrics
        self._remembered = Remembered()
        self._operations = metrics.counter("onething_operations_total")
        self._from_memory = metrics.counter("onething_answers_remembered_total")
        self._reads: dict[tuple[str, str], Callable[[], None]] = {}

    async def __call__(
        self, operation: Operation, *, viewer: Viewer, language: Language, request_id: str
    ) -> Mapping[str, Any] | PublicAnswer:
        """The response map, or the bytes everybody is answered with; raises MutationByGet."""
        self._operations()
        text = self._executor.public(operation.query, operation.name)
        if text is None:
            return await self._executed(operation, self._context(viewer, language), request_id)
        return await self._public(operation, text, language, request_id)

    async def _public(
        self, operation: Operation, text: str, language: Language, request_id: str
    ) -> Mapping[str, Any] | PublicAnswer:
        """Whoever asks, it is executed as for anybody: nothing of a viewer can come in."""
        given = operation.variables
        variables = orjson.dumps(given, option=orjson.OPT_SORT_KEYS) if given else b""
        asked, catalogue = Asked(text, operation.name, variables, language), self._catalogue()
        known = self._remembered.find(asked, catalogue)
        if known is not None:
            self._from_memory()
            return known
        answer = await self._executed(operation, self._context(ANONYMOUS, language), request_id)
        if "errors" in answer or "data" not in answer:
            return answer
        return self._remembered.keep(asked, catalogue, encode(answer))

    async def _executed(
        self, operation: Operation, context: Context, request_id: str
    ) -> Mapping[str, Any]:
        with span("graphql", operation=operation.name or ""):
            try:
                return await self._executor.execute(
                    operation.query,
                    operation.variables,
                    operation.name,
                    context,
                    trace_id=request_id,
                    queries_only=operation.queries_only,
                )
            except OnlyQueries:
                raise MutationByGet from None
            finally:
                self._end(context.reads)

    def _end(self, reads: Reads) -> None:
        if not isinstance(reads, OperationReads):
            return
        reads.close()
        for call in reads.calls:
            self._read(call.department, call.outcome)
            if call.outcome == "ok":
                self._metrics.observe(
                    "onething_department_read_seconds", call.ms / 1000, department=call.department
                )

    def _read(self, department: str, outcome: str) -> None:
        count = self._reads.get((department, outcome))
        if count is None:
            count = self._reads[department, outcome] = self._metrics.counter(
                "onething_department_reads_total", department=department, outcome=outcome
            )
        count()
