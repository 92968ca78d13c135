"""The facets of an XML schema's simple types."""

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters.shape import Facets, Kind
from adapters.soap.xml import XS, Element, local

_COUNTS = {
    "minLength": "least_length",
    "maxLength": "most_length",
    "totalDigits": "total_digits",
    "fractionDigits": "fraction_digits",
}
_BOUNDS = {
    "minInclusive": "minimum",
    "maxInclusive": "maximum",
    "minExclusive": "above",
    "maxExclusive": "below",
}
_ZONE = r"(Z|[+-]\d\d:\d\d)?"


def _range(low: int | None, high: int | None) -> Facets:
    bounds = [None if bound is None else Decimal(bound) for bound in (low, high)]
    return Facets(
        minimum=bounds[0], maximum=bounds[1], fraction_digits=0, collapse=True, whole=True
    )


def _form(text: str) -> Facets:
    return Facets(patterns=(re.compile(rf"\A(?:{text})\Z"),), collapse=True)


_LONG = 2**63
_WHOLE = {
    "integer": _range(None, None),
    "long": _range(-_LONG, _LONG - 1),
    "int": _range(-(2**31), 2**31 - 1),
    "short": _range(-(2**15), 2**15 - 1),
    "byte": _range(-128, 127),
    "unsignedLong": _range(0, 2 * _LONG - 1),
    "unsignedInt": _range(0, 2**32 - 1),
    "unsignedShort": _range(0, 2**16 - 1),
    "unsignedByte": _range(0, 255),
    "nonNegativeInteger": _range(0, None),
    "positiveInteger": _range(1, None),
    "negativeInteger": _range(None, -1),
    "nonPositiveInteger": _range(None, 0),
}
_FORMS = {
    "time": _form(rf"\d\d:\d\d:\d\d(\.\d+)?{_ZONE}"),
    "gYear": _form(rf"-?\d{{4,}}{_ZONE}"),
    "gYearMonth": _form(rf"-?\d{{4,}}-\d\d{_ZONE}"),
    "token": Facets(collapse=True),
    "NMTOKEN": Facets(collapse=True),
}
_WHOLLY_KNOWN = ("string", "decimal", "boolean", "date", "dateTime")
_SAID_ELSEWHERE = ("enumeration", "pattern", "annotation")
_KINDS = {
    **dict.fromkeys(_WHOLE, Kind.INTEGER),
    **dict.fromkeys(("decimal", "double", "float"), Kind.DECIMAL),
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "dateTime": Kind.DATETIME,
    "anyType": Kind.ANY,
}


def built_in(name: str) -> tuple[Kind, Facets]:
    """The kind and the facets of one of XML Schema's own types; those we do not know are text."""
    kind = _KINDS.get(name, Kind.TEXT)
    facets = _WHOLE.get(name) or _FORMS.get(name)
    whole = name in _WHOLLY_KNOWN
    return kind, facets or Facets(collapse=kind is not Kind.TEXT, whole=whole)


def facets_of(restriction: Element, under: Facets) -> Facets:
    """What this restriction demands, on top of what its base already does."""
    found: dict[str, Any] = {}
    whole = under.whole
    for node in restriction.iterchildren(f"{{{XS}}}*"):
        demanded = _facet(local(node.tag), str(node.get("value")))
        whole = whole and bool(demanded or local(node.tag) in _SAID_ELSEWHERE)
        found.update(demanded)
    written = [str(node.get("value")) for node in restriction.iterfind(f"{{{XS}}}pattern")]
    pattern = xsd_pattern("|".join(written)) if written else None
    more = (*under.patterns, pattern) if pattern else under.patterns
    whole = whole and (pattern is not None or not written)
    return replace(under, **found, patterns=more, whole=whole)


def _facet(name: str, value: str) -> dict[str, Any]:
    try:
        if name == "length":
            return {"least_length": int(value), "most_length": int(value)}
        if name in _COUNTS:
            return {_COUNTS[name]: int(value)}
        if name in _BOUNDS:
            return {_BOUNDS[name]: Decimal(value)}
    except (ValueError, InvalidOperation):
        return {}  # bounds of dates are left to the department
    return {"collapse": value == "collapse"} if name == "whiteSpace" else {}


def xsd_pattern(text: str) -> re.Pattern[str] | None:
    """The pattern as Python has it; None where XML schemas say what Python cannot."""
    try:
        return None if "-[" in text else re.compile(rf"\A(?:{text})\Z")
    except re.error:
        return None
