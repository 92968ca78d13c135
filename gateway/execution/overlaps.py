"""How many pairs of fields validation compares: it asks of each two of one name whether they merge.

GraphQL, "Field Selection Merging": within a selection set, and within the sets of fields of one
name taken together, at every depth. graphql-core does so pair by pair, so that a few kilobytes of
one field repeated are a hundred thousand comparisons.
"""

from collections.abc import Iterable, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)

from gateway.execution.limits import Limits, TooMuch


def check_overlaps(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document with more pairs than allowed.

    Its fragments contain no cycle, and no more fields than `limits.fields` once expanded.
    """
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    for node in document.definitions:
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            _Pairs(fragments, limits.overlaps).count([selections])


class _Pairs:
    """Counts the pairs of one operation or fragment; raises TooMuch once they are too many."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], allowed: int) -> None:
        self._fragments = fragments
        self._allowed = allowed
        self._left = allowed

    def count(self, together: Iterable[SelectionSetNode]) -> None:
        """Count what is compared in these sets, which are merged into one, and within it."""
        named: dict[str, list[SelectionSetNode | None]] = {}
        spread: set[str] = set()
        waiting = [node for selections in together for node in selections.selections]
        while waiting:
            waiting.extend(self._take(waiting.pop(), named, spread))
        self._spend(len(spread))
        for inside in named.values():
            self._spend(len(inside))
            self.count(selections for selections in inside if selections is not None)

    def _take(
        self,
        node: SelectionNode,
        named: dict[str, list[SelectionSetNode | None]],
        spread: set[str],
    ) -> Iterable[SelectionNode]:
        """Note a field; what stands in a fragment, each fragment once."""
        if isinstance(node, FieldNode):
            named.setdefault((node.alias or node.name).value, []).append(node.selection_set)
        elif isinstance(node, InlineFragmentNode):
            return node.selection_set.selections
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
            spread.add(node.name.value)
            fragment = self._fragments.get(node.name.value)
            return fragment.selection_set.selections if fragment else ()
        return ()

    def _spend(self, alike: int) -> None:
        self._left -= alike * (alike - 1) // 2
        if self._left < 0:
            raise TooMuch("overlaps", allowed=self._allowed)
