"""What a body says in one place, without masking all of it: a question looks at thousands.

Whether a value is a credential is told by the names it stands under, by what stands beside it, and
by its look. Where a question asks under names that tell nothing of the kind, for a value that looks
like none, the body as it came says the same there as the masked one. Everywhere else, and in every
body that is read in another way, nobody is told here: the masked text is compared.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import Any, Final

import orjson
from lxml import etree

from mocks.journal.entry_xml import local, parsed
from mocks.recording.names import (
    bears_a_value,
    is_credential,
    is_simple_credential,
    names_another,
)
from mocks.recording.redaction import CREDENTIALS_ONLY

_ANY = "*"
_STEP = re.compile(r"([^\[\]]+)(?:\[(\d+)\])?")
_OBJECT = re.compile(rb"\s*\{\s*[\"}]")
_ODD_NAMES = re.compile(rb"[/\[\]\\](?:[^\"\\]|\\.){0,200}+\"\s*:")  # in a path they say more
_NOT_ODD = re.compile(rb"[\xe0-\xf4]")  # of a character beyond U+0800: no other charset is tried
_OTHER_WAYS = re.compile(rb"--|\0")
_CHARSET = re.compile(r"charset(?!=\"?utf-?8)|multipart", re.IGNORECASE)

Step = tuple[str, int]  # a name, and which of that name


class Unsure(Enum):
    """Only the masked text tells."""

    UNSURE = "unsure"


UNSURE: Final = Unsure.UNSURE


@lru_cache(maxsize=256)
def steps_of(path: str, expected: str) -> tuple[Step, ...] | None:
    """The steps to a place whose value may be looked at as it came; None for any other."""
    found = [_STEP.fullmatch(part) for part in path.split("/")[1:]]
    steps = tuple((one[1], int(one[2] or 1)) for one in found if one is not None)
    if not steps or len(steps) < len(found) or path.endswith("]"):
        return None
    telling = (is_credential, is_simple_credential, bears_a_value)
    if any(tells(name) for name, _ in steps for tells in telling):
        return None
    if expected != _ANY and ("*" in expected or CREDENTIALS_ONLY.text(expected, "") != expected):
        return None
    return steps


def read(body: bytes, content_type: str) -> Any:
    """A body to be looked at: an object, an element; UNSURE for what is read in other ways."""
    odd = not body.isascii() and not _NOT_ODD.search(body)
    if odd or _OTHER_WAYS.search(body) or _CHARSET.search(content_type):
        return UNSURE
    try:
        if _OBJECT.match(body):
            return UNSURE if _ODD_NAMES.search(body) else orjson.loads(body)
        if body.lstrip()[:1] == b"<":
            root = parsed(body.decode())
            return UNSURE if root is None or local(root).lower() == "html" else root
    except ValueError:
        return UNSURE
    return UNSURE


def value_at(found: Any, steps: tuple[Step, ...]) -> str | Unsure | None:
    """The text of the leaf in this place; None where there is none."""
    if isinstance(found, Unsure):
        return UNSURE
    return _in(found, steps) if isinstance(found, dict) else _in_element(found, steps)


def _in(node: Any, steps: tuple[Step, ...]) -> str | Unsure | None:
    for name, number in steps:
        if not isinstance(node, dict) or name not in node:
            return None
        node = node[name]
        if isinstance(node, list):
            if any(isinstance(inner, list) for inner in node):  # their places run together
                return UNSURE
            if len(node) < number:
                return None
            node = node[number - 1]
        elif number > 1:
            return None
    if isinstance(node, dict):
        return None
    return str(node) if isinstance(node, str) else orjson.dumps(node).decode()


def _in_element(root: etree._Element, steps: tuple[Step, ...]) -> str | Unsure | None:
    """From the body of an envelope, or from the root on."""
    bodies = [one for one in root if local(one) == "Body"] if local(root) == "Envelope" else []
    if _is_labelled(root) or any(map(_is_labelled, bodies)):
        return UNSURE
    begin = [one for one in (bodies[0] if bodies else [root]) if local(one) == steps[0][0]]
    if len(begin) != 1 or steps[0][1] != 1:
        return None if not begin else UNSURE
    return _under(begin[0], steps[1:])


def _under(element: etree._Element, steps: tuple[Step, ...]) -> str | Unsure | None:
    for at, (name, number) in enumerate(steps):
        if _is_labelled(element):
            return UNSURE
        inner = [child for child in element if local(child) == name]
        if len(inner) < number:
            return _within(element, steps[at:])
        element = inner[number - 1]
    if _is_labelled(element):
        return UNSURE
    text = (element.text or "").strip()
    return None if len(element) or text.startswith("<") else text


def _within(element: etree._Element, steps: tuple[Step, ...]) -> str | Unsure | None:
    """In a document within the text of an element."""
    text = (element.text or "").strip()
    if len(element) or not text.startswith("<"):
        return None
    root = parsed(text)
    return UNSURE if root is None else _in_element(root, steps)


def _is_labelled(element: etree._Element) -> bool:
    """Whether an attribute may say that what stands in it goes."""
    names = (etree.QName(name).localname for name in element.attrib)
    return any(name.lower() == "type" or names_another(name) for name in names)
