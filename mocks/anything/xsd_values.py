"""Elements made to a schema: what it demands, most of what it allows, and an end to recursion."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from lxml import etree

from mocks.anything.echo import Keys
from mocks.anything.refusal import Unmakeable
from mocks.anything.xsd_model import Element, Group, Particle, Type, Wildcard
from mocks.anything.xsd_read import Schemas
from mocks.anything.xsd_simple import allowed, text_of
from mocks.anything.xsd_soap_encoding import SOAP_ENCODING
from mocks.anything.xsd_types import Simple

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PLENTY = 400  # elements, after which only what must be is made
_DEEP = 40
_ROWS = 2


@dataclass(slots=True, kw_only=True)
class Making:
    """One message being made; `attempt` 0 makes all of it, the last ones only what must be."""

    schemas: Schemas
    draw: Random
    today: date
    keys: Keys
    attempt: int = 0
    typed: bool = False  # say xsi:type, as encoded messages do
    wanted: frozenset[str] = frozenset()  # of two branches the one with these names is made
    _made: int = 0
    _within: list[Type] = field(default_factory=list)
    _ids: int = 0

    def element(self, declared: Element, parent: etree._Element | None = None) -> etree._Element:
        """An element that stands for the declared one, below `parent` if there is one."""
        stands = self._standing(declared)
        kind = self._concrete(stands.type)
        self._made += 1
        made = etree.Element(stands.tag) if parent is None else etree.SubElement(parent, stands.tag)
        try:
            self._fill(made, stands, kind)
        except Unmakeable:
            if parent is not None:
                parent.remove(made)
            raise
        return made

    def _standing(self, declared: Element) -> Element:
        if not declared.abstract:
            return declared
        for other in self.schemas.standing_for(declared.tag):
            if not other.abstract:
                return other
        raise Unmakeable(f"{declared.tag} is abstract, and nothing stands for it")

    def _concrete(self, kind: Type) -> Type:
        if not kind.abstract:
            return kind
        for other in self.schemas.derived_from(kind.tag or ""):
            if not other.abstract:
                return other
        raise Unmakeable(f"{kind.tag} is abstract, and nothing derives from it")

    def _fill(self, made: etree._Element, stands: Element, kind: Type) -> None:
        if kind is not stands.type or (self.typed and kind.tag):
            _say_type(made, kind.tag or "")
        if len(self._within) > _DEEP:
            raise Unmakeable(f"{stands.tag} has no end")
        self._attributes(made, kind)
        if kind.simple is not None:
            text = stands.value
            made.text = self._text(kind.simple, stands.local) if text is None else text
            return
        self._within.append(kind)
        try:
            if kind.content is not None:
                self._group(kind.content, made)
            if kind.member is not None:
                self._times(kind.member, made)
                _say_members(made, kind.member)
        finally:
            self._within.pop()

    def _attributes(self, made: etree._Element, kind: Type) -> None:
        for attribute in kind.attributes.values():
            if attribute.value is not None:
                made.set(attribute.tag, attribute.value)
            elif attribute.required or not self._lean(kind):
                made.set(attribute.tag, self._text(attribute.type, _local(attribute.tag)))

    def _text(self, simple: Simple, name: str) -> str:
        if simple.primitive == "ID":
            self._ids += 1
            return f"id{self._ids}"
        asked = self.keys.value(name)
        if asked is not None and allowed(simple, asked):
            return asked
        return text_of(simple, name, self.draw, self.today)

    def _lean(self, kind: Type | None = None) -> bool:
        """Whether only what must be is made: on a second round, when there is plenty already."""
        if self.attempt > 1 or self._made > _PLENTY:
            return True
        last = kind if kind is not None else self._within[-1] if self._within else None
        return last is not None and self._within.count(last) > 1

    def _particle(self, part: Particle, parent: etree._Element) -> None:
        if isinstance(part, Element):
            self.element(part, parent)
        elif isinstance(part, Wildcard):
            self._anything(part, parent)
        else:
            self._once(part, parent)

    def _group(self, group: Group, parent: etree._Element) -> None:
        self._times(group, parent)

    def _times(self, part: Particle, parent: etree._Element) -> None:
        before = self.keys.row
        for number in range(self._count(part)):
            if part.high is None or part.high > 1:
                self.keys.row = before + number
            here = len(parent)
            try:
                self._particle(part, parent)
            except Unmakeable:
                del parent[here:]
                if number < part.low:
                    raise
                break
        self.keys.row = before

    def _count(self, part: Particle) -> int:
        most = part.high if part.high is not None else 10**6
        if self._lean() or (isinstance(part, Wildcard) and part.low == 0):
            return part.low
        if isinstance(part, Element) and most > 1 and part.type.simple is None:
            return min(most, max(part.low, self._asked(part.type), 1))
        return min(most, max(part.low, 1 if most == 1 or self.attempt else _ROWS))

    def _asked(self, kind: Type) -> int:
        """How many rows the request's keys ask for."""
        names = _leaves(kind.content) if kind.content is not None else ()
        return max((self.keys.count(name) for name in names), default=0) or _ROWS

    def _once(self, group: Group, parent: etree._Element) -> None:
        if group.kind != "choice":
            for part in group.parts:
                self._times(part, parent)
            return
        if not group.parts:
            return
        self._choice(group, parent)

    def _choice(self, group: Group, parent: etree._Element) -> None:
        start = self.draw.randrange(len(group.parts)) if self.attempt else 0
        reasons: list[Unmakeable] = []
        branches = group.parts[start:] + group.parts[:start]
        for part in sorted(branches, key=lambda part: (self._recurs(part), -self._worth(part))):
            here = len(parent)
            try:
                self._times(part, parent)
            except Unmakeable as reason:
                del parent[here:]
                reasons.append(reason)
            else:
                return
        raise reasons[0]

    def _worth(self, part: Particle) -> int:
        """How many of the wanted names a branch has."""
        return len(self.wanted.intersection(_leaves(Group("sequence", [part]))))

    def _recurs(self, part: Particle) -> bool:
        return isinstance(part, Element) and part.type in self._within

    def _anything(self, part: Wildcard, parent: etree._Element) -> None:
        if part.strict or part.namespaces not in ("##any", "##other", "##local"):
            self.element(self._known(part), parent)
            return
        tag = "note" if part.namespaces == "##local" else "{urn:sample}note"
        etree.SubElement(parent, tag).text = "样例"

    def _known(self, part: Wildcard) -> Element:
        allowed_in = {
            part.target if name == "##targetNamespace" else "" if name == "##local" else name
            for name in part.namespaces.split()
        }
        for tag in self.schemas.element_tags():
            namespace = tag[1:].partition("}")[0] if tag.startswith("{") else ""
            other = part.namespaces == "##other" and namespace not in ("", part.target)
            if namespace in allowed_in or part.namespaces == "##any" or other:
                return self.schemas.element(tag)
        raise Unmakeable(f"no element of {part.namespaces} for xs:any")


def _leaves(group: Group) -> Iterable[str]:
    for part in group.parts:
        if isinstance(part, Element):
            yield part.local
        elif isinstance(part, Group):
            yield from _leaves(part)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _say_members(made: etree._Element, member: Element) -> None:
    tag = member.type.tag
    if tag is not None:
        made.set(f"{{{SOAP_ENCODING}}}arrayType", f"{_prefixed(made, tag)}[{len(made)}]")


def _say_type(made: etree._Element, tag: str) -> None:
    made.set(f"{{{XSI}}}type", _prefixed(made, tag))


def _prefixed(made: etree._Element, tag: str) -> str:
    namespace, _, local = tag.rpartition("}")
    prefixes = {uri: prefix for prefix, uri in made.nsmap.items() if prefix}
    prefix = prefixes.get(namespace.removeprefix("{"))
    return f"{prefix}:{local}" if prefix else local
