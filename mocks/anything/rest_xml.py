"""A JSON value as XML, for OpenAPI contracts that answer so; names as they are."""

from typing import Any

from lxml import etree


def as_xml(value: Any) -> bytes:
    """The value below a root element."""
    root = etree.Element("reply")
    _fill(root, value)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _fill(node: etree._Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            for one in inner if isinstance(inner, list) else [inner]:
                _fill(etree.SubElement(node, str(name)), one)
    elif isinstance(value, list):
        for inner in value:
            _fill(etree.SubElement(node, "item"), inner)
    elif value is not None:
        node.text = str(value).lower() if isinstance(value, bool) else str(value)
