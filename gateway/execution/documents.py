"""Documents that may run: parsed, limited and validated once, then remembered by their text."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

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
from gateway.execution.publicity import Publicity
from schema.graph.public import PublicFields

MOST_DOCUMENTS: Final = 500
MOST_TEXT: Final = 4_000_000  # characters of documents that are remembered


class NotRunnable(Exception):
    """The document has errors; nothing was executed."""

    def __init__(self, code: str, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that passed; its operations by name, "" for the one without."""

    text: str
    ast: DocumentNode
    operations: Mapping[str, OperationDefinitionNode]
    by_variable: bool  # its cost depends on variables and is checked again at every run
    public: frozenset[str]  # those of its operations whose answer is the same for everybody
    records: frozenset[str]  # those whose answer hangs on records and who asks alone
    # Its operations once they ran, by the name they were asked for; None: not to be compiled.
    compiled: dict[str | None, Operation | None] = field(default_factory=dict, compare=False)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The named operation, or the only one; None when that is not told."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None

    def is_public(self, name: str | None) -> bool:
        """Whether that operation is among the public ones."""
        return self._among(self.public, name)

    def is_of_records(self, name: str | None) -> bool:
        """Whether that operation asks for records, and beside them for what is public alone."""
        return self._among(self.records, name)

    def _among(self, some: frozenset[str], name: str | None) -> bool:
        if name is not None:
            return name in some
        return len(self.operations) == len(some) == 1


class Documents:
    """Turns text into documents; remembers the last that passed, so many and so much text."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        public: PublicFields | None = None,
        records: PublicFields | None = None,
        size: int = MOST_DOCUMENTS,
        most_text: int = MOST_TEXT,
        hide_suggestions: bool = False,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._public = public or {}
        self._records = records or {}
        self._prices = prices(schema)
        self._size = size
        self._most_text = most_text
        self._hide = hide_suggestions
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._text = 0

    def __len__(self) -> int:
        return len(self._known)

    def get(self, text: str) -> Document:
        """The document of this text; raises TooMuch or NotRunnable."""
        known = self.known(text)
        if known is not None:
            return known
        document = self._compile(text)
        self._known[text] = document
        self._text += len(text)
        while len(self._known) > self._size or self._text > self._most_text:
            self._text -= len(self._known.popitem(last=False)[0])
        return document

    def known(self, text: str) -> Document | None:
        """The document of this text, where it passed not long ago."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
        return known

    def check_cost(self, document: Document, variables: Mapping[str, Any] | None) -> bool:
        """Refuse operations that cost too much; whether the cost hangs on variables."""
        return self._cost(document.ast, document.operations, variables)

    def _cost(
        self,
        ast: DocumentNode,
        operations: Mapping[str, OperationDefinitionNode],
        variables: Mapping[str, Any] | None,
    ) -> bool:
        costing = Costing(ast, self._prices, variables)
        for operation in operations.values():
            cost = costing.operation(operation, self._root(operation))
            if cost > self._limits.cost:
                raise TooMuch("cost", allowed=self._limits.cost, found=cost)
        return costing.by_variable

    def _compile(self, text: str) -> Document:
        try:
            ast = self._parse(text)
            check(ast, self._limits)
            operations = _operations(ast)
            by_variable = self._cost(ast, operations, None)
            self._validate(ast)
            public = self._made_of(self._public, ast, operations)
            records = self._made_of(self._records, ast, operations)
        except RecursionError:
            # The parser and literal readers recurse; what exhausts them is too deep by any measure.
            raise TooMuch("depth", allowed=self._limits.depth) from None
        return Document(
            text=text,
            ast=ast,
            operations=operations,
            by_variable=by_variable,
            public=public,
            records=records,
        )

    def _made_of(
        self,
        fields: PublicFields,
        ast: DocumentNode,
        operations: Mapping[str, OperationDefinitionNode],
    ) -> frozenset[str]:
        """The operations that ask for nothing but these fields."""
        publicity = Publicity(self._schema, ast, fields)
        return frozenset(name for name, node in operations.items() if publicity.of(node))

    def _parse(self, text: str) -> DocumentNode:
        if len(text) > self._limits.characters:
            # Of blanks and comments: a place in it is looked for from its beginning, per error.
            raise TooMuch("characters", allowed=self._limits.characters, found=len(text))
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
