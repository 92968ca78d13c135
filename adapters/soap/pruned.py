"""What is left of schemas some of whose files are not to be had: whatever does not need them."""

from collections.abc import Iterable, Iterator

from adapters.soap.xml import XML_NAMESPACE, XS, Element, clark, local, qname

Name = tuple[str, str]  # what it is, and its Clark name

_TYPES = ("simpleType", "complexType")
_OF_TYPE = ("type", "base", "itemType", "memberTypes")


def prune(schemas: Iterable[tuple[Element, str]]) -> None:
    """Take away every definition that leads, through others or not, to one that is not there."""
    known: dict[Name, list[Element]] = {}
    users: dict[Name, list[Name]] = {}
    for node, space in schemas:
        for part in node.iterchildren("{*}*"):
            name = _kind(part), clark(space, part.get("name") or "")
            known.setdefault(name, []).append(part)
            for reference in _references(part):
                users.setdefault(reference, []).append(name)
    for name in _lost(known, users):
        for part in known[name]:
            part.getparent().remove(part)


def _lost(known: dict[Name, list[Element]], users: dict[Name, list[Name]]) -> set[Name]:
    waiting = [reference for reference in users if reference not in known]
    lost: set[Name] = set()
    while waiting:
        for name in users.get(waiting.pop(), ()):
            if name not in lost:
                lost.add(name)
                waiting.append(name)
    return lost


def _kind(node: Element) -> str:
    name = local(node.tag)
    return "type" if name in _TYPES else name


def _references(part: Element) -> Iterator[Name]:
    for node in part.iter("{*}*"):
        for key in _OF_TYPE:
            yield from _named("type", node.get(key), node)
        yield from _named(_kind(node), node.get("ref"), node)
        yield from _named("element", node.get("substitutionGroup"), node)


def _named(kind: str, names: str | None, node: Element) -> Iterator[Name]:
    for name in (names or "").split():
        space, plain = qname(name, node)
        if space not in (XS, XML_NAMESPACE):
            yield kind, clark(space, plain)
