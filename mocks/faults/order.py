"""Rules that stand behind one that takes everything from them: they could never strike."""

from collections.abc import Sequence

from mocks.faults.rule import Rule


def shadowed(rules: Sequence[Rule]) -> tuple[int, int] | None:
    """The first rule that can never strike, and the one before it that always does."""
    for number, rule in enumerate(rules):
        for before, other in enumerate(rules[:number]):
            if other.always and rule.kind.at <= other.kind.at and _takes_all(other, rule):
                return number, before
    return None


def _takes_all(first: Rule, other: Rule) -> bool:
    """Whether whatever the other could strike is struck by the first."""
    if first.kind.tokens or (first.spares_tokens and not other.spares_tokens):
        return first.operations == other.operations and first.kind.tokens == other.kind.tokens
    return "*" in first.operations or other.operations <= first.operations
