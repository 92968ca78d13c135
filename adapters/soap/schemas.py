"""All XML schemas a contract brings, gathered once: their definitions, and one validator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from lxml import etree

from adapters.documents import BadContract, Documents
from adapters.soap import forms
from adapters.soap.bounds import bounded
from adapters.soap.gathered import compiled
from adapters.soap.pruned import prune
from adapters.soap.xml import XS, BadXml, Element, clark, local, parse_document, qname

__all__ = ["BadContract", "Schemas", "Source", "read_document"]

IMPORT, INCLUDE, REDEFINE = f"{{{XS}}}import", f"{{{XS}}}include", f"{{{XS}}}redefine"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_REFERENCES = ("type", "ref", "base", "itemType", "memberTypes", "substitutionGroup")
_TYPES = ("simpleType", "complexType")


@dataclass(slots=True)
class Source:
    """One schema document."""

    url: str
    node: Element
    namespace: str
    top: bool  # reached by import or inline, not only by include
    uses: frozenset[str] = frozenset()  # namespaces its references name


@dataclass(slots=True)
class Schemas:
    """The schema documents of one contract, within its folder."""

    documents: Documents
    sources: dict[str, Source] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)  # what is absent and would have been read
    arrays: dict[str, str] = field(default_factory=dict)  # SOAP arrays: type -> type of items
    _names: "count[int]" = field(default_factory=count)
    _built_in: set[str] = field(default_factory=set)
    _defined: set[tuple[str, str]] = field(default_factory=set)
    _validators: dict[tuple[tuple[str, str], ...], etree.XMLSchema] = field(default_factory=dict)

    def add_wsdl(self, root: Element, path: Path) -> None:
        """Every schema in the types of this WSDL."""
        if forms.SOAP_ENCODING in root.nsmap.values():
            self._built_in.add(forms.SOAP_ENCODING)
        for node in root.iterfind(f"{{{_WSDL}}}types/{{{XS}}}schema"):
            self._add(node, f"{path.name}#{next(self._names)}", path, top=True)

    def add_file(self, path: Path) -> None:
        """The schema in this file and what it refers to."""
        self._imported(path.resolve())

    def complete(self) -> None:
        """All documents are there: note what they define and use, and bound what they cost."""
        for source in self.sources.values():
            source.uses = _used(source.node)
        wanted = self._built_in.union(*(s.uses for s in self.sources.values()))
        there = {source.namespace for source in self.sources.values()}
        for space in sorted((wanted & forms.BUILT_IN.keys()) - there):
            node = etree.fromstring(forms.BUILT_IN[space])
            url = f"built-in:{space}"
            self.sources[url] = Source(url, node, space, True)
        if self.lacking:
            prune((source.node, source.namespace) for source in self.sources.values())
        for source in self.sources.values():
            for node in source.node.iterchildren("{*}*"):
                kind = "type" if local(node.tag) in _TYPES else local(node.tag)
                self._defined.add((kind, clark(source.namespace, node.get("name", ""))))
        bounded([(source.node, source.namespace) for source in self.sources.values()])

    def defines(self, kind: str, tag: str) -> bool:
        """Whether there is an element or type of this Clark name."""
        return (kind, tag) in self._defined

    def validator(self, extra: Mapping[str, str] | None = None) -> etree.XMLSchema:
        """One validator over all documents; `extra`: further schema texts by namespace."""
        key = tuple(sorted((extra or {}).items()))
        if key not in self._validators:
            self._validators[key] = compiled(self.sources.values(), extra or {})
        return self._validators[key]

    def _imported(self, path: Path) -> str:
        url = str(path)
        if url in self.sources:
            self.sources[url].top = True
        else:
            self._add(self._schema(path), url, path, top=True)
        return url

    def _included(self, path: Path, namespace: str) -> str:
        """The document as one of this namespace, which a document without one takes on."""
        for url in (str(path), f"{path}#{namespace}"):
            if url in self.sources and self.sources[url].namespace == namespace:
                return url
        root = self._schema(path)
        own = root.get("targetNamespace") is not None or not namespace
        url = str(path) if own else f"{path}#{namespace}"
        self._add(root if own else forms.chameleon(root, namespace), url, path, top=False)
        return url

    def _schema(self, path: Path) -> Element:
        root = read_document(self.documents, path)
        if root.tag != f"{{{XS}}}schema":
            raise BadContract(f"{path.name} is no XML schema but {local(root.tag)[:60]!r}")
        return root

    def _add(self, node: Element, url: str, path: Path, *, top: bool) -> None:
        namespace = node.get("targetNamespace", "")
        self.arrays.update(forms.plain_arrays(node, namespace))
        self.sources[url] = Source(url, node, namespace, top)
        for link in list(node.iterchildren(IMPORT, INCLUDE, REDEFINE)):
            place = link.get("schemaLocation")
            if self._known(link, place):
                continue
            if not place:
                continue
            target = self.documents.found(place, path)
            if target is None:
                self.lacking.append(place)
                node.remove(link)
                continue
            if link.tag == REDEFINE:
                self._redefine(link, target, namespace)
                continue
            included = link.tag == INCLUDE
            found = self._included(target, namespace) if included else self._imported(target)
            link.set("schemaLocation", f"mem:{found}")

    def _known(self, link: Element, place: str | None) -> bool:
        """Whether this imports a schema everyone knows; its published place is then not asked."""
        space = link.get("namespace", "")
        if link.tag != IMPORT or space not in (XS, *forms.BUILT_IN):
            return False
        if place and (place in self.documents.vendored or "://" not in place):
            return False
        if space == XS:
            link.getparent().remove(link)
            return True
        link.attrib.pop("schemaLocation", None)
        self._built_in.add(space)
        return True

    def _redefine(self, link: Element, target: Path, namespace: str) -> None:
        root = self._schema(target)
        if namespace:
            root = forms.chameleon(root, namespace)
        forms.redefined(link, root, target.name)
        url = f"{target}#redefined{next(self._names)}"
        link.set("schemaLocation", f"mem:{url}")
        self._add(root, url, target, top=False)


def read_document(documents: Documents, path: Path) -> Element:
    """The root of an XML file of the contract; BadContract says what is wrong with it."""
    try:
        return parse_document(documents.read(path))
    except BadXml as error:
        raise BadContract(f"{path.name} {error}") from None


def _used(node: Element) -> frozenset[str]:
    found: set[str] = set()
    for inside in node.iter("{*}*"):
        for key in _REFERENCES:
            for name in (inside.get(key) or "").split():
                found.add(qname(name, inside)[0])
    return frozenset(found)
