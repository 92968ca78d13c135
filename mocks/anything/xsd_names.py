"""Names in schema documents, as lxml writes them."""

from lxml import etree

from mocks.anything.refusal import Refused
from mocks.anything.xsd_documents import Document


def kind_of(node: etree._Element) -> str:
    """The local name of a schema element."""
    return node.tag.rpartition("}")[2]


def qualified(node: etree._Element, name: str) -> str:
    """A prefixed name in a document, as lxml writes it."""
    prefix, _, local = name.strip().rpartition(":")
    namespace = node.nsmap.get(prefix or None, "")
    if prefix and not namespace:
        raise Refused(f"{name}: nobody says what {prefix} stands for — declare the prefix")
    return f"{{{namespace}}}{local}" if namespace else local


def tag_in(namespace: str, local: str) -> str:
    """A local name in a namespace."""
    return f"{{{namespace}}}{local}" if namespace else local


def name_in(node: etree._Element, name: str, document: Document) -> str:
    """A name a schema refers to; without any namespace, that of the one it is included in."""
    tag = qualified(node, name)
    return tag if tag.startswith("{") else tag_in(document.namespace, tag)


def occurs(node: etree._Element) -> tuple[int, int | None]:
    """How often a particle may stand there."""
    high = node.get("maxOccurs", "1")
    return int(node.get("minOccurs", "1")), None if high == "unbounded" else int(high)
