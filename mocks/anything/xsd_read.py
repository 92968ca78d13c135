"""Elements and types, read from the schema documents when they are first asked for."""

from collections.abc import Iterator
from functools import partial

from lxml import etree

from mocks.anything.refusal import Refused
from mocks.anything.xsd_documents import XS, Document, Documents
from mocks.anything.xsd_model import Attribute, Element, Group, Particle, Type, Wildcard
from mocks.anything.xsd_names import kind_of, name_in, occurs, tag_in
from mocks.anything.xsd_soap_encoding import SOAP_ENCODING
from mocks.anything.xsd_types import Simple, builtin

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_GLOBAL = frozenset(
    {"element", "complexType", "simpleType", "group", "attributeGroup", "attribute"}
)
_GROUPS = frozenset({"sequence", "choice", "all"})
_DERIVED = (f"{{{XS}}}complexContent", f"{{{XS}}}simpleContent")


class Schemas:
    """The global declarations of all documents."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self._nodes: dict[tuple[str, str], tuple[etree._Element, Document]] = {}
        self._types: dict[str, Type] = {}
        self._groups: dict[str, Group] = {}
        self._elements: dict[str, Element] = {}
        self._derived: dict[str, list[str]] = {}
        self._instead: dict[str, list[str]] = {}
        for document in documents.found.values():
            for node in document.root.iterchildren(f"{{{XS}}}*"):
                if kind_of(node) in _GLOBAL:
                    self._note(node, document)

    def _note(self, node: etree._Element, document: Document) -> None:
        tag = tag_in(document.namespace, node.get("name", ""))
        self._nodes.setdefault((kind_of(node), tag), (node, document))
        head = node.get("substitutionGroup")
        if head:
            self._instead.setdefault(name_in(node, head, document), []).append(tag)
        for content in node.iterchildren(*_DERIVED):
            for step in content.iterchildren(f"{{{XS}}}extension", f"{{{XS}}}restriction"):
                base = name_in(step, step.get("base", ""), document)
                self._derived.setdefault(base, []).append(tag)

    def element_tags(self) -> Iterator[str]:
        """The global elements."""
        return (tag for kind, tag in self._nodes if kind == "element")

    def has_element(self, tag: str) -> bool:
        """Whether there is such a global element."""
        return ("element", tag) in self._nodes

    def element(self, tag: str) -> Element:
        """A global element."""
        if tag not in self._elements:
            node, document = self._node("element", tag)
            made = self._element(node, document, tag)
            made.declared, made.low, made.high = True, 1, 1
            self._elements[tag] = made
        return self._elements[tag]

    def standing_for(self, tag: str) -> Iterator[Element]:
        """Elements that may stand for a head, nearest first."""
        for other in self._instead.get(tag, ()):
            yield self.element(other)
            yield from self.standing_for(other)

    def derived_from(self, tag: str) -> Iterator[Type]:
        """Types that derive from a named one, nearest first."""
        for other in self._derived.get(tag, ()):
            yield self.type(other)
            yield from self.derived_from(other)

    def type(self, tag: str) -> Type:
        """A named type, complex or simple, or one of XML Schema itself."""
        if tag not in self._types:
            made = self._types[tag] = Type(tag=tag)
            if tag.startswith(f"{{{XS}}}"):
                self._builtin(made, tag.rpartition("}")[2])
            elif ("simpleType", tag) in self._nodes:
                made.simple = self._simple(*self._nodes["simpleType", tag])
            else:
                self._fill(made, *self._node("complexType", tag))
        return self._types[tag]

    def _builtin(self, made: Type, local: str) -> None:
        if local == "anyType":
            made.anything = True
        else:
            made.simple = builtin(local)

    def _node(self, kind: str, tag: str) -> tuple[etree._Element, Document]:
        if (kind, tag) not in self._nodes:
            raise Refused(f"{tag}: the contract has no such {kind} — add the file that declares it")
        return self._nodes[kind, tag]

    def _element(self, node: etree._Element, document: Document, tag: str) -> Element:
        low, high = occurs(node)
        return Element(
            tag=tag,
            low=low,
            high=high,
            read=partial(self._type_of, node, document),
            value=node.get("fixed", node.get("default")),
            abstract=node.get("abstract") in ("true", "1"),
        )

    def _type_of(self, node: etree._Element, document: Document) -> Type:
        if node.get("type"):
            return self.type(name_in(node, node.get("type", ""), document))
        for inner in node.iterchildren(f"{{{XS}}}complexType", f"{{{XS}}}simpleType"):
            made = Type()
            if kind_of(inner) == "simpleType":
                made.simple = self._simple(inner, document)
            else:
                self._fill(made, inner, document)
            return made
        head = node.get("substitutionGroup")
        if head:
            return self.element(name_in(node, head, document)).type
        return Type(anything=True)

    # complex types

    def _fill(self, made: Type, node: etree._Element, document: Document) -> None:
        made.abstract = node.get("abstract") in ("true", "1")
        for content in node.iterchildren(*_DERIVED):
            for step in content.iterchildren(f"{{{XS}}}extension", f"{{{XS}}}restriction"):
                self._derive(made, step, document)
            return
        self._own(made, node, document)

    def _derive(self, made: Type, step: etree._Element, document: Document) -> None:
        base_tag = name_in(step, step.get("base", ""), document)
        base = self.type(base_tag)
        made.attributes = dict(base.attributes)
        inherited, simple = base.content, base.simple
        self._own(made, step, document)
        if kind_of(step) == "extension":
            made.simple = simple
            if inherited is not None:
                own = [made.content] if made.content is not None else []
                made.content = Group("sequence", [inherited, *own])
            return
        if simple is not None:
            made.simple = self._restricted(simple, step, document)
        if base_tag == f"{{{SOAP_ENCODING}}}Array":
            self._array(made, step, document)

    def _array(self, made: Type, step: etree._Element, document: Document) -> None:
        made.attributes = {}
        for node in step.iterchildren(f"{{{XS}}}attribute"):
            kind = node.get(f"{{{_WSDL}}}arrayType", "").partition("[")[0]
            if kind:
                read = partial(self.type, name_in(node, kind, document))
                made.member = Element("item", 0, None, read)

    def _own(self, made: Type, node: etree._Element, document: Document) -> None:
        for child in node.iterchildren(f"{{{XS}}}*"):
            if kind_of(child) in _GROUPS or kind_of(child) == "group":
                made.content = self._group(child, document)
        made.attributes.update(self._attributes(node, document))

    def _group(self, node: etree._Element, document: Document) -> Group:
        low, high = occurs(node)
        if kind_of(node) == "group":
            named = self._named_group(name_in(node, node.get("ref", ""), document))
            return Group("sequence", [named], low, high)
        parts = [
            part
            for child in node.iterchildren(f"{{{XS}}}*")
            for part in self._particle(child, document)
        ]
        return Group(kind_of(node), parts, low, high)

    def _named_group(self, tag: str) -> Group:
        if tag not in self._groups:
            made = self._groups[tag] = Group("sequence")
            node, document = self._node("group", tag)
            for child in node.iterchildren(*(f"{{{XS}}}{kind}" for kind in _GROUPS)):
                made.parts.append(self._group(child, document))
        return self._groups[tag]

    def _particle(self, node: etree._Element, document: Document) -> Iterator[Particle]:
        kind = kind_of(node)
        if kind in _GROUPS or kind == "group":
            yield self._group(node, document)
        elif kind == "any":
            low, high = occurs(node)
            strict = node.get("processContents", "strict") == "strict"
            names = node.get("namespace", "##any")
            yield Wildcard(low, high, names, strict, document.namespace)
        elif kind == "element" and node.get("maxOccurs") != "0":
            yield self._local_element(node, document)

    def _local_element(self, node: etree._Element, document: Document) -> Element:
        if node.get("ref"):
            head = self.element(name_in(node, node.get("ref", ""), document))
            low, high = occurs(node)
            return Element(
                head.tag, low, high, lambda: head.type, head.value, head.abstract, declared=True
            )
        form = node.get("form") or document.root.get("elementFormDefault")
        namespace = document.namespace if form == "qualified" else ""
        return self._element(node, document, tag_in(namespace, node.get("name", "")))

    def _attributes(self, node: etree._Element, document: Document) -> dict[str, Attribute]:
        found: dict[str, Attribute] = {}
        for child in node.iterchildren(f"{{{XS}}}attribute", f"{{{XS}}}attributeGroup"):
            if kind_of(child) == "attributeGroup":
                tag = name_in(child, child.get("ref", ""), document)
                found |= self._attributes(*self._node("attributeGroup", tag))
                continue
            made = self._attribute(child, document)
            found[made.tag] = made
        return {tag: one for tag, one in found.items() if one.value != "\0prohibited"}

    def _attribute(self, node: etree._Element, document: Document) -> Attribute:
        declared, where = node, document
        if node.get("ref"):
            tag = name_in(node, node.get("ref", ""), document)
            declared, where = self._node("attribute", tag)
        else:
            form = node.get("form") or document.root.get("attributeFormDefault")
            tag = tag_in(document.namespace if form == "qualified" else "", node.get("name", ""))
        use, value = node.get("use", ""), node.get("fixed", node.get("default"))
        if value is None:
            value = declared.get("fixed", declared.get("default"))
        if use == "prohibited":
            value = "\0prohibited"
        return Attribute(tag, self._simple_of(declared, where), use == "required", value)

    # simple types

    def _simple_of(self, node: etree._Element, document: Document) -> Simple:
        made = self._type_of(node, document) if len(node) or node.get("type") else None
        return made.simple if made is not None and made.simple is not None else Simple()

    def _named_simple(self, tag: str) -> Simple:
        made = self.type(tag).simple
        if made is None:
            raise Refused(f"{tag}: is not a simple type — refer to one")
        return made

    def _simple(self, node: etree._Element, document: Document) -> Simple:
        for step in node.iterchildren(f"{{{XS}}}*"):
            if kind_of(step) == "restriction":
                return self._restricted(None, step, document)
            if kind_of(step) == "list":
                return Simple(primitive="list", item=self._items(step, document)[0], low=0)
            if kind_of(step) == "union":
                return Simple(primitive="union", members=tuple(self._items(step, document)))
        return Simple()

    def _items(self, step: etree._Element, document: Document) -> list[Simple]:
        named = (step.get("itemType") or step.get("memberTypes") or "").split()
        found = [self._named_simple(name_in(step, name, document)) for name in named]
        inner = step.iterchildren(f"{{{XS}}}simpleType")
        return found + [self._simple(node, document) for node in inner]

    def _restricted(self, base: Simple | None, step: etree._Element, document: Document) -> Simple:
        for inner in step.iterchildren(f"{{{XS}}}simpleType"):
            base = self._simple(inner, document)
        if base is None:
            base = self._named_simple(name_in(step, step.get("base", ""), document))
        facets = [
            (kind_of(facet), facet.get("value", ""))
            for facet in step.iterchildren(f"{{{XS}}}*")
            if facet.get("value") is not None
        ]
        return base.narrowed(facets)
