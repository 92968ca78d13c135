"""The schema documents of a contract, found, and put together for the validator.

libxml2 reads one document per imported namespace. So each namespace gets a document of its own
that includes all of its documents, and every import leads there.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from mocks.anything.folder import Folder
from mocks.anything.refusal import Refused
from mocks.anything.xsd_soap_encoding import KNOWN

XS = "http://www.w3.org/2001/XMLSchema"
_PLACE = "contract:///"


@dataclass(frozen=True, slots=True)
class Document:
    """One schema document under a namespace; `name` says where it came from."""

    name: str
    namespace: str
    root: etree._Element


@dataclass(slots=True)
class Documents:
    """All schema documents reachable from the first ones."""

    folder: Folder
    found: dict[tuple[str, str], Document] = field(default_factory=dict)
    more: dict[str, bytes] = field(default_factory=dict)

    def add_file(self, name: str, namespace: str | None = None) -> None:
        """A file and what it leads to; `namespace` for one included without its own."""
        self.add(name, self.folder.xml(name), namespace)

    def add(self, name: str, root: etree._Element, namespace: str | None = None) -> None:
        """A schema element and what it leads to."""
        if root.tag != f"{{{XS}}}schema":
            raise Refused(f"{name}: is not an XML Schema — refer to one")
        own = root.get("targetNamespace") or namespace or ""
        if (name, own) in self.found:
            return
        self.found[name, own] = Document(name, own, root)
        for child in root.iterchildren(f"{{{XS}}}*"):
            self._follow(name, own, child)

    def _follow(self, name: str, own: str, child: etree._Element) -> None:
        kind, place = etree.QName(child).localname, child.get("schemaLocation")
        if kind in ("redefine", "override"):
            raise Refused(f"{name}: xs:{kind} is not understood — write the types out")
        if kind == "include" and place:
            self.add_file(self.folder.named(place, name), own)
        if kind == "import":
            self._import(name, child.get("namespace", ""), place)

    def _import(self, name: str, namespace: str, place: str | None) -> None:
        if namespace in KNOWN:
            self.add(namespace, etree.fromstring(KNOWN[namespace]))
        elif place:
            self.add_file(self.folder.named(place, name))

    def namespaces(self) -> list[str]:
        """The namespaces there are documents of."""
        return list(dict.fromkeys(document.namespace for document in self.found.values()))

    def in_namespace(self, namespace: str) -> Iterator[Document]:
        """Its documents."""
        return (found for found in self.found.values() if found.namespace == namespace)

    def validator(self, addition: etree._Element | None = None) -> etree.XMLSchema:
        """One validator for all of it; `addition` is a further schema of ours."""
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        parser.resolvers.add(_Resolver(self._sources()))
        empty = etree.Element(f"{{{XS}}}schema", targetNamespace="urn:onething:whole")
        whole = empty if addition is None else deepcopy(addition)
        for number, namespace in enumerate(self.namespaces()):
            whole.insert(number, _import_of(namespace, number))
        root = etree.fromstring(etree.tostring(whole), parser, base_url=_PLACE + "whole")
        try:
            return etree.XMLSchema(root)
        except etree.XMLSchemaParseError as broken:
            raise Refused(f"the schema cannot be read: {_said(broken)} — correct it") from broken

    def _sources(self) -> dict[str, bytes]:
        numbers = {namespace: n for n, namespace in enumerate(self.namespaces())}
        places = {key: f"{_PLACE}doc/{n}" for n, key in enumerate(self.found)}
        made = {}
        for key, document in self.found.items():
            made[places[key]] = self._rewritten(document, numbers)
        for namespace, number in numbers.items():
            over = etree.Element(f"{{{XS}}}schema")
            if namespace:
                over.set("targetNamespace", namespace)
            for key, document in self.found.items():
                if document.namespace == namespace:
                    etree.SubElement(over, f"{{{XS}}}include", schemaLocation=places[key])
            made[f"{_PLACE}ns/{number}"] = etree.tostring(over)
        return made

    def _rewritten(self, document: Document, numbers: dict[str, int]) -> bytes:
        # not deepcopy: a schema inside of a WSDL has prefixes from above itself
        root = etree.fromstring(etree.tostring(document.root))
        for child in list(root.iterchildren(f"{{{XS}}}import", f"{{{XS}}}include")):
            number = numbers.get(child.get("namespace", ""))
            if etree.QName(child).localname == "include" or number is None:
                root.remove(child)
            else:
                child.set("schemaLocation", f"{_PLACE}ns/{number}")
        there = {child.get("namespace", "") for child in root.iterchildren(f"{{{XS}}}import")}
        for namespace in sorted(set(numbers) - there - {document.namespace}):
            root.insert(0, _import_of(namespace, numbers[namespace]))
        _open_arrays(root)
        return etree.tostring(root)


def _import_of(namespace: str, number: int) -> etree._Element:
    made = etree.Element(f"{{{XS}}}import", schemaLocation=f"{_PLACE}ns/{number}")
    if namespace:
        made.set("namespace", namespace)
    return made


def _open_arrays(root: etree._Element) -> None:
    """An array of SOAP's encoding says its members in an attribute; let them stand inside."""
    for restriction in root.iter(f"{{{XS}}}restriction"):
        if restriction.get("base", "").rpartition(":")[2] != "Array":
            continue
        if restriction.find(f"{{{XS}}}sequence") is None:
            members = etree.Element(f"{{{XS}}}sequence")
            etree.SubElement(
                members, f"{{{XS}}}any", minOccurs="0", maxOccurs="unbounded", processContents="lax"
            )
            restriction.insert(0, members)


def _said(broken: etree.XMLSchemaParseError) -> str:
    for entry in broken.error_log:  # type: ignore[attr-defined, unused-ignore]
        return str(entry.message)
    return str(broken)


class _Resolver(etree.Resolver):
    def __init__(self, sources: dict[str, bytes]) -> None:
        self._sources = sources

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        """Our own documents; nothing else is looked for."""
        content = self._sources.get(system_url, b"")
        return self.resolve_string(content, context, base_url=system_url)
