"""The words of a request tree that are no names of the contract, and how such a name is written."""

from collections.abc import Mapping
from typing import Any

CONDITION, ROWS, DOCUMENT, TEXT = "when", "each", "xml", "."
RESERVED = (ROWS, CONDITION, DOCUMENT, TEXT)
_QUOTED = {f"'{word}'": word for word in RESERVED if word != TEXT}


def says(tree: Mapping[str, Any], word: str) -> bool:
    """Whether the tree uses the word as ours: its value is a line. A table or list is a member."""
    return word in tree and not isinstance(tree[word], Mapping | list)


def members_of(tree: Mapping[str, Any]) -> dict[str, Any]:
    """What the tree says of the contract's members, by the contract's names."""
    ours = {word for word in RESERVED if says(tree, word)}
    return {_QUOTED.get(name, name): value for name, value in tree.items() if name not in ours}


def spelt(name: str) -> str:
    """A member's name as a tree writes it whatever its value is: `when` as `'when'`."""
    return f"'{name}'" if f"'{name}'" in _QUOTED else name


def unspelt(name: str) -> str:
    """The contract's name of a member, as `spelt` was given it."""
    return _QUOTED.get(name, name)
