"""Texts a schema allows for certain, as regular expressions: sufficient, never complete.

What one of these matches, the validator accepts; of what it does not match nothing is said.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from adapters.shape import Facets, Kind, Shape

# stands in XML as it is, and is the same character whoever decodes it: not all of GB18030 is
TEXT = "[^<>&\\x00-\\x1f\\u1e3f\\ue000-\\uf8ff\\ufffe\\uffff]"
QUOTED = TEXT.replace("^", "^\"'")
LONGEST = 20_000  # characters; longer ones are looked at with care
_DIGITS, _FRACTION = 18, 9
_ELEMENTS, _DEPTH = 1_000, 12
_MONTH_DAY = (
    "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    "|(?:0[13578]|1[02])-31)"
)
_DATE = f"[1-9][0-9]{{3}}-{_MONTH_DAY}"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_ZONE = "(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
_FORMS = {
    Kind.BOOLEAN: "true|false|[01]",
    Kind.DATE: _DATE,
    Kind.DATETIME: f"{_DATE}T{_TIME}{_ZONE}",
}
# what XML Schema and Python mean alike: literal characters, classes of them, and how often
_CLASS = r"\[(?:[0-9]-[0-9]|[A-Z]-[A-Z]|[a-z]-[a-z]|[A-Za-z0-9])+\]"
_ATOM = rf"(?:{_CLASS}|[A-Za-z0-9 :/_一-龥-])"
_ALIKE = re.compile(rf"(?:{_ATOM}(?:\{{[0-9]+(?:,[0-9]+)?\}}|\?)?)+")


@dataclass(frozen=True, slots=True)
class Forms:
    """What is certain of an element: of its text, its attributes and its children, by their tags.

    Worked out at once: who keeps it keeps nothing of the contract.
    """

    text: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: Mapping[str, "Forms"] = field(default_factory=dict)


def forms(shape: Shape) -> Forms:
    """The forms of an element; of contracts without end, as far as they are looked at."""
    return _forms(shape, iter(range(_ELEMENTS)), _DEPTH)


def _forms(shape: Shape, left: Iterator[int], depth: int) -> Forms:
    if next(left, None) is None or depth == 0:
        return Forms()
    members = list(shape.members().values())
    own = shape.member(".") or shape
    attributes = {one.tag: certain(one) for one in members if one.name[:1] == "@"}
    children = {
        one.tag: _forms(one, left, depth - 1) for one in members if one.name[:1] not in ("@", ".")
    }
    return Forms(
        None if own.kind is Kind.GROUP else certain(own),
        {name: form.replace(TEXT, QUOTED) for name, form in attributes.items() if form is not None},
        children,
    )


def certain(shape: Shape) -> str | None:
    """The expression for this element's or attribute's text; None where nothing is certain."""
    facets = shape.facets
    if not facets.whole or facets.fixed is not None:
        return None
    if shape.enum:
        return _listed(shape)
    if shape.kind is Kind.TEXT:
        return _text(facets)
    if facets.patterns or facets.least_length is not None or facets.most_length is not None:
        return None
    if shape.kind in (Kind.INTEGER, Kind.DECIMAL):
        return _number(facets, shape.kind)
    return None if _bounded(facets) else _FORMS.get(shape.kind)


def _listed(shape: Shape) -> str | None:
    least, most = shape.facets.least_length or 0, shape.facets.most_length or LONGEST
    plain = re.compile(f"{QUOTED}{{{max(least, 1)},{most}}}")
    sound = all(plain.fullmatch(value) and value == value.strip() for value in shape.enum)
    if not sound or shape.kind is not Kind.TEXT or shape.facets.patterns:
        return None
    return "|".join(map(re.escape, shape.enum))


def _text(facets: Facets) -> str | None:
    least, most = facets.least_length, facets.most_length
    if facets.collapse:
        return None
    if not facets.patterns:
        most = LONGEST if most is None else min(most, LONGEST)
        return f"{TEXT}{{{least or 0},{most}}}" if (least or 0) <= most else None
    source = facets.patterns[0].pattern.removeprefix(r"\A(?:").removesuffix(r")\Z")
    alone = len(facets.patterns) == 1 and least is None and most is None
    return source if alone and _ALIKE.fullmatch(source) else None


def _bounded(facets: Facets) -> bool:
    bounds = (facets.minimum, facets.maximum, facets.above, facets.below)
    return any(bound is not None for bound in bounds)


def _number(facets: Facets, kind: Kind) -> str | None:
    """Whole numbers and decimals with so few digits that they are within every bound."""
    fraction = 0 if kind is Kind.INTEGER else facets.fraction_digits
    fraction = _FRACTION if fraction is None else min(fraction, _FRACTION)
    digits = _DIGITS if facets.total_digits is None else facets.total_digits - fraction
    highs = [bound for bound in (facets.maximum, facets.below) if bound is not None]
    digits = min(digits, _DIGITS, *(_digits_below(high) for high in highs))
    lows = [bound for bound in (facets.minimum, facets.above) if bound is not None]
    if digits < 1 or facets.above == 0 or any(low > 1 for low in lows):
        return None
    if any(low > 0 for low in lows):
        return f"[1-9][0-9]{{0,{digits - 1}}}"
    sign = "-?" if all(low <= -(10**digits) for low in lows) else ""
    after = rf"(?:\.[0-9]{{1,{fraction}}})?" if fraction else ""
    return f"{sign}[0-9]{{1,{digits}}}{after}"


def _digits_below(high: Decimal) -> int:
    """How many digits a number may have that is below it whatever they are."""
    digits = 0
    while digits < _DIGITS and 10 ** (digits + 1) <= high:
        digits += 1
    return digits
