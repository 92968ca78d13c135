"""Documents that may run: parsed, limited and validated once, then remembered by their digest."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    validate,
)

from gateway.execution.compiled.compiler import Operation
from gateway.execution.cost import Costing, prices
from gateway.execution.limits import Limits, TooMuch
from gateway.execution.measure import check


class NotRunnable(Exception):
    """The document has errors; nothing was executed."""

    def __init__(self, code: str, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that passed; its operations by name, "" for the one without."""

    ast: DocumentNode
    operations: Mapping[str, OperationDefinitionNode]
    by_variable: bool  # its cost depends on variables and is checked again at every run
    # Its operations once they ran, by the name they were asked for; None: not to be compiled.
    compiled: dict[str | None, Operation | None] = field(default_factory=dict, compare=False)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The named operation, or the only one; None when that is not told."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


class Documents:
    """Turns text into documents; remembers the last `size` that passed."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        size: int = 500,
        hide_suggestions: bool = False,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._prices = prices(schema)
        self._size = size
        self._hide = hide_suggestions
        self._known: OrderedDict[bytes, Document] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, text: str) -> Document:
        """The document of this text; raises TooMuch or NotRunnable."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None:
            self._known.move_to_end(digest)
            return known
        document = self._compile(text)
        self._known[digest] = document
        while len(self._known) > self._size:
            self._known.popitem(last=False)
        return document

    def check_cost(self, document: Document, variables: Mapping[str, Any] | None) -> bool:
        """Refuse operations that cost too much; whether the cost hangs on variables."""
        costing = Costing(document.ast, self._prices, variables)
        for operation in document.operations.values():
            cost = costing.operation(operation, self._root(operation))
            if cost > self._limits.cost:
                raise TooMuch("cost", allowed=self._limits.cost, found=cost)
        return costing.by_variable

    def _compile(self, text: str) -> Document:
        try:
            ast = self._parse(text)
            check(ast, self._limits)
            draft = Document(ast=ast, operations=_operations(ast), by_variable=False)
            by_variable = self.check_cost(draft, None)
            self._validate(ast)
        except RecursionError:
            # The parser and literal readers recurse; what exhausts them is too deep by any measure.
            raise TooMuch("depth", allowed=self._limits.depth) from None
        return Document(ast=ast, operations=draft.operations, by_variable=by_variable)

    def _parse(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            # graphql-core has one exception for all of these; only the sentence tells them apart.
            if "nested too deeply" in error.message:
                raise TooMuch("depth", allowed=self._limits.depth) from None
            if f"more than {self._limits.tokens} tokens" in error.message:
                raise TooMuch("tokens", allowed=self._limits.tokens) from None
            raise NotRunnable("GRAPHQL_PARSE_FAILED", [error]) from None

    def _validate(self, ast: DocumentNode) -> None:
        errors = validate(self._schema, ast, max_errors=5, hide_suggestions=self._hide)
        if errors:
            raise NotRunnable("GRAPHQL_VALIDATION_FAILED", errors)

    def _root(self, operation: OperationDefinitionNode) -> str:
        root = self._schema.get_root_type(operation.operation)
        return root.name if root else ""


def _operations(ast: DocumentNode) -> Mapping[str, OperationDefinitionNode]:
    return {
        node.name.value if node.name else "": node
        for node in ast.definitions
        if isinstance(node, OperationDefinitionNode)
    }
