"""The lines of a reply as one function: generated once, each way through the message walked once.

What a line means is said by its closure (compile.py, reply.py); this gives the same values and the
same errors. Into the text go names made up here and quoted tags of the contract; everything else
is a constant beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from adapters.mapping.compile import UNFORESEEN, Compute, Scope, Staged, named
from adapters.mapping.convert import MappingError
from adapters.mapping.functions import Step
from adapters.shape import Shape

Values = dict[str, Any]
A_LIST = "is a list where one value is wanted"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line in its parts."""

    key: str  # what its errors begin with
    start: Compute
    way: tuple[str, tuple[Shape, ...]] | None  # "row" or "root", and the steps from there
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

    def __call__(self, scope: Scope) -> Values:
        """The value of each line; the first that cannot be mapped is a MappingError."""
        if self._made is not None:
            return self._made(scope)
        if self._begun:
            parts = {name: self._drawn.get(line) for name, line in self._lines.items()}
            known = {name: line for name, line in parts.items() if line is not None}
            if len(known) == len(parts):
                self._made = generated(known, self._tree)
                return self._made(scope)
        self._begun = True
        return {name: line(scope) for name, line in self._lines.items()}


def generated(lines: Mapping[str, Line], tree: Walks) -> Callable[[Scope], Values]:
    """The function that reads all these lines."""
    draft = _Draft(tree)
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

    def __init__(self, tree: Walks) -> None:
        self._tree = tree
        self._nodes: dict[tuple[str, tuple[str, ...]], str] = {}
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
        self._start(at, value, line)
        for number, (step, sees_absence) in enumerate(line.stages):
            self.constants[f"s{at}_{number}"] = step
            told = f"{value} = s{at}_{number}({value})"
            self.body.append(told if sees_absence else f"if {value} is not None: {told}")
        if line.convert is not None:
            self.constants[f"c{at}"] = line.convert
            self.body.append(f"if isinstance({value}, list): raise MappingError({A_LIST!r})")
            self.body.append(f"if {value} is not None: {value} = c{at}({value})")

    def _start(self, at: int, value: str, line: Line) -> None:
        base, steps = line.way or ("", ())
        tags = self._tree.straight(steps) if steps else None
        if tags is None:
            self.constants[f"f{at}"] = line.start
            self.body.append(f"{value} = f{at}(scope)")
        else:
            self.body.extend(self._tree.value_of(value, self._node(base, tags[:-1]), tags[-1]))

    def _node(self, base: str, tags: tuple[str, ...]) -> str:
        """The variable that holds this node; where it is met first, it is looked for."""
        if not tags:
            return base
        known = self._nodes.get((base, tags))
        if known is None:
            parent = self._node(base, tags[:-1])
            known = self._nodes[base, tags] = f"n{len(self._nodes)}"
            self.body.append(f"{known} = {self._tree.child(parent, tags[-1])}")
        return known
