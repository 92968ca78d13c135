"""What elements and types of a schema consist of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from mocks.anything.xsd_types import Simple


@dataclass(slots=True, eq=False)
class Attribute:
    """An attribute of a type."""

    tag: str
    type: Simple
    required: bool
    value: str | None  # fixed or default


@dataclass(slots=True, eq=False)
class Wildcard:
    """xs:any, so many times."""

    low: int
    high: int | None
    namespaces: str
    strict: bool
    target: str


@dataclass(slots=True, eq=False)
class Group:
    """A sequence, choice or all, so many times."""

    kind: str
    parts: "list[Particle]" = field(default_factory=list)
    low: int = 1
    high: int | None = 1


@dataclass(slots=True, eq=False)
class Element:
    """An element where it stands; its type is read when it is first needed."""

    tag: str
    low: int
    high: int | None
    read: "Callable[[], Type]"
    value: str | None = None
    abstract: bool = False
    declared: bool = False  # stands for itself, and others may stand for it
    _type: "Type | None" = None

    @property
    def type(self) -> "Type":
        """What it contains."""
        if self._type is None:
            self._type = self.read()
        return self._type

    @property
    def local(self) -> str:
        """Its name without the namespace."""
        return self.tag.rpartition("}")[2]


@dataclass(slots=True, eq=False)
class Type:
    """A type: simple, or content and attributes. Filled after it is known, for types recur."""

    tag: str | None = None
    simple: Simple | None = None
    content: Group | None = None
    attributes: dict[str, Attribute] = field(default_factory=dict)
    abstract: bool = False
    anything: bool = False
    member: Element | None = None  # of an array of SOAP's encoding


Particle: TypeAlias = Element | Group | Wildcard
