"""An XML reply as a tree: what lies in the SOAP body, or in the document a string of it carries."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from mocks.faults.tree import Branch, Leaf
from mocks.faults.xml_text import undeclared

ENVELOPES = {
    "http://schemas.xmlsoap.org/soap/envelope/": "text/xml",
    "http://www.w3.org/2003/05/soap-envelope": "application/soap+xml",
}
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def _place(element: Any) -> str:
    """The names on the way to the element: the same for each of those that repeat."""
    steps = (element, *element.iterancestors())
    return "/".join(etree.QName(step).localname for step in reversed(steps))


class XmlLeaf:
    """One element without elements inside."""

    number = False

    def __init__(self, element: Any) -> None:
        self._element = element
        self.text: str = element.text or ""
        self.name: str = etree.QName(element).localname

    @property
    def place(self) -> str:
        return _place(self._element)

    def put(self, text: str) -> None:
        self._element.text = text

    def put_raw(self, text: str) -> None:
        self._element.text = text

    def put_other_type(self) -> None:
        self._element.text = None
        etree.SubElement(self._element, "value").text = self.text

    def put_null(self) -> None:
        self._element.text = None
        self._element.set(_NIL, "true")


class XmlBranch:
    """One element with elements inside."""

    def __init__(self, element: Any, depth: int) -> None:
        self._element, self.depth = element, depth

    @property
    def place(self) -> str:
        return _place(self._element)

    def drop_first(self) -> None:
        self._element.remove(next(self._element.iterchildren("*")))

    def add(self, name: str, text: str) -> None:
        space = etree.QName(next(self._element.iterchildren("*"))).namespace
        etree.SubElement(self._element, f"{{{space}}}{name}" if space else name).text = text


class XmlTree:
    """An XML document. Raises ValueError for bytes that are none."""

    def __init__(self, body: bytes, charset: str) -> None:
        parser = etree.XMLParser(encoding=charset, resolve_entities=False, huge_tree=True)
        try:
            self.root: Any = etree.fromstring(body, parser)
        except etree.XMLSyntaxError as wrong:
            raise ValueError(str(wrong)) from None
        self._charset = charset
        self.envelope = etree.QName(self.root).namespace in ENVELOPES
        self._carrier, self._declaration, self.payload = self._opened()

    @property
    def body(self) -> Any:
        """The Body of the envelope, else the root."""
        if not self.envelope:
            return self.root
        space = etree.QName(self.root).namespace
        found = self.root.find(f"{{{space}}}Body")
        return self.root if found is None else found

    def _opened(self) -> tuple[Any, str, Any]:
        """The element whose text carries a document, its declaration, and the document."""
        told = next(self.body.iterchildren("*"), self.body) if self.envelope else self.root
        for element in told.iter("*"):
            declaration, text = undeclared(element.text or "")
            if text.startswith("<"):
                try:
                    return element, declaration, etree.fromstring(text)
                except etree.XMLSyntaxError:
                    continue
        return None, "", told

    def _elements(self) -> Iterator[tuple[Any, int]]:
        todo = [(self.payload, 0)]
        while todo:
            element, depth = todo.pop(0)
            yield element, depth
            todo += [(child, depth + 1) for child in element.iterchildren("*")]

    def leaves(self) -> list[Leaf]:
        return [XmlLeaf(e) for e in self.payload.iter("*") if not len(e) and e.text]

    def branches(self) -> list[Branch]:
        return [XmlBranch(element, depth) for element, depth in self._elements() if len(element)]

    def _records(self) -> list[Any]:
        """What repeats, or else the innermost record below the root."""
        inner = [(e, d) for e, d in self._elements() if d]
        alike = Counter((id(e.getparent()), e.tag) for e, _ in inner)
        repeated = [e for e, _ in inner if alike[id(e.getparent()), e.tag] > 1]
        deep = [e for e, _ in inner if len(e)] or [e for e, _ in inner]
        return repeated or deep[-1:]

    def empty_lists(self) -> None:
        for element in self._records():
            if (parent := element.getparent()) is not None:
                parent.remove(element)

    def repeat_records(self) -> None:
        for element in self._records():
            element.addnext(deepcopy(element))

    def empty(self) -> None:
        for child in list(self.payload):
            self.payload.remove(child)

    def rename_root(self) -> None:
        self.payload.tag = f"{self.payload.tag}s"

    def rename_members(self) -> None:
        for child in self.payload.iterchildren("*"):
            child.tag = f"{child.tag}Result"

    def content(self) -> bytes:
        if self._carrier is not None:
            inner = etree.tostring(self.payload, encoding="unicode")
            self._carrier.text = self._declaration + inner
        content = etree.tostring(self.root, encoding=self._charset, xml_declaration=True)
        return bytes(content) if not isinstance(content, str) else content.encode()
