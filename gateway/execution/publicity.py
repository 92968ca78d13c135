"""Whether an operation is public: whether every field it can reach is declared to be.

Whoever asks for nothing else is answered as anybody is.
"""

from collections.abc import Mapping

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_introspection_type,
)

from schema.graph.public import PublicFields

_CONDITIONS = frozenset({"skip", "include"})  # of variables, which an answer is remembered by
_ABOUT_THE_GRAPH = frozenset({"__schema", "__type", "__typename"})


class Publicity:
    """Judges the operations of one validated document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, public: PublicFields) -> None:
        self._schema = schema
        self._public = public
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._judged: dict[str, bool] = {}

    def of(self, operation: OperationDefinitionNode) -> bool:
        """Whether its answer is the same for everybody, with the same variables and language."""
        root = self._schema.get_root_type(operation.operation)
        return (
            operation.operation is OperationType.QUERY
            and root is not None
            and _plain(operation.directives)
            and self._set(operation.selection_set, root)
        )

    def _set(self, selections: SelectionSetNode | None, parent: GraphQLNamedType) -> bool:
        return selections is None or all(
            _plain(node.directives) and self._selection(node, parent)
            for node in selections.selections
        )

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType) -> bool:
        if isinstance(node, FieldNode):
            return self._field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        if isinstance(node, InlineFragmentNode):
            named = node.type_condition
            kind = self._schema.get_type(named.name.value) if named else parent
            return kind is not None and self._set(node.selection_set, kind)
        return False

    def _fragment(self, name: str) -> bool:
        if name not in self._judged:
            node = self._fragments[name]
            kind = self._schema.get_type(node.type_condition.name.value)
            self._judged[name] = (
                kind is not None and _plain(node.directives) and self._set(node.selection_set, kind)
            )
        return self._judged[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> bool:
        name = node.name.value
        if name in _ABOUT_THE_GRAPH or is_introspection_type(parent):
            return True  # the graph is published as it is
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return False
        given = {argument.name.value for argument in node.arguments or ()}
        kinds = self._schema.get_possible_types(parent) if is_abstract_type(parent) else (parent,)
        if not all(self._allowed(kind.name, name, given) for kind in kinds):
            return False
        return self._set(node.selection_set, get_named_type(parent.fields[name].type))

    def _allowed(self, kind: str, name: str, given: set[str]) -> bool:
        arguments = self._public.get(kind, {}).get(name)
        return arguments is not None and given <= arguments


def _plain(directives: tuple[DirectiveNode, ...] | None) -> bool:
    return all(node.name.value in _CONDITIONS for node in directives or ())
