"""Patterns tried before they are believed: one that takes exponential time is found by trying."""

import re
import time
from xml.sax.saxutils import quoteattr

from lxml import etree

from adapters.soap.xml import XS

_LENGTH = 1_000
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_TOO_SLOW_S = 0.05  # a sound pattern takes microseconds
_TRIED = (8, 14, 18, 22, 26, 30)


def slow_pattern(pattern: str) -> bool:
    """Whether a short text exists that this XSD pattern judges slowly or not at all."""
    if len(pattern) > _LENGTH * 10:
        return True
    if not _REPEATED_GROUP.search(pattern):
        return False
    try:
        schema = etree.XMLSchema(etree.fromstring(_schema(pattern)))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, ValueError):
        return False  # the contract's own compilation says what is wrong with it
    letters = dict.fromkeys([*[c for c in pattern if c.isalnum()][:40], "a", "0"])
    return any(_slow(schema, letter) for letter in list(letters)[:8])


def _slow(schema: etree.XMLSchema, letter: str) -> bool:
    for length in _TRIED:
        node = etree.Element("r")
        node.text = letter * length + "\u2603"
        start = time.perf_counter()
        try:
            schema.validate(node)
        except etree.XMLSchemaValidateError:
            return True
        if time.perf_counter() - start > _TOO_SLOW_S:
            return True
    return False


def _schema(pattern: str) -> bytes:
    return (
        f'<xs:schema xmlns:xs="{XS}"><xs:element name="r"><xs:simpleType>'
        f'<xs:restriction base="xs:string"><xs:pattern value={quoteattr(pattern)}/>'
        "</xs:restriction></xs:simpleType></xs:element></xs:schema>"
    ).encode()
