"""The shapes of a contract's elements, read from its XML schemas."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from adapters.shape import ANYTHING, Choice, Facets, Kind, Later, Shape
from adapters.soap.facets import built_in, facets_of
from adapters.soap.schemas import Schemas, Source
from adapters.soap.xml import XS, Element, clark, local, qname

_COMPOSITORS = tuple(f"{{{XS}}}{name}" for name in ("sequence", "choice", "all", "group"))
_RELATIONS = tuple(f"{{{XS}}}{name}" for name in ("key", "keyref", "unique"))
_ATTRIBUTES = tuple(f"{{{XS}}}{name}" for name in ("attribute", "attributeGroup"))
_XS_TYPE, _XS_COMPLEX = f"{{{XS}}}simpleType", f"{{{XS}}}complexType"

Where = tuple[Element, Source]


@dataclass(slots=True)
class _Body:
    """What a type says about an element."""

    kind: Kind = Kind.TEXT
    enum: tuple[str, ...] = ()
    facets: Facets = ANYTHING
    open: bool = False
    members: dict[str, Shape] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


class Shapes:
    """Elements and types by qualified name."""

    def __init__(self, schemas: Schemas) -> None:
        self._index: dict[tuple[str, str, str], Where] = {}
        self._groups: dict[tuple[str, str], list[Where]] = {}  # substitutes by head
        self._elements: dict[str, Shape | None] = {}  # by tag: every operation asks again
        self._types: dict[tuple[str, str], _Body] = {}
        self.related = False  # whether one value's validity depends on another's
        for source in schemas.sources.values():
            self.related |= next(source.node.iter(*_RELATIONS), None) is not None
            for node in source.node.iterchildren("{*}*"):
                name = node.get("name")
                if name:
                    self._index[local(node.tag), source.namespace, name] = (node, source)
                    for head in (node.get("substitutionGroup") or "").split():
                        self._groups.setdefault(qname(head, node), []).append((node, source))

    def element(self, tag: str) -> Shape | None:
        """The shape of a global element, by Clark name; without a namespace any that fits."""
        if tag not in self._elements:
            self._elements[tag] = self._global(tag)
        return self._elements[tag]

    def _global(self, tag: str) -> Shape | None:
        space, _, name = tag.rpartition("}")
        found = self._index.get(("element", space[1:], name))
        if found is None and not space:
            found = next(
                (w for k, w in self._index.items() if k[0] == "element" and k[2] == name), None
            )
        return None if found is None else self._element(*found, optional=False, repeated=False)

    def of_type(self, name: str, tag: str, type_tag: str) -> Shape:
        """An element of this name with a named type: a part of an rpc message."""
        space, _, type_name = type_tag.rpartition("}")

        body = self._named_type(space[1:], type_name)
        return Shape(
            name=name,
            tag=tag,
            kind=body.kind,
            enum=body.enum,
            facets=body.facets,
            type_tag=type_tag,
            members=lambda: body.members,
            choices=lambda: body.choices,
        )

    def _element(self, node: Element, source: Source, *, optional: bool, repeated: bool) -> Shape:
        low, high = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
        if node.get("ref"):
            return self._referred(node, source, optional=optional, repeated=repeated)
        name = str(node.get("name"))
        tag = f"{{{source.namespace}}}{name}" if _qualified(node, source) else name
        simple = self._simple_hint(node, source)
        body = Later(partial(self._type_of, node, source))
        return Shape(
            name=name,
            tag=tag,
            kind=simple.kind if simple else Kind.GROUP,
            required=low != "0" and not optional,
            repeated=high not in ("0", "1") or repeated,
            nillable=node.get("nillable") in ("true", "1"),
            enum=simple.enum if simple else (),
            facets=_fixed(node, simple.facets if simple else ANYTHING),
            least=0 if optional else int(low),
            most=None if repeated or high == "unbounded" else int(high),
            prohibited=high == "0",
            open=bool(simple and simple.open),
            type_tag=clark(*qname(node.get("type"), node)) if node.get("type") else "",
            members=dict if simple else lambda: body().members,
            choices=tuple if simple else lambda: body().choices,
        )

    def _referred(self, node: Element, source: Source, *, optional: bool, repeated: bool) -> Shape:
        found = self._find("element", str(node.get("ref")), node)
        shape = self._element(*found, optional=False, repeated=False)
        low, high = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
        return replace(
            shape,
            required=low != "0" and not optional,
            repeated=high not in ("0", "1") or repeated,
            least=0 if optional else int(low),
            most=None if repeated or high == "unbounded" else int(high),
        )

    def _simple_hint(self, node: Element, source: Source) -> _Body | None:
        """The body of an element of simple type; None when it has members to be made later."""
        if node.find(_XS_COMPLEX) is not None:
            return None
        name = node.get("type")
        if name is None:
            inner = node.find(_XS_TYPE)
            return _Body(kind=Kind.ANY, open=True) if inner is None else self._simple(inner)
        space, plain = qname(name, node)
        if space != XS and ("complexType", space, plain) in self._index:
            return None
        return self._named_type(space, plain)

    def _type_of(self, node: Element, source: Source) -> _Body:
        inner = node.find(_XS_COMPLEX)
        if inner is not None:
            return self._complex(inner, source)
        name = node.get("type")
        return self._named_type(*qname(name, node)) if name else _Body()

    def _named_type(self, space: str, name: str) -> _Body:
        """What a named type says: worked out once, and never changed."""
        if (space, name) not in self._types:
            self._types[space, name] = self._worked_out(space, name)
        return self._types[space, name]

    def _worked_out(self, space: str, name: str) -> _Body:
        if space == XS:
            kind, facets = built_in(name)
            return _Body(kind=kind, facets=facets, open=kind is Kind.ANY)
        found = self._index.get(("complexType", space, name))
        if found is not None:
            return self._complex(*found)
        simple = self._index.get(("simpleType", space, name))
        return self._simple(simple[0]) if simple else _Body(kind=Kind.ANY, open=True)

    def _simple(self, node: Element) -> _Body:
        restriction = node.find(f"{{{XS}}}restriction")
        if restriction is None:
            return _Body()
        enum = tuple(e.get("value") for e in restriction.iterfind(f"{{{XS}}}enumeration"))
        base = restriction.get("base")
        inner = restriction.find(_XS_TYPE)
        under = self._named_type(*qname(base, node)) if base else self._simple(inner)
        facets = facets_of(restriction, under.facets)
        return _Body(kind=under.kind, enum=enum or under.enum, facets=facets)

    def _complex(self, node: Element, source: Source) -> _Body:
        content = node.find(f"{{{XS}}}simpleContent")
        if content is None:
            content = node.find(f"{{{XS}}}complexContent")
        if content is not None:
            return self._derived(content, source)
        return self._content(node, source)

    def _derived(self, content: Element, source: Source) -> _Body:
        step = next(content.iterchildren(f"{{{XS}}}extension", f"{{{XS}}}restriction"))
        base = self._named_type(*qname(str(step.get("base")), step))
        own = self._content(step, source)
        if base.kind is not Kind.GROUP:
            text = Shape(name=".", tag=".", kind=base.kind, enum=base.enum, facets=base.facets)
            return _Body(kind=Kind.GROUP, members={".": text, **own.members})
        if local(step.tag) == "restriction":
            kept = {k: v for k, v in base.members.items() if k.startswith("@")}
            inside = {**kept, **own.members}
            return _Body(kind=Kind.GROUP, members=inside, choices=own.choices)
        both = {**base.members, **own.members}
        return _Body(kind=Kind.GROUP, members=both, choices=(*base.choices, *own.choices))

    def _content(self, node: Element, source: Source) -> _Body:
        body = _Body(kind=Kind.GROUP, open=node.find(f".//{{{XS}}}any") is not None)
        for compositor in node.iterchildren(*_COMPOSITORS):
            for shape in self._particles(compositor, source, optional=False, repeated=False):
                body.members[shape.name] = shape
            body.choices += tuple(self._choices(compositor, source, optional=False))
        for shape in self._attributes(node, source):
            body.members[shape.name] = shape
        return body

    def _particles(
        self, node: Element, source: Source, *, optional: bool, repeated: bool
    ) -> Iterator[Shape]:
        optional = optional or node.get("minOccurs") == "0" or local(node.tag) == "choice"
        repeated = repeated or node.get("maxOccurs", "1") not in ("0", "1")
        if node.get("ref"):
            node, source = self._find("group", str(node.get("ref")), node)
        for child in node.iterchildren("{*}*"):
            if local(child.tag) == "element":
                others = self._substitutes(child)
                instead = optional or bool(others)
                yield self._element(child, source, optional=instead, repeated=repeated)
                for other in others:
                    shape = self._element(*other, optional=True, repeated=repeated)
                    many = child.get("maxOccurs", "1") not in ("0", "1")
                    yield replace(shape, repeated=shape.repeated or many)
            elif child.tag in _COMPOSITORS:
                yield from self._particles(child, source, optional=optional, repeated=repeated)

    def _choices(self, node: Element, source: Source, *, optional: bool) -> Iterator[Choice]:
        """The choices below a compositor; one that may stand again chooses anew each time."""
        optional = optional or node.get("minOccurs") == "0"
        if node.get("ref"):
            node, source = self._find("group", str(node.get("ref")), node)
        if node.get("maxOccurs", "1") not in ("0", "1"):
            return
        children = [c for c in node.iterchildren("{*}*") if local(c.tag) != "annotation"]
        if local(node.tag) == "choice":
            required = not optional and all(c.get("minOccurs") != "0" for c in children)
            branches = tuple(tuple(self._names(child, source)) for child in children)
            yield Choice(branches, required)
            optional = True
        for child in children:
            if child.tag in _COMPOSITORS:
                yield from self._choices(child, source, optional=optional)

    def _names(self, child: Element, source: Source) -> Iterator[str]:
        if local(child.tag) == "element":
            yield str(child.get("name") or str(child.get("ref")).rpartition(":")[2])
            yield from (str(other.get("name")) for other, _ in self._substitutes(child))
        elif child.tag in _COMPOSITORS:
            for shape in self._particles(child, source, optional=True, repeated=False):
                yield shape.name

    def _substitutes(self, node: Element) -> list[Where]:
        """Elements that may stand where `node` refers to one."""
        return self._groups.get(qname(node.get("ref"), node), []) if node.get("ref") else []

    def _attributes(self, node: Element, source: Source) -> Iterator[Shape]:
        for child in node.iterchildren(*_ATTRIBUTES):
            reference = child.get("ref")
            if local(child.tag) == "attributeGroup":
                yield from self._attributes(*self._find("attributeGroup", reference, child))
            else:
                yield self._attribute(child, source)

    def _attribute(self, node: Element, source: Source) -> Shape:
        use = node.get("use")
        if node.get("ref"):
            node, source = self._find("attribute", node.get("ref"), node)
        name = node.get("name")
        form = node.get("form") or source.node.get("attributeFormDefault", "unqualified")
        if node.getparent() is source.node:
            form = "qualified"  # global attributes carry their namespace
        inner = node.find(_XS_TYPE)
        body = self._simple(inner) if inner is not None else _Body()
        if node.get("type"):
            body = self._named_type(*qname(node.get("type"), node))
        tag = clark(source.namespace, name) if form == "qualified" else name
        return Shape(
            name=f"@{name}",
            tag=tag,
            kind=body.kind,
            required=use == "required",
            enum=body.enum,
            facets=_fixed(node, body.facets),
            prohibited=use == "prohibited",
        )

    def _find(self, what: str, reference: str, node: Element) -> Where:
        space, name = qname(reference, node)
        return self._index[what, space, name]


def _fixed(node: Element, facets: Facets) -> Facets:
    fixed = node.get("fixed")
    return facets if fixed is None else replace(facets, fixed=str(fixed))


def _qualified(node: Element, source: Source) -> bool:
    if node.getparent() is source.node:
        return bool(source.namespace)
    form = node.get("form") or source.node.get("elementFormDefault", "unqualified")
    return bool(form == "qualified" and source.namespace)
