"""What a stage of an expression is: how it is made, and what its arguments must be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.mapping.parse import BadExpression, Literal, Path, Term
from adapters.rules import Rule
from adapters.shape import Kind

Value = Any
Step = Callable[[Value], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a mapping may refer to besides its message."""

    replying: bool  # the direction: their message to our value
    tables: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)  # theirs -> ours
    python: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


Made = tuple[Step, Kind]
Make = Callable[[Environment, tuple[Term, ...]], Made]


@dataclass(frozen=True, slots=True)
class Function:
    """A stage: how it is made, and whether it also sees the absence of a value."""

    make: Make
    least: int = 0
    most: int = 0
    sees_absence: bool = False
    refuses: frozenset[Kind] = frozenset()  # kinds of value it can make nothing of


def text_of(term: Term) -> str:
    """An argument that must be a text."""
    if isinstance(term, Literal) and isinstance(term.value, str):
        return term.value
    raise BadExpression("a 'quoted' text is needed here", Rule.STAGE_ARGUMENTS)


def number_of(term: Term) -> int:
    """An argument that must be a whole number."""
    if isinstance(term, Literal) and isinstance(term.value, int):
        return term.value
    raise BadExpression("a whole number is needed here", Rule.STAGE_ARGUMENTS)


def name_of(term: Term) -> str:
    if isinstance(term, Path):
        return str(term)
    raise BadExpression("a name without quotes is needed here", Rule.STAGE_ARGUMENTS)
