"""From an operation of the edge to its answer, and what of it may be remembered, and for whom."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from opentelemetry.trace import Span

from gateway.edge.encoding import encode
from gateway.edge.graphql import MutationByGet
from gateway.edge.graphql_request import Operation
from gateway.execution.executor import Executor, OnlyQueries
from gateway.execution.own import OwnAnswer
from gateway.execution.remembered import PublicAnswer, public_answer
from gateway.federation.operation import OperationReads
from gateway.metrics import Metrics
from gateway.security.viewer import ANONYMOUS
from gateway.telemetry import redacted, span
from schema.domain.text import Language
from schema.graph.ports import Context, Reads, Viewer

MakeContext = Callable[[Viewer, Language], Context]
_NAME: Final = 100  # characters of an operation's name in a trace
_Tell = Callable[[float], None]


class Answering:
    """Answers every operation of this process, and counts what it took."""

    def __init__(
        self,
        executor: Executor,
        *,
        context: MakeContext,
        metrics: Metrics,
    ) -> None:
        self._executor = executor
        self._context = context
        self._metrics = metrics
        self._operations = metrics.counter("onething_operations_total")
        self._remembered = metrics.counter("onething_answers_remembered_total")
        self._reads: dict[tuple[str, str], _Tell] = {}

    async def __call__(
        self, operation: Operation, *, viewer: Viewer, language: Language, request_id: str
    ) -> Mapping[str, Any] | PublicAnswer | OwnAnswer:
        """The response map, or bytes to be remembered with it; raises MutationByGet."""
        self._operations()
        if not self._executor.is_public(operation.query, operation.name):
            context = self._context(viewer, language)
            answer = await self._executed(operation, context, request_id)
            return self._own(operation, context, answer) or answer
        # Whoever asks, it is executed as for anybody: nothing of a viewer can come in.
        answer = await self._executed(operation, self._context(ANONYMOUS, language), request_id)
        if "errors" in answer or "data" not in answer:
            return answer
        return public_answer(encode(answer), lasting=self._lasting(operation))

    def from_memory(self) -> None:
        """Count an operation that was answered without coming here."""
        self._operations()
        self._remembered()

    def _own(
        self, operation: Operation, context: Context, answer: Mapping[str, Any]
    ) -> OwnAnswer | None:
        """The answer as who asked may be given it again; None where it has to be made anew."""
        reads = context.reads
        if not isinstance(reads, OperationReads) or "errors" in answer:
            return None
        remembered = reads.remembered()
        if remembered is None or not self._executor.is_of_records(operation.query, operation.name):
            return None
        if not self._lasting(operation):
            return None
        stands, holds = remembered
        return OwnAnswer(encode(answer), stands, context.catalogue, holds)

    def _lasting(self, operation: Operation) -> bool:
        """Whether all that was sent is what the answer hangs on: the rest may be about somebody."""
        declared = self._executor.variables(operation.query, operation.name)
        return operation.bare and operation.variables.keys() <= declared

    async def _executed(
        self, operation: Operation, context: Context, request_id: str
    ) -> Mapping[str, Any]:
        with span("graphql") as traced:
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
                self._name(traced, operation)
                self._end(context.reads)

    def _name(self, traced: Span, operation: Operation) -> None:
        """Tell what was executed; a name that no operation has may be anything, and is not told."""
        name = operation.name
        if name and traced.is_recording() and self._executor.names(operation.query, name):
            traced.set_attribute("operation", redacted(name[:_NAME]))

    def _end(self, reads: Reads) -> None:
        if not isinstance(reads, OperationReads):
            return
        reads.close()
        known = self._reads
        for call in reads.calls:
            told = (call.department, call.outcome)
            tell = known.get(told) or self._read(*told)
            tell(call.ms / 1000)

    def _read(self, department: str, outcome: str) -> _Tell:
        """What counts a read that ended so, and how long it took where it was answered."""
        name, labels = "onething_department_reads_total", {"department": department}
        told = name, {**labels, "outcome": outcome}
        if outcome == "ok":
            timed = "onething_department_read_seconds", labels
            tell = self._metrics.counting_timer(told, timed)
        else:
            count = self._metrics.counter(name, **told[1])

            def tell(_: float) -> None:
                count()

        self._reads[department, outcome] = tell
        return tell
