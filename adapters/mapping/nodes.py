"""What a request is made of, once its tree is checked: the nodes a writer writes."""

from dataclasses import dataclass

from adapters.mapping import sources
from adapters.mapping.compile import Compute, Scope
from adapters.shape import Shape


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element, attribute or property whose value is computed."""

    shape: Shape
    compute: Compute
    constant: bool
    key: str
    certain: bool = False  # it always has a value


@dataclass(frozen=True, slots=True)
class Group:
    """An element or object with members, in the contract's order."""

    shape: Shape
    members: tuple["Node", ...]
    each: sources.Fetch | None
    when: Compute | None
    text: Leaf | None
    key: str

    @property
    def constant(self) -> bool:
        """Whether nothing in it depends on what is asked."""
        inside = all(member.constant for member in self.members)
        return inside and not self.each and not self.when and (not self.text or self.text.constant)

    @property
    def certain(self) -> bool:
        """Whether it always stands in the message."""
        always = any(member.certain and not member.constant for member in self.members)
        return always and not self.each and not self.when


@dataclass(frozen=True, slots=True)
class Many:
    """Fixed occurrences of a repeated element."""

    shape: Shape
    entries: tuple["Node", ...]
    key: str

    @property
    def certain(self) -> bool:
        """Whether it always stands in the message."""
        return any(entry.certain for entry in self.entries)

    @property
    def constant(self) -> bool:
        """Whether nothing in it depends on what is asked."""
        return all(entry.constant for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Document:
    """A string element that carries an XML document."""

    shape: Shape
    root: "Node"
    key: str
    constant: bool = False
    certain: bool = False


Node = Leaf | Group | Many | Document


def rows_of(group: Group, scope: Scope) -> list[Scope]:
    """The scopes of a group's occurrences: one, or one per row of its `each`."""
    if group.each is None:
        return [scope]
    return [Scope(scope.ask, scope.root, row) for row in group.each(scope.ask)]
