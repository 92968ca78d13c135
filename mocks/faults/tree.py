"""A reply as a tree whose values can be spoiled, whatever its language: JSON or XML.

leaf     one value: its text, and whether it stands for a number
branch   one record: its members by number; lists are told apart where the language does
"""

from typing import Protocol


class Leaf(Protocol):
    """One value of the document."""

    text: str
    number: bool  # stands for a number, not for a text
    name: str  # of the member that holds it

    @property
    def place(self) -> str:
        """The names on the way there: the same in each entry of a list."""
        ...

    def put(self, text: str) -> None:
        """Another text in its place; a number stays one."""
        ...

    def put_raw(self, text: str) -> None:
        """This very text, unquoted and unescaped where the language has quotes."""
        ...

    def put_other_type(self) -> None:
        """A value of a type it cannot have."""
        ...

    def put_null(self) -> None:
        """Nothing, as the language says nothing."""
        ...


class Branch(Protocol):
    """One record of the document."""

    depth: int

    @property
    def place(self) -> str:
        """As of a leaf."""
        ...

    def drop_first(self) -> None:
        """Without its first member."""
        ...

    def add(self, name: str, text: str) -> None:
        """With one more member."""
        ...


class Tree(Protocol):
    """The document."""

    def leaves(self) -> list[Leaf]:
        """Every value, in the order of the document."""
        ...

    def branches(self) -> list[Branch]:
        """Every record that has members, outermost first."""
        ...

    def empty_lists(self) -> None:
        """No list has an entry."""
        ...

    def repeat_records(self) -> None:
        """Every entry of a list twice."""
        ...

    def empty(self) -> None:
        """Nothing inside."""
        ...

    def rename_root(self) -> None:
        """Another root."""
        ...

    def rename_members(self) -> None:
        """The reply of something else."""
        ...

    def content(self) -> bytes:
        """The document as bytes again."""
        ...
