"""The size of a document in one pass: every node is visited once, every fragment measured once."""

from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

from gateway.execution.limits import Limits, TooMuch
from gateway.execution.overlaps import check_overlaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a selection amounts to once its fragments are expanded."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0

    def beside(self, other: "Size") -> "Size":
        """Both in one selection set."""
        return Size(
            depth=max(self.depth, other.depth),
            fields=self.fields + other.fields,
            aliases=self.aliases + other.aliases,
            directives=self.directives + other.directives,
            roots=self.roots + other.roots,
        )


NOTHING = Size()


class Measure:
    """Measures the operations of one document; refuses cycles and what is nested beyond sense."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._limits = limits
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Size] = {}
        self._open: set[str] = set()
        self.visited = 0

    def operation(self, node: OperationDefinitionNode) -> Size:
        """The size of one operation; raises TooMuch for a cycle or hopeless nesting."""
        own = self._directives(node.directives)
        for variable in node.variable_definitions or ():
            own = own.beside(self._directives(variable.directives))
        return own.beside(self._set(node.selection_set, 0))

    def fragments(self) -> None:
        """Measure the fragments nothing spreads, too: a cycle among them must not get further."""
        for name in self._fragments:
            self._fragment(name)

    @property
    def most_fields(self) -> int:
        """Of the fragment with the most, spread or not; once they are measured."""
        return max((size.fields for size in self._known.values()), default=0)

    def _set(self, selections: SelectionSetNode | None, nesting: int) -> Size:
        if selections is None:
            return NOTHING
        if nesting > self._limits.nesting:
            raise TooMuch("depth", allowed=self._limits.depth)
        size = NOTHING
        for node in selections.selections:
            size = size.beside(self._selection(node, nesting))
        return size

    def _selection(self, node: SelectionNode, nesting: int) -> Size:
        self.visited += 1
        own = self._directives(node.directives)
        if isinstance(node, FieldNode):
            return own.beside(self._field(node, nesting))
        if isinstance(node, FragmentSpreadNode):
            return own.beside(self._fragment(node.name.value))
        if isinstance(node, InlineFragmentNode):
            return own.beside(self._set(node.selection_set, nesting + 1))
        raise TypeError(type(node).__name__)

    def _field(self, node: FieldNode, nesting: int) -> Size:
        for argument in node.arguments or ():
            self._value(argument.value)
        inside = self._set(node.selection_set, nesting + 1)
        return Size(
            depth=inside.depth + 1,
            fields=inside.fields + 1,
            aliases=inside.aliases + (node.alias is not None),
            directives=inside.directives,
            roots=1,
        )

    def _fragment(self, name: str) -> Size:
        known = self._known.get(name)
        if known is not None:
            return known
        node = self._fragments.get(name)
        if node is None:
            return NOTHING  # validation will say so
        if name in self._open:
            raise TooMuch("cycle")
        if len(self._open) > self._limits.nesting:
            raise TooMuch("depth", allowed=self._limits.depth)
        self._open.add(name)
        size = self._directives(node.directives).beside(self._set(node.selection_set, 0))
        self._open.discard(name)
        self._known[name] = size
        return size

    def _directives(self, nodes: tuple[DirectiveNode, ...] | None) -> Size:
        for node in nodes or ():
            self.visited += 1
            for argument in node.arguments or ():
                self._value(argument.value)
        return Size(directives=len(nodes)) if nodes else NOTHING

    def _value(self, value: ValueNode) -> None:
        level = [value]
        for _ in range(self._limits.value_depth):
            self.visited += len(level)
            level = [child for node in level for child in _children(node)]
            if not level:
                return
        raise TooMuch("depth", allowed=self._limits.depth)


def check(document: DocumentNode, limits: Limits) -> Measure:
    """Refuse a document with an operation beyond the limits; its measure otherwise."""
    measure = Measure(document, limits)
    measure.fragments()
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            _compare(measure.operation(node), limits)
    # Validation looks into every fragment, spread or not.
    _compare(Size(fields=measure.most_fields), limits)
    check_overlaps(document, limits)
    return measure


def _compare(size: Size, limits: Limits) -> None:
    for limit, allowed, found in (
        ("depth", limits.depth, size.depth),
        ("aliases", limits.aliases, size.aliases),
        ("root_fields", limits.root_fields, size.roots),
        ("directives", limits.directives, size.directives),
        ("fields", limits.fields, size.fields),
    ):
        if found > allowed:
            raise TooMuch(limit, allowed=allowed, found=found)


def _children(node: ValueNode) -> list[ValueNode]:
    if isinstance(node, ListValueNode):
        return list(node.values)
    if isinstance(node, ObjectValueNode):
        return [field.value for field in node.fields]
    return []
