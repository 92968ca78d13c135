"""All XML schemas a contract brings, gathered once: their definitions, and one validator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from lxml import etree

from adapters.soap.xml import XS, BadXml, Element, parse

IMPORT, INCLUDE, REDEFINE = f"{{{XS}}}import", f"{{{XS}}}include", f"{{{XS}}}redefine"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"


class BadContract(ValueError):
    """A contract that cannot be used; the sentence says why."""


@dataclass(slots=True)
class Source:
    """One schema document."""

    url: str
    node: Element
    namespace: str
    top: bool  # reached by import or inline, not only by include


@dataclass(slots=True)
class Schemas:
    """The schema documents of one contract, within its folder."""

    folder: Path
    sources: dict[str, Source] = field(default_factory=dict)
    _names: "count[int]" = field(default_factory=count)

    def add_wsdl(self, path: Path) -> None:
        """Every schema in the WSDL's types, and in the WSDLs it imports."""
        root = _read(self._within(path))
        for node in root.iterfind(f"{{{_WSDL}}}types/{{{XS}}}schema"):
            self._add(node, f"{path.name}#{next(self._names)}", path, top=True)
        for link in root.iterfind(f"{{{_WSDL}}}import"):
            self.add_wsdl(path.parent / str(link.get("location")))

    def add_file(self, path: Path) -> None:
        """The schema in this file and what it refers to."""
        self._file(self._within(path), None, top=True)

    def _file(self, path: Path, namespace: str | None, *, top: bool) -> str:
        url = str(path) if namespace is None else f"{path}#{namespace}"
        known = self.sources.get(url)
        if known is not None:
            known.top = known.top or top
            return url
        root = _read(path)
        if root.tag != f"{{{XS}}}schema":
            raise BadContract(f"{path.name} is no XML schema")
        if namespace is not None and root.get("targetNamespace") is None:
            root.set("targetNamespace", namespace)
        self._add(root, url, path, top=top)
        return url

    def _add(self, node: Element, url: str, path: Path, *, top: bool) -> None:
        namespace = node.get("targetNamespace", "")
        self.sources[url] = Source(url, node, namespace, top)
        for link in node.iterchildren(IMPORT, INCLUDE, REDEFINE):
            place = link.get("schemaLocation")
            if not place:
                continue
            include = link.tag != IMPORT
            target = self._within(path.parent / place)
            chameleon = include and _read(target).get("targetNamespace") is None
            found = self._file(
                target, namespace if chameleon and namespace else None, top=not include
            )
            link.set("schemaLocation", f"mem:{found}")

    def _within(self, path: Path) -> Path:
        full = path.resolve()
        if not full.is_relative_to(self.folder.resolve()):
            raise BadContract(f"{path.name} lies outside the contract's folder")
        if not full.is_file():
            raise BadContract(f"{path.name} is referred to and not there")
        return full

    def validator(self, extra: Mapping[str, str] | None = None) -> etree.XMLSchema:
        """One validator over all documents; `extra`: further schema texts by namespace."""
        texts = {f"mem:{url}": etree.tostring(s.node) for url, s in self.sources.items()}
        by_namespace: dict[str, list[str]] = {}
        for url, source in self.sources.items():
            if source.top:
                by_namespace.setdefault(source.namespace, []).append(f"mem:{url}")
        for space, text in (extra or {}).items():
            texts[f"mem:extra:{space}"] = text.encode()
            by_namespace.setdefault(space, []).append(f"mem:extra:{space}")
        places = {space: _one(space, urls, texts) for space, urls in by_namespace.items()}
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        parser.resolvers.add(_Memory({k: _placed(v, places) for k, v in texts.items()}))
        try:
            return etree.XMLSchema(etree.fromstring(_driver(places), parser))
        except etree.XMLSchemaParseError as error:
            raise BadContract(f"the schema is not valid: {error}") from None


class _Memory(etree.Resolver):
    """Hands out gathered documents, and nothing else."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        super().__init__()
        self.texts = texts

    # the stubs forget the context that lxml passes
    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        text = self.texts.get(system_url)
        if text is None:
            raise BadContract(f"{system_url} is not part of the contract")
        return self.resolve_string(text, context, base_url=system_url)


def _read(path: Path) -> Element:
    try:
        return parse(path.read_bytes())
    except BadXml as error:
        raise BadContract(f"{path.name} {error}") from None


def _placed(text: bytes, places: Mapping[str, str]) -> bytes:
    """The document with every import pointing at the gathered document of its namespace."""
    node = etree.fromstring(text)
    for link in node.iterchildren(IMPORT):
        place = places.get(link.get("namespace", ""))
        if place:
            link.set("schemaLocation", place)
        elif "schemaLocation" in link.attrib:
            del link.attrib["schemaLocation"]
    return etree.tostring(node)


def _one(space: str, urls: list[str], texts: dict[str, bytes]) -> str:
    """The one document that stands for a namespace; several are put together."""
    if len(urls) == 1:
        return urls[0]
    target = f' targetNamespace="{space}"' if space else ""
    lines = "".join(f'<xs:include schemaLocation="{url}"/>' for url in urls)
    place = f"mem:all:{space}"
    texts[place] = f'<xs:schema xmlns:xs="{XS}"{target}>{lines}</xs:schema>'.encode()
    return place


def _driver(places: Mapping[str, str]) -> str:
    lines = []
    for space, url in places.items():
        name = f' namespace="{space}"' if space else ""
        lines.append(f'<xs:import{name} schemaLocation="{url}"/>')
    inside = "".join(lines)
    return f'<xs:schema xmlns:xs="{XS}" targetNamespace="urn:onething:all">{inside}</xs:schema>'
