"""What a schema costs its validator, reckoned before it is compiled: nothing here is unbounded.

libxml2 unfolds groups and base types into one automaton per content model. Groups that hold
groups twice grow it without end; long runs of optional elements cost their number cubed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from adapters.documents import BadContract
from adapters.soap.patterns import slow_pattern
from adapters.soap.xml import XS, Element, local, qname

_PARTICLES = 50_000  # elements of all content models together, unfolded
_CUBES = 300_000_000  # about 2 s
_DEPTH = 60  # groups in groups, types on types
_OCCURRENCES = 1_000_000  # of a repeated part within repeated parts
_UNFOLDED = ("element", "any", "attribute", "anyAttribute")
_MODELS = tuple(f"{{{XS}}}{kind}" for kind in ("complexType", "group", "attributeGroup"))
_SKIPPED = ("annotation", "simpleType", "complexType")


@dataclass(frozen=True, slots=True)
class _Cost:
    particles: int = 0
    optional: int = 0


@dataclass(slots=True)
class _Reckoning:
    named: dict[tuple[str, str, str], Element] = field(default_factory=dict)
    known: dict[Element, _Cost] = field(default_factory=dict)
    open: set[Element] = field(default_factory=set)

    def of(self, node: Element, depth: int) -> _Cost:
        """What a named or nested definition unfolds to."""
        if node in self.known:
            return self.known[node]
        if node in self.open:
            raise BadContract(f"{_name(node)} is built on itself, in a circle")
        if depth > _DEPTH:
            raise BadContract(f"{_name(node)} is nested more than {_DEPTH} definitions deep")
        self.open.add(node)
        found = self._inside(node, depth, optional=False)
        self.open.discard(node)
        if found.particles > _PARTICLES:
            raise BadContract(f"{_name(node)} unfolds to more than {_PARTICLES} elements")
        self.known[node] = found
        return found

    def _inside(self, node: Element, depth: int, *, optional: bool) -> _Cost:
        particles = absent = 0
        for child in node.iterchildren("{*}*"):
            kind = local(child.tag)
            if kind in _SKIPPED:
                continue
            may = optional or child.get("minOccurs") == "0"
            cost = self._one(child, kind, depth, may)
            particles, absent = particles + cost.particles, absent + cost.optional
        return _Cost(particles, absent)

    def _one(self, child: Element, kind: str, depth: int, optional: bool) -> _Cost:
        if kind in _UNFOLDED:
            return _Cost(1, int(optional and kind == "element"))
        own = self._inside(child, depth, optional=optional)
        other = self._referred(child, kind)
        if other is None:
            return own if kind != "choice" else _Cost(own.particles, 0)
        base = self.of(other, depth + 1)
        absent = base.particles if optional else base.optional
        return _Cost(own.particles + base.particles, own.optional + absent)

    def _referred(self, child: Element, kind: str) -> Element | None:
        if kind in ("group", "attributeGroup") and child.get("ref"):
            return self.named.get((kind, *qname(child.get("ref"), child)))
        if kind == "extension" and child.get("base"):
            return self.named.get(("complexType", *qname(child.get("base"), child)))
        return None


def bounded(schemas: Iterable[tuple[Element, str]]) -> None:
    """Nothing when these schemas (with their namespaces) compile and validate in bounded time."""
    reckoning = _Reckoning()
    roots = list(schemas)
    for root, namespace in roots:
        for node in root.iterchildren("{*}*"):
            if node.get("name"):
                reckoning.named[local(node.tag), namespace, node.get("name")] = node
    particles = cubes = 0
    for root, _ in roots:
        _counted(root)
        for node in root.iter(*_MODELS):
            if node.get("ref"):
                continue
            cost = reckoning.of(node, 0)
            particles, cubes = particles + cost.particles, cubes + cost.optional**3
    if particles > 4 * _PARTICLES or cubes > _CUBES:
        raise BadContract("the schema's content models are too big to be checked in bounded time")
    _patterns(root for root, _ in roots)


def _counted(root: Element) -> None:
    """Repeated parts within repeated parts: libxml2 tries every way to share them out."""
    for node in root.iter(f"{{{XS}}}sequence", f"{{{XS}}}choice"):
        times, here = 1, node
        deepest = max((_most(e) for e in node.iterchildren(f"{{{XS}}}element")), default=1)
        while local(here.tag) in ("sequence", "choice"):
            times *= _most(here)
            here = here.getparent()
        if times * deepest > _OCCURRENCES and times > 1 and deepest > 1:
            raise BadContract(
                f"{_name(node)} repeats what is repeated up to {times * deepest:.0e} times"
            )


def _most(node: Element) -> int:
    text = node.get("maxOccurs", "1")
    return max(1, min(int(text), 10**9)) if text.isdecimal() and len(text) < 20 else 1


def _patterns(roots: Iterable[Element]) -> None:
    seen: set[str] = set()
    for root in roots:
        for node in root.iter(f"{{{XS}}}pattern"):
            value = node.get("value", "")
            if value not in seen and slow_pattern(value):
                raise BadContract(f"the pattern {value[:80]!r} of {_name(node)} cannot be checked")
            seen.add(value)


def _name(node: Element) -> str:
    here = node
    while here is not None and not here.get("name"):
        here = here.getparent()
    return f"{local(node.tag)} {here.get('name')!r}" if here is not None else local(node.tag)
