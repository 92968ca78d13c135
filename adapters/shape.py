"""What a message may contain, whichever language its contract is written in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The type of a value; GROUP has members, ANY is not said by the contract."""

    GROUP = "group"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    ANY = "any"


def _none() -> Mapping[str, "Shape"]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One element, attribute or property of a contract. Members are made when asked for."""

    name: str
    tag: str  # as it stands on the wire: "{namespace}Name" or a JSON key
    kind: Kind
    required: bool = True
    repeated: bool = False
    nillable: bool = False
    enum: tuple[str, ...] = ()
    open: bool = False  # the contract allows members it does not name
    type_tag: str = ""  # the named type, where the wire must say it (rpc/encoded)
    members: Callable[[], Mapping[str, "Shape"]] = field(default=_none, repr=False, compare=False)

    def member(self, name: str) -> "Shape | None":
        """The member of this name."""
        return self.members().get(name)

    def at(self, steps: tuple[str, ...]) -> "Shape | None":
        """The shape a path leads to; None when the contract has no such path."""
        here: Shape = self
        for step in steps:
            found = here.member(step)
            if found is None:
                return None
            here = found
        return here
