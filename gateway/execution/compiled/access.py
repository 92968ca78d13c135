"""How a field comes by its value, where that is simpler than calling its resolver."""

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import GraphQLField

from gateway.execution.compiled.state import Field, Place, State

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """An entry of a dict (None where it is missing), or else an attribute, which has to exist."""

    name: str

    def __post_init__(self) -> None:
        _refuse_odd(self.name)


@dataclass(frozen=True, slots=True)
class Call:
    """A function that is called by keyword."""

    function: Callable[..., Any]
    source: str | None = None  # the keyword of the source, where the function wants it
    info: str | None = None  # the keyword of the resolve info, or of what `told` makes instead
    told: "Told | None" = None
    names: Mapping[str, str] | None = None  # its keywords for the field's arguments, by their names

    def __post_init__(self) -> None:
        for name in (self.source, self.info, *(self.names or {}).values()):
            if name is not None:
                _refuse_odd(name)


Told: TypeAlias = Callable[[State, Field, Place], Any]
"""What a function is given for the resolve info, which `info_at` makes of these three."""

Access: TypeAlias = Read | Call
Simplify: TypeAlias = Callable[[GraphQLField], Access | None]
"""What is known of a field beyond its resolver; None: call `field.resolve` as graphql-core does.

Whoever gives an answer promises that the resolver would have given the same value.
"""


def nothing_simpler(_: GraphQLField) -> None:
    """The default: every resolver is called."""


def _refuse_odd(name: str) -> None:
    """Such a name is written into source as it is, so it must be one and nothing else."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no name of an attribute or keyword")
