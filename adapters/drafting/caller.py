"""The caller's block: who asks, and for which call; nearly every request of a contract holds it."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from adapters.drafting.places import values
from adapters.drafting.view import OperationView
from adapters.drafting.vocabulary import CALL_IDS, CALLER, CREDENTIALS, IDENTIFIES, TIMES
from adapters.drafting.wording import identifier, tokens
from adapters.mapping.layouts import usual
from adapters.shape import Kind, Shape

_NEARLY = 0.8  # of the requests of a contract
_SHALLOW = 3  # steps from a request to what may be the block
_HTTP = {"path", "query", "header"}
_HEADER = "#header"  # of a SOAP message

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a request, alike in two requests when its name and all below it are the same."""

    name: str
    below: frozenset[Path] = frozenset()  # of a group: its values

    @property
    def called_so(self) -> bool:
        """Whether its own words say that it is about the caller and the call."""
        inside = [path[-1] for path in self.below if path]
        about = sum(bool(_words(name) & _OURS) for name in inside)
        return bool(_words(self.name) & _OURS) or about * 2 > len(inside) > 0

    @property
    def identifies(self) -> bool:
        """Whether it is one value named like a key, or holds nothing but one."""
        names = [path[-1] for path in self.below if path] or [self.name]
        return len(names) == 1 and bool(set(tokens(names[0])[-1:]) & IDENTIFIES)


_OURS: Set[str] = CALLER | CREDENTIALS | CALL_IDS | TIMES


def _words(name: str) -> set[str]:
    """The words of a name, and all of it as one."""
    return {*tokens(name), "".join(tokens(name))}


def with_caller(operations: Sequence[OperationView]) -> tuple[OperationView, ...]:
    """The operations, each with the places of the block that nearly all have in common."""
    held = [_parts(operation.request) for operation in operations]
    asking = [parts for parts in held if parts]
    seen = Counter(part for parts in asking for part in parts)
    common = {part for part, times in seen.items() if times > 1 and times >= _bound(part, asking)}
    if not _beside(operations, held, common):
        common = {part for part in common if part.called_so}
    common = {part for part in common if _meant(part, common)}
    return tuple(
        replace(operation, caller=_places(operation.request, parts, common))
        for operation, parts in zip(operations, held, strict=True)
    )


def _bound(part: _Part, asking: Sequence[Mapping[_Part, Path]]) -> float:
    """In how many requests it must stand; what stands in bodies is not looked for without."""
    place = next(parts[part][0] for parts in asking if part in parts)
    able = [
        parts for parts in asking if place != "body" or any(p[0] == place for p in parts.values())
    ]
    return _NEARLY * len(able)


def _parts(request: Shape) -> dict[_Part, Path]:
    """What stands near the top of a request, the outermost first."""
    found: dict[_Part, Path] = {}
    rest = set(request.members()) >= _HTTP
    waiting: list[tuple[Path, Shape]] = [((), request)]
    while waiting:
        path, shape = waiting.pop(0)
        for name, member in shape.members().items():
            here = (*path, name)
            if name == "." or member.repeated or (rest and here == ("path",)):
                continue
            below = _below(member)
            if member.kind is Kind.GROUP and not below:
                continue
            found.setdefault(_Part(name, below), here)
            if below and len(here) < _SHALLOW:
                waiting.append((here, member))
    return found


def _below(member: Shape) -> frozenset[Path]:
    group = member.kind is Kind.GROUP
    return frozenset(place.path for place in values(member)) if group else frozenset()


def _beside(
    operations: Sequence[OperationView],
    held: Sequence[Mapping[_Part, Path]],
    common: set[_Part],
) -> bool:
    """Whether most requests ask for something besides their common parts."""
    asks = []
    for operation, parts in zip(operations, held, strict=True):
        blocks = [path for part, path in parts.items() if part in common]
        places = values(operation.request, through_lists=True)
        if blocks:
            asks.append(any(not (p.technical or _under(p.path, blocks)) for p in places))
    return sum(asks) * 2 > len(asks)


def _meant(part: _Part, common: set[_Part]) -> bool:
    """A group is; one value where it is called so, or stands among such and is no key."""
    if part.called_so or part.below:
        return part.called_so or not part.identifies
    others = any(other.called_so for other in common if not other.below)
    return others and not part.identifies


def _places(request: Shape, parts: Mapping[_Part, Path], common: set[_Part]) -> tuple[Path, ...]:
    blocks: list[Path] = [(_HEADER,)] if _HEADER in request.members() else []
    for part, path in parts.items():
        if part in common and not _under(path, blocks):
            blocks.append(path)
    return tuple(blocks)


def _under(path: Path, blocks: Sequence[Path]) -> bool:
    return any(path[: len(block)] == block for block in blocks)


def callers_value(member: Shape, name: str) -> str | None:
    """What the draft sends there: a credential, this call's own id, its time; None: not known."""
    words = _words(name)
    if member.kind is not Kind.TEXT or member.enum or member.facets.fixed is not None:
        return None
    if words & CALL_IDS:
        return "call_id"
    if words & TIMES:
        return f"sent_at | {usual(member)}"
    return f"credentials.{identifier(name, 'caller')}" if words & CREDENTIALS else None


def said_of_caller(operations: Sequence[OperationView]) -> list[str]:
    """Every part of the block once, a group with the names of its values."""
    found: dict[str, str] = {}
    for operation in operations:
        for path in operation.caller:
            shape, name = operation.request.at(path), path[-1].lstrip("#")
            inside = [place.name for place in values(shape)] if shape is not None else []
            found.setdefault(name, f"{name} ({', '.join(inside[:12])})" if inside else name)
    return list(found.values())
