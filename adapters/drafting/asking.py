"""What a look-up sends: the value it asks by, and what else the contract requires beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapters.drafting.places import Place, recorded, values
from adapters.drafting.view import OperationView
from adapters.mapping.reserved import members_of, spelt
from adapters.shape import Choice, Kind, Shape

_DEEP = 8  # required groups within required groups; a contract that requires itself has no end
NOT_SENT = "'' | blank '' | else_nil"  # a text that is none, sent as nil
_STANDS_IN: Mapping[Kind, str] = {
    Kind.INTEGER: "0",
    Kind.DECIMAL: "0",
    Kind.BOOLEAN: "false",
    Kind.DATE: "sent_at | date '%Y-%m-%d'",
    Kind.DATETIME: "sent_at",
}

Tree = dict[str, "Tree | str"]


def key_of(operation: OperationView) -> Place | None:
    """The one value an operation asks by; None when there is none, or several."""
    places = values(operation.request, through_lists=True)
    about = [place for place in places if not place.technical]
    required = [place for place in about if not place.optional]
    if len(required) > 1 or not places:
        return None
    if len(required) == 1:
        return required[0] if _askable(required[0]) else None
    able = [place for place in about or places if _askable(place)]
    if len(places) == 1:
        return able[0] if able else None
    return next((place for place in able if place.identifies and _held(operation, place)), None)


def _askable(place: Place) -> bool:
    return place.shape.kind in (Kind.TEXT, Kind.INTEGER) and not place.shape.enum


def _held(operation: OperationView, place: Place) -> bool:
    found = recorded(operation.reply, place.name)
    return found is not None and found.key is not None


@dataclass(slots=True)
class Request:
    """The request tree of a look-up; `stand_ins`: paths whose value a person must decide."""

    tree: Tree = field(default_factory=dict)
    stand_ins: list[tuple[str, ...]] = field(default_factory=list)


def request_for(shape: Shape, key: Place, *, batch: bool) -> Request | None:
    """The tree that sends the key and all the contract requires; None when it cannot be said."""
    request = Request()
    source = "keys" if batch else "key"
    made = _group(shape, (), key, source, request, 0)
    if made is None:
        return None
    request.tree = made
    return request


def _group(
    shape: Shape, here: tuple[str, ...], key: Place, source: str, request: Request, depth: int
) -> Tree | None:
    if depth > _DEEP:
        return None
    tree: Tree = {}
    for name, member in shape.members().items():
        at = (*here, name)
        on_the_way = key.path[: len(at)] == at or (name == "." and key.path == here)
        if not on_the_way and not member.required:
            continue
        made = _member(member, at, key, source, request, depth, on_the_way=on_the_way)
        if made is None:
            return None
        tree[spelt(name) if isinstance(made, str) else name] = made
    if not all(_chosen(choice, tree) for choice in shape.choices()):
        return None
    if key.repeated == here and here and source == "keys" and key.path != here:
        tree = {"each": "keys", **tree}
    return tree


def _chosen(choice: Choice, tree: Tree) -> bool:
    """Whether nobody has to choose: one branch stands, or none has to."""
    known = members_of(tree)
    return not choice.required or any(
        name in known for branch in choice.branches for name in branch
    )


def _member(
    member: Shape,
    at: tuple[str, ...],
    key: Place,
    source: str,
    request: Request,
    depth: int,
    *,
    on_the_way: bool,
) -> "Tree | str | None":
    is_key = on_the_way and member.kind is not Kind.GROUP
    if is_key:
        each_row = key.repeated is not None and key.repeated != key.path and source == "keys"
        return "." if each_row else source
    if member.kind is Kind.GROUP:
        return _group(member, at, key, source, request, depth + 1)
    return _stand_in(member, at, request)


def _stand_in(member: Shape, at: tuple[str, ...], request: Request) -> str:
    """A value the contract would take, to be replaced by whoever knows what belongs there."""
    if member.nillable:
        return NOT_SENT
    if len(member.enum) != 1:
        request.stand_ins.append(at)
    if member.enum:
        return literal(member.enum[0])
    if member.kind is Kind.INTEGER and at[-1].lower() in ("limit", "size", "pagesize", "per_page"):
        return "100"
    if member.kind is Kind.INTEGER and at[-1].lower() in ("page", "pageno", "pagenumber"):
        return "1"
    return _STANDS_IN.get(member.kind, literal("DECIDE"))


def literal(text: str) -> str:
    """A constant of the mapping language."""
    return "'" + text.replace("'", "''") + "'"


def lines_of(tree: Tree, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """The leaves of a tree by path; an empty group is a path without a value."""
    if not tree and at:
        yield at, None
    for name, value in tree.items():
        if isinstance(value, str):
            yield (*at, name), value
        else:
            yield from lines_of(value, (*at, name))
