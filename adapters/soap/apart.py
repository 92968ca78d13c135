"""Rows of a page in XML that break the schema each by itself: marked, so that the others count."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from lxml import etree

from adapters.rows import AGAINST, MOST_APART, too_many
from adapters.soap.complaint import complaint
from adapters.soap.xml import Element, local

_CONTENT = "SCHEMAV_ELEMENT_CONTENT"


def against(schema: etree.XMLSchema, node: Element, steps: Sequence[str]) -> bool:
    """Mark the rows that break the schema; whether all else in the element keeps to it."""
    page = deepcopy(node)
    theirs, ours = _rows(node, steps), _rows(page, steps)
    if not theirs or len(theirs) > MOST_APART:
        return False
    places = [(row.getparent(), row.getparent().index(row)) for row in ours]
    firsts = {id(parent): at for parent, at in reversed(places)}  # where its rows begin
    for row in ours:
        row.getparent().remove(row)
    if not _apart(schema, page, len(ours), len(firsts)):
        return False
    told = []
    for row, (parent, _) in zip(ours, places, strict=True):
        parent.insert(firsts[id(parent)], row)
        told.append(complaint(schema, page))
        parent.remove(row)
    good = [
        pair for pair, said in zip(zip(ours, places, strict=True), told, strict=True) if not said
    ]
    for row, (parent, _) in reversed(good):
        parent.insert(firsts[id(parent)], row)
    sound = complaint(schema, page) is None
    for row, said in zip(theirs, told, strict=True) if sound else ():
        if said is not None:
            row.set(AGAINST, said)
    return sound


def _apart(schema: etree.XMLSchema, page: Element, rows: int, parents: int) -> bool:
    """Whether a page without its rows is little enough to be looked at with each of them, and
    nothing is held against it but that they are missing.
    """
    if too_many(rows, len(etree.tostring(page))):
        return False
    try:
        if schema.validate(page):
            return True
    except etree.XMLSchemaValidateError:
        return False
    log: Any = schema.error_log
    return len(log) <= parents and all(said.type_name == _CONTENT for said in log)


def _rows(node: Element, steps: Sequence[str]) -> list[Element]:
    found = [node]
    for step in steps:
        found = [child for one in found for child in one if local(child.tag) == step]
    return found if steps else []
