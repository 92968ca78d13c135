"""Gathered schema documents as one validator; libxml2 is handed texts, never a place to look."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol
from xml.sax.saxutils import quoteattr

from lxml import etree

from adapters.documents import BadContract
from adapters.soap.xml import XS, Element

_IMPORT = f"{{{XS}}}import"


class Gathered(Protocol):
    """A schema document with its place."""

    url: str
    node: Element
    namespace: str
    top: bool
    uses: frozenset[str]


def compiled(sources: Collection[Gathered], extra: Mapping[str, str]) -> etree.XMLSchema:
    """One validator over all documents; `extra`: further schema texts by namespace."""
    places, texts = _places(sources, extra)
    for source in sources:
        texts[f"mem:{source.url}"] = _placed(source, places)
    for space, text in extra.items():
        texts[f"mem:extra:{space}"] = _with_imports(etree.fromstring(text.encode()), {}, places)
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_Memory(texts))
    try:
        return etree.XMLSchema(etree.fromstring(_driver(places), parser))
    except etree.XMLSchemaParseError as error:
        raise BadContract(f"the schema is not valid: {str(error)[:400]}") from None


def _places(
    sources: Collection[Gathered], extra: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, bytes]]:
    """The one document that stands for each namespace, and those that put several together."""
    by_namespace: dict[str, list[str]] = {}
    for source in sources:
        if source.top:
            by_namespace.setdefault(source.namespace, []).append(f"mem:{source.url}")
    for space in extra:
        by_namespace.setdefault(space, []).append(f"mem:extra:{space}")
    places: dict[str, str] = {}
    texts: dict[str, bytes] = {}
    for space, urls in by_namespace.items():
        places[space] = urls[0] if len(urls) == 1 else f"mem:all:{space}"
        if len(urls) > 1:
            texts[places[space]] = _together(space, urls)
    return places, texts


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


def _placed(source: Gathered, places: Mapping[str, str]) -> bytes:
    """The document with every import pointing at the gathered document of its namespace.

    Namespaces it refers to without importing them are imported too: many documents forget it.
    """
    missing = source.uses - {source.namespace, XS}
    return _with_imports(etree.fromstring(etree.tostring(source.node)), missing, places)


def _with_imports(node: Element, missing: Collection[str], places: Mapping[str, str]) -> bytes:
    there = set()
    for link in node.iterchildren(_IMPORT):
        space = link.get("namespace", "")
        there.add(space)
        if space in places:
            link.set("schemaLocation", places[space])
        else:
            link.attrib.pop("schemaLocation", None)
    for space in sorted(set(missing) - there):
        if space in places:
            named = {"namespace": space} if space else {}
            node.insert(0, node.makeelement(_IMPORT, named | {"schemaLocation": places[space]}))
    return etree.tostring(node)


def _together(space: str, urls: list[str]) -> bytes:
    """One document that stands for a namespace of several."""
    target = f" targetNamespace={quoteattr(space)}" if space else ""
    lines = "".join(f"<xs:include schemaLocation={quoteattr(url)}/>" for url in urls)
    return f'<xs:schema xmlns:xs="{XS}"{target}>{lines}</xs:schema>'.encode()


def _driver(places: Mapping[str, str]) -> bytes:
    lines = []
    for space, url in places.items():
        name = f" namespace={quoteattr(space)}" if space else ""
        lines.append(f"<xs:import{name} schemaLocation={quoteattr(url)}/>")
    head = f'<xs:schema xmlns:xs="{XS}" targetNamespace="urn:onething:all">'
    return f"{head}{''.join(lines)}</xs:schema>".encode()
