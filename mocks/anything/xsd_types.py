"""What a simple type of XML Schema allows: the facets of all its steps."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 65535),
    "unsignedByte": (0, 255),
}
_SINGLE = {"NMTOKENS": "NMTOKEN", "IDREFS": "IDREF", "ENTITIES": "ENTITY"}
NUMBERS = frozenset({"decimal", "float", "double", *_INTEGERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """What a simple type allows: facets of all its steps together."""

    primitive: str = "string"
    enumeration: tuple[str, ...] = ()
    patterns: tuple[tuple[str, ...], ...] = ()  # one of each step
    low: int = 0
    high: int | None = None
    least: str | None = None
    most: str | None = None
    above: str | None = None
    below: str | None = None
    digits: int | None = None
    fraction: int | None = None
    item: "Simple | None" = None
    members: "tuple[Simple, ...]" = field(default=())

    def narrowed(self, facets: list[tuple[str, str]]) -> "Simple":
        """The type a restriction with these facets makes."""
        made: dict[str, object] = {}
        for name, value in facets:
            if name in _FACETS:
                made.update(_FACETS[name](value))
        chosen = tuple(value for name, value in facets if name == "enumeration")
        steps = tuple(value for name, value in facets if name == "pattern")
        made |= {"enumeration": chosen} if chosen else {}
        made |= {"patterns": (*self.patterns, steps)} if steps else {}
        return replace(self, **made)  # type: ignore[arg-type]


_FACETS: dict[str, Callable[[str], dict[str, object]]] = {
    "length": lambda v: {"low": int(v), "high": int(v)},
    "minLength": lambda v: {"low": int(v)},
    "maxLength": lambda v: {"high": int(v)},
    "minInclusive": lambda v: {"least": v, "above": None},
    "maxInclusive": lambda v: {"most": v, "below": None},
    "minExclusive": lambda v: {"above": v, "least": None},
    "maxExclusive": lambda v: {"below": v, "most": None},
    "totalDigits": lambda v: {"digits": int(v)},
    "fractionDigits": lambda v: {"fraction": int(v)},
}


def builtin(name: str) -> Simple:
    """A type of XML Schema itself."""
    if name in _SINGLE:
        return Simple(
            primitive="list", item=builtin(name[:-1] if name != "ENTITIES" else "ENTITY"), low=1
        )
    if name in _INTEGERS:
        least, most = _INTEGERS[name]
        return Simple(
            primitive=name,
            fraction=0,
            least=None if least is None else str(least),
            most=None if most is None else str(most),
        )
    return Simple(primitive=name)
