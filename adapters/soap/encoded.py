"""SOAP's section 5 encoding undone: an rpc/encoded reply as the plain tree its schema describes."""

from collections.abc import Iterable, Mapping

from lxml import etree

from adapters.soap.forms import SOAP_ENCODING
from adapters.soap.xml import XS, BadXml, Element, local, namespace, qname

STYLE = SOAP_ENCODING
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
_NODES, _DEPTH = 100_000, 200


def plain(children: Iterable[Element], expected: str) -> Element:
    """The answer among a Body's children, its references replaced by what they refer to.

    Types that merely repeat the contract are dropped, entries of arrays get one name; what is
    left is validated like any reply. BadXml for references to nothing, circles and floods.
    """
    there = list(children)
    answer = next((node for node in there if node.tag == expected), None)
    if answer is None:
        raise BadXml(f"holds no {local(expected)}")
    known = {node.get("id"): node for child in there for node in child.iter("{*}*")}
    return _Inliner(known).copied(answer, answer.tag, ())


class _Inliner:
    def __init__(self, known: Mapping[str | None, Element]) -> None:
        self._known = known
        self._nodes = 0

    def copied(self, node: Element, tag: str, path: tuple[Element, ...]) -> Element:
        """The element under this tag, with everything it refers to in place."""
        self._nodes += 1
        if self._nodes > _NODES or len(path) > _DEPTH:
            raise BadXml("refers to itself, or to more than a reply holds")
        source = self._meant(node)
        if source in path:
            raise BadXml("refers to itself in a circle")
        made = etree.Element(tag, _kept(source), nsmap=source.nsmap)
        made.text = source.text
        array = _is_array(source)
        for child in source.iterchildren("{*}*"):
            made.append(self.copied(child, "item" if array else child.tag, (*path, source)))
        return made

    def _meant(self, node: Element) -> Element:
        reference = node.get("href")
        if reference is None:
            return node
        found = self._known.get(reference[1:]) if reference.startswith("#") else None
        if found is None or found.get("href") is not None:
            raise BadXml("refers to what is not in it")
        return found


def _kept(node: Element) -> dict[str, str]:
    """The attributes that are the department's own, not the encoding's."""
    kept = {
        name: value
        for name, value in node.attrib.items()
        if namespace(name) not in (SOAP_ENCODING, _SOAP11) and name not in ("id", "href")
    }
    declared = kept.get(_XSI_TYPE)
    if declared and qname(declared, node)[0] in (XS, SOAP_ENCODING):
        del kept[_XSI_TYPE]
    return kept


def _is_array(node: Element) -> bool:
    if node.get(f"{{{SOAP_ENCODING}}}arrayType") is not None:
        return True
    return qname(node.get(_XSI_TYPE, ""), node) == (SOAP_ENCODING, "Array")
