"""The lines of a reply as one function: generated once, each way through the message walked once.

What a line means is said by its closure (compile.py, reply.py); this gives the same values and the
same errors. Into the text go names made up here and quoted tags of the contract; everything else
is a constant beside it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from adapters.mapping.compile import UNFORESEEN, Compute, Scope, Staged, named
from adapters.mapping.convert import MappingError
from adapters.mapping.functions import Step
from adapters.shape import Shape

Values = dict[str, Any]
Node: TypeAlias = tuple[str, tuple[str, ...]]
"""Where a node is: "row" or "root", and the tags from there."""
A_LIST = "is a list where one value is wanted"
_DEAR = 3  # looking for a child costs as much as looking at so many


class Walks(Protocol):
    """How a protocol's messages are walked, as source."""

    def straight(self, steps: tuple[Shape, ...]) -> tuple[str, ...] | None:
        """The tags of a way on which nothing is repeated; None for any other."""
        ...

    def child(self, node: str, tag: str) -> str:
        """An expression: the node with this tag below `node`, None where there is none."""
        ...

    def value_of(self, into: str, node: str, tag: str) -> Sequence[str]:
        """Statements: the value with this tag below `node`, put into a variable."""
        ...


@runtime_checkable
class Texts(Walks, Protocol):
    """The same of messages whose values are texts, and where looking for a child is dear."""

    def index(self, node: str) -> str:
        """An expression: the first child of each tag below `node`, by its tag."""
        ...

    def told(self, into: str) -> Sequence[str]:
        """Statements: the value of the node in a variable, put in its place."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """How a line's value is reached."""

    base: str  # "row" or "root"
    shape: Shape  # of it
    steps: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line in its parts."""

    key: str  # what its errors begin with
    start: Compute
    way: Way | None
    stages: tuple[Staged, ...]
    convert: Step | None


class Whole:
    """All lines of a row at once; from the second row on by one function.

    Generating costs as much as a hundred rows: a call made once would gain nothing.
    """

    __slots__ = ("_begun", "_drawn", "_lines", "_made", "_tree")

    def __init__(
        self, lines: Mapping[str, Compute], drawn: Mapping[Compute, Line], tree: Walks
    ) -> None:
        self._lines, self._drawn, self._tree = lines, drawn, tree
        self._made: Callable[[Scope], Values] | None = None
        self._begun = False

    @property
    def generated(self) -> bool:
        """Whether there is a function already."""
        return self._made is not None

    @property
    def parts(self) -> Mapping[str, Line] | None:
        """Each line in its parts; None where one has none."""
        found = {name: self._drawn.get(line) for name, line in self._lines.items()}
        known = {name: line for name, line in found.items() if line is not None}
        return known if len(known) == len(found) else None

    def __call__(self, scope: Scope) -> Values:
        """The value of each line; the first that cannot be mapped is a MappingError."""
        if self._made is not None:
            return self._made(scope)
        if self._begun:
            parts = self.parts
            if parts is not None:
                self._made = generated(parts, self._tree)
                return self._made(scope)
        self._begun = True
        return {name: line(scope) for name, line in self._lines.items()}


def generated(lines: Mapping[str, Line], tree: Walks) -> Callable[[Scope], Values]:
    """The function that reads all these lines."""
    draft = _Draft(tree, lines.values())
    for at, line in enumerate(lines.values()):
        draft.line(at, line)
    entries = ", ".join(f"{name!r}: v{at}" for at, name in enumerate(lines))
    text = "\n  ".join(
        [
            "def read(scope):\n row = scope.row\n root = scope.root\n at = 0\n try:",
            *draft.body,
            f"return {{{entries}}}\n except UNFORESEEN as error:",
            "raise named(KEYS[at], error) from None\n",
        ]
    )
    space = {**draft.constants, "KEYS": tuple(line.key for line in lines.values())}
    exec(compile(text, "<reply lines>", "exec"), space)  # noqa: S102 — our own text, see above
    read: Callable[[Scope], Values] = space["read"]
    return read


class _Draft:
    """The statements, and the constants they name."""

    def __init__(self, tree: Walks, lines: Iterable[Line]) -> None:
        self._tree = tree
        self._nodes: dict[Node, str] = {}
        self._texts = tree if isinstance(tree, Texts) else None
        self._indexed = _worth(lines, tree)
        self._indexes: dict[str, str] = {}
        self.body: list[str] = []
        self.constants: dict[str, Any] = {
            "MappingError": MappingError,
            "UNFORESEEN": UNFORESEEN,
            "named": named,
        }

    def line(self, at: int, line: Line) -> None:
        """The statements that put one line's value into its variable."""
        value = f"v{at}"
        self.body.append(f"at = {at}")
        many = not self._start(at, value, line) or bool(line.stages)
        for number, (step, sees_absence) in enumerate(line.stages):
            self.constants[f"s{at}_{number}"] = step
            told = f"{value} = s{at}_{number}({value})"
            self.body.append(told if sees_absence else f"if {value} is not None: {told}")
        if line.convert is not None:
            self.constants[f"c{at}"] = line.convert
            if many:
                self.body.append(f"if isinstance({value}, list): raise MappingError({A_LIST!r})")
            self.body.append(f"if {value} is not None: {value} = c{at}({value})")

    def _start(self, at: int, value: str, line: Line) -> bool:
        """Says whether the value is a text or none."""
        way = line.way
        tags = self._tree.straight(way.steps) if way is not None and way.steps else None
        if way is None or tags is None:
            self.constants[f"f{at}"] = line.start
            self.body.append(f"{value} = f{at}(scope)")
            return False
        node = self._node((way.base, tags[:-1]))
        index = None if tags[-1][:1] == "@" else self._index((way.base, tags[:-1]), node)
        if index is None or self._texts is None:
            self.body.extend(self._tree.value_of(value, node, tags[-1]))
        else:
            self.body.append(f"{value} = {index}.get({tags[-1]!r})")
            self.body.extend(self._texts.told(value))
        return self._texts is not None

    def _node(self, node: Node) -> str:
        """The variable that holds this node; where it is met first, it is looked for."""
        base, tags = node
        if not tags:
            return base
        known = self._nodes.get(node)
        if known is None:
            above = (base, tags[:-1])
            parent = self._node(above)
            index = self._index(above, parent)
            found = self._tree.child(parent, tags[-1])
            known = self._nodes[node] = f"n{len(self._nodes)}"
            self.body.append(
                f"{known} = {index}.get({tags[-1]!r})" if index else f"{known} = {found}"
            )
        return known

    def _index(self, node: Node, held: str) -> str | None:
        """The variable that holds the children of this node by tag; None where none is made."""
        if node not in self._indexed or self._texts is None:
            return None
        known = self._indexes.get(held)
        if known is None:
            known = self._indexes[held] = f"i{len(self._indexes)}"
            self.body.append(f"{known} = {self._texts.index(held)}")
        return known


def _worth(lines: Iterable[Line], tree: Walks) -> frozenset[Node]:
    """The nodes of which so much is read that all their children are looked at once.

    Only where the contract bounds how many there are.
    """
    wanted: dict[Node, set[str]] = {}
    shapes: dict[Node, Shape] = {}
    for way in (line.way for line in lines if line.way is not None and line.way.steps):
        tags = tree.straight(way.steps) or ()
        for at, tag in enumerate(tags):
            node = (way.base, tags[:at])
            shapes[node] = way.steps[at - 1] if at else way.shape
            wanted.setdefault(node, set()).update([tag] if tag[:1] != "@" else [])
    return frozenset(node for node, read in wanted.items() if _bounded(shapes[node], len(read)))


def _bounded(shape: Shape, read: int) -> bool:
    children = [one for name, one in shape.members().items() if name[:1] not in ("@", ".")]
    few = len(children) < _DEAR * read
    return few and not shape.open and not any(child.repeated for child in children)
