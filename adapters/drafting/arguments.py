"""What a person types, `body.certNos=1`, to the request tree of one operation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.drafting.asking import literal, not_sent, sends_nothing
from adapters.findings import Findings, did_you_mean
from adapters.mapping.reserved import spelt, unspelt
from adapters.shape import Kind, Shape

_DEEP = 6
_PLACES = ("path", "query", "header", "body")

Given = Sequence[tuple[str, str]]


def tree_of(shape: Shape, given: Given, findings: Findings) -> Mapping[str, Any]:
    """The request tree; what the contract does not know, or lacks, is a finding by its path."""
    tree: dict[str, Any] = {}
    for name, value in given:
        steps = _placed(shape, tuple(name.split(".")))
        if _known(shape, steps, findings):
            _put(tree, steps, literal(value), shape)
    for path, missing in _missing(shape, tree, (), 0):
        if missing.nillable:
            _put(tree, path, not_sent(missing), shape)
        else:
            place = ".".join(path).removesuffix("..")
            findings.add(place, f"the contract requires it ({_kind(missing)})", f"give {place}=…")
    return dict(_listed(tree))


def spoken(tree: Any) -> Any:
    """A request tree with the values as they were typed, and nothing where nil is sent."""
    if isinstance(tree, Mapping):
        return {unspelt(name): spoken(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [spoken(value) for value in tree]
    return None if sends_nothing(tree) else tree[1:-1].replace("''", "'")


def _placed(shape: Shape, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The path as it was given, or below the one place of an HTTP request that knows its name."""
    members = shape.members()
    if steps[0] in members:
        return steps
    homes = [place for place in _PLACES if place in members and members[place].member(steps[0])]
    return (homes[0], *steps) if len(homes) == 1 else steps


def _known(shape: Shape, steps: tuple[str, ...], findings: Findings) -> bool:
    here = shape
    for at, step in enumerate(steps):
        if step.isdigit() and at and here.repeated:
            continue
        found = here.member(step)
        if found is None and here.open:
            return True
        if found is None:
            place = ".".join(steps[:at]) or here.name
            known = [name for name in here.members() if name != "."]
            hint = did_you_mean(step, known) or f"{place} has no members"
            findings.add(".".join(steps), f"the contract has no {step!r} in {place}", hint)
            return False
        here = found
    return True


def _put(tree: dict[str, Any], steps: tuple[str, ...], value: str, shape: Shape) -> None:
    at, here = tree, shape.at(tuple(step for step in steps if not step.isdigit()))
    if here is not None and here.kind is Kind.GROUP and "." in here.members():
        steps = (*steps, ".")
    for step in steps[:-1]:
        at = at.setdefault(step, {}) if isinstance(at.get(step, {}), dict) else {}
    held = at.get(steps[-1])
    if held is None:
        at[steps[-1]] = value
    else:
        at[steps[-1]] = [*held, value] if isinstance(held, list) else [held, value]


def _missing(
    shape: Shape, tree: Mapping[str, Any], here: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """The required values nobody gave, in the contract's order."""
    if depth > _DEEP:
        return
    for name, member in shape.members().items():
        path = (*here, name)
        inside = tree.get(name)
        if inside is None and not member.required:
            continue
        if inside is None and (member.kind is not Kind.GROUP or not _needs(member, depth)):
            yield path, member
        elif member.kind is Kind.GROUP and (inside is None or isinstance(inside, Mapping)):
            for number, entry in _entries(inside or {}):
                yield from _missing(member, entry, (*path, *number), depth + 1)


def _entries(inside: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if inside and all(step.isdigit() for step in inside):
        return [((step,), e) for step, e in inside.items() if isinstance(e, Mapping)]
    return [((), inside)]


def _needs(group: Shape, depth: int) -> bool:
    return any(member.required for member in group.members().values()) and depth < _DEEP


def _listed(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Numbered entries as lists."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            inside = dict(_listed(value))
            numbered = bool(inside) and all(step.isdigit() for step in inside)
            rows = [inside[n] for n in sorted(inside, key=int)] if numbered else inside
            yield spelt(name), rows
        else:
            yield spelt(name), value


def _kind(shape: Shape) -> str:
    return "one of " + ", ".join(shape.enum[:12]) if shape.enum else str(shape.kind)
