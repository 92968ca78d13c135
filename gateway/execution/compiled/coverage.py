"""What can be compiled, and the variables on which it depends what is selected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

_LEFT_OUT = {
    "defer": "@defer sends its answer in parts",
    "stream": "@stream sends its answer in parts",
    "experimental_disableErrorPropagation": "errors are asked not to propagate",
}


class NotCovered(Exception):
    """This operation is for graphql-core; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """An operation with what it can reach in its document."""

    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: tuple[str, ...]  # the variables of @skip and @include, in order of appearance


def scope_of(document: DocumentNode, name: str | None) -> Scope:
    """The operation of that name (the only one: None); raises NotCovered."""
    operation = _operation(document, name)
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    if any(fragment.variable_definitions for fragment in fragments.values()):
        raise NotCovered("fragments have variables of their own")
    conditions: dict[str, None] = {}
    for directive in _directives(operation, fragments):
        why = _LEFT_OUT.get(directive.name.value)
        if why is not None:
            raise NotCovered(why)
        conditions.update(dict.fromkeys(_condition(directive)))
    return Scope(operation=operation, fragments=fragments, conditions=tuple(conditions))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (name is None or (node.name is not None and node.name.value == name))
    ]
    if len(found) != 1:
        raise NotCovered("it is not clear which operation is meant")
    if found[0].operation is OperationType.SUBSCRIPTION:
        raise NotCovered("subscriptions are driven by graphql-core")
    return found[0]


def _condition(directive: DirectiveNode) -> Iterator[str]:
    if directive.name.value in {"skip", "include"}:
        for argument in directive.arguments or ():
            if isinstance(argument.value, VariableNode):
                yield argument.value.name.value


def _directives(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[DirectiveNode]:
    """Those of the operation and of every fragment it reaches, each fragment once."""
    yield from operation.directives or ()
    seen: set[str] = set()
    waiting: list[SelectionNode] = list(operation.selection_set.selections)
    while waiting:
        node = waiting.pop(0)
        yield from node.directives or ()
        inside: SelectionSetNode | None = None
        if isinstance(node, FieldNode | InlineFragmentNode):
            inside = node.selection_set
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = fragments.get(node.name.value)
            inside = fragment.selection_set if fragment else None
        waiting.extend(inside.selections if inside else ())
