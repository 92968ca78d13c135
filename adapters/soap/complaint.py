"""What an XML schema holds against an element: its place by name, the rule, what is allowed.

The validator's own sentences quote the value, which may be somebody's: only what stands behind it,
which comes from the contract, is handed on.
"""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from adapters.soap.xml import Element, local

_STEP = re.compile(r"(@?)(?:[^:\[\]]+:)?([^:\[\]]+)(?:\[(\d+)\])?")
_NAMESPACE = re.compile(r"\{[^{}]*\}")
_ATTRIBUTE = re.compile(r"Element '[^']*', attribute '(?:\{[^{}']*\})?([^']*)': ")
_LONGEST = 160  # characters of what is allowed
_TAILS: Mapping[str, tuple[str, str]] = {  # rule: what stands behind the value, and our words
    "enumeration": ("is not an element of the set {", "allowed: "),
    "pattern": ("is not accepted by the pattern ", "form: "),
    "maxlength": ("this exceeds the allowed maximum length of ", "at most "),
    "minlength": ("this underruns the allowed minimum length of ", "at least "),
    "length": ("this differs from the allowed length of ", ""),
    "mininclusive": ("is less than the minimum value allowed (", "at least "),
    "maxinclusive": ("is greater than the maximum value allowed (", "at most "),
    "minexclusive": ("must be greater than ", "above "),
    "maxexclusive": ("must be less than ", "below "),
    "fractiondigits": ("more fractional digits than are allowed (", "fraction digits: "),
    "totaldigits": ("more digits than are allowed (", "digits: "),
    "datatype": ("is not a valid value of the ", "wanted: "),
    "element_content": ("Expected is ", "expected: "),
}


def complaint(schema: etree.XMLSchema, node: Element) -> str | None:
    """How the element breaks the schema, "at Place: rule (allowed: …)"; None when it does not."""
    try:
        if schema.validate(node):
            return None
    except etree.XMLSchemaValidateError:  # libxml2 gave up, on a pattern or a content model
        return "where it cannot be checked"
    log: Any = schema.error_log
    error = log[0]
    rule = _rule(error.type_name)
    allowed = _allowed(rule, error.message)
    attribute = _ATTRIBUTE.match(error.message)
    place = _place(node, error.path or "") + (f"/@{attribute[1]}" if attribute else "")
    return f"at {place}: {rule}" + (f" ({allowed})" if allowed else "")


def _rule(type_name: str) -> str:
    rule = type_name.removeprefix("SCHEMAV_").lower().removeprefix("cvc_").removesuffix("_valid")
    return "datatype" if rule.startswith("datatype") else rule


def _allowed(rule: str, message: str) -> str:
    tail, words = _TAILS.get(rule, ("", ""))
    if rule == "complex_type_4":  # an attribute that is not there has no value to be quoted
        return message.partition(": ")[2].rstrip(".")[:_LONGEST]
    _, found, rest = message.rpartition(tail) if tail else ("", "", "")
    if not found:
        return ""
    if rule in ("element_content", "datatype"):
        return (words + _NAMESPACE.sub("", rest).strip(" .").replace("( ", "").replace(" )", ""))[
            :_LONGEST
        ]
    return (words + rest.rstrip(". )}"))[:_LONGEST]


def _place(node: Element, path: str) -> str:
    """The names on the way to the place below the element; [n] where it is not the first."""
    names: list[str] = []
    here = node
    for step in path.strip("/").split("/")[1:]:
        match = _STEP.fullmatch(step)
        found = None if match is None else _child(here, match)
        if match is None or match[1] or found is None:
            names.append("@" + match[2] if match and match[1] else "?")
            break
        same = [one for one in here if one.tag == found.tag]
        at = same.index(found)
        names.append(local(found.tag) + (f"[{at + 1}]" if at else ""))
        here = found
    return "/".join(names) or local(node.tag)


def _child(here: Element, step: "re.Match[str]") -> Element | None:
    fitting = [one for one in here.iterchildren("{*}*") if step[2] in ("*", local(one.tag))]
    at = int(step[3] or 1) - 1
    return fitting[at] if at < len(fitting) else None
