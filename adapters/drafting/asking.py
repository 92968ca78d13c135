"""What a look-up sends: the value it asks by, and what else the contract requires beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.drafting.caller import callers_value
from adapters.drafting.places import Place, recorded
from adapters.drafting.view import OperationView
from adapters.mapping.reserved import members_of, spelt
from adapters.shape import Choice, Kind, Shape
from adapters.undecided import STAND_IN

_DEEP = 8  # required groups within required groups; a contract that requires itself has no end
_MOST = 2_000  # members of one request that are looked at
_NIL = "| else_nil"
_NONE: Mapping[Kind, str] = {  # a text that is none, as what the element takes
    Kind.INTEGER: "| integer ",
    Kind.DECIMAL: "| decimal ",
    Kind.BOOLEAN: "| equals '' ",
    Kind.DATE: "| date ",
    Kind.DATETIME: "| datetime ",
}
_STANDS_IN: Mapping[Kind, str] = {
    Kind.INTEGER: "0",
    Kind.DECIMAL: "0",
    Kind.BOOLEAN: "false",
    Kind.DATE: "sent_at | date '%Y-%m-%d'",
    Kind.DATETIME: "sent_at",
}
_HUNDRED = ("limit", "size", "pagesize", "perpage")
_FIRST = ("page", "pageno", "pagenumber")

Tree = dict[str, "Tree | str"]


def key_of(operation: OperationView) -> Place | None:
    """The one value an operation asks by; None when there is none, or several."""
    places = operation.asked(through_lists=True)
    about = [place for place in places if not place.technical]
    required = [place for place in about if not place.optional]
    if len(required) > 1 or not places:
        return None
    if len(required) == 1:
        return required[0] if _askable(required[0]) else None
    able = [place for place in about or places if _askable(place)]
    if len(places) == 1 or (len(about) == 1 and about[0].shape.nillable):
        return able[0] if able else None
    named = [place for place in able if place.identifies]
    held = next((place for place in named if _held(operation, place)), None)
    return held or _one_of(operation.request, [*named, *able])


def _askable(place: Place) -> bool:
    return place.shape.kind in (Kind.TEXT, Kind.INTEGER) and not place.shape.enum


def _held(operation: OperationView, place: Place) -> bool:
    found = recorded(operation.reply, place.name)
    return found is not None and found.key is not None


def _one_of(request: Shape, able: Sequence[Place]) -> Place | None:
    """The first of these by which a choice may be made that somebody has to make."""
    for place in able:
        for depth, name in enumerate(place.path):
            around = request.at(place.path[:depth])
            choices = around.choices() if around is not None else ()
            if any(choice.required and _branch_with(choice, name) for choice in choices):
                return place
    return None


def _branch_with(choice: Choice, name: str) -> bool:
    """Whether one branch, and not all of them, is this member alone."""
    return (name,) in choice.branches and len(choice.branches) > 1


@dataclass(slots=True)
class Request:
    """The request tree of a look-up, and what of it a person must decide."""

    tree: Tree = field(default_factory=dict)
    stand_ins: list[tuple[str, ...]] = field(default_factory=list)  # what is sent there
    choices: list[tuple[tuple[str, ...], Choice]] = field(default_factory=list)  # which branch
    nils: list[tuple[str, ...]] = field(default_factory=list)  # whether nothing is sent there


def request_for(operation: OperationView, key: Place, *, batch: bool) -> Request | None:
    """The tree that sends the key and all the contract requires; None when it cannot be said."""
    maker = _Maker(operation, key, "keys" if batch else "key")
    made = maker.group(operation.request, (), 0)
    if made is None:
        return None
    maker.request.tree = made
    return maker.request


class _Maker:
    """Makes the request tree of one look-up."""

    def __init__(self, operation: OperationView, key: Place, source: str) -> None:
        self.request = Request()
        self._operation, self._key, self._source = operation, key, source
        self._left = _MOST

    def group(self, shape: Shape, here: tuple[str, ...], depth: int) -> Tree | None:
        """What stands in a group; None when it has no end."""
        tree: Tree = {}
        for name, member in shape.members().items():
            if not (member.required or self._on_the_way((*here, name))):
                continue
            if not self._put(tree, name, member, here, depth):
                return None
        for choice in shape.choices():
            if choice.required and not self._decided(choice, shape, tree, here, depth):
                return None
        key = self._key
        if key.repeated == here and here and self._source == "keys" and key.path != here:
            tree = {"each": "keys", **tree}
        return tree

    def _on_the_way(self, at: tuple[str, ...]) -> bool:
        path = self._key.path
        return path[: len(at)] == at or (at[-1] == "." and path == at[:-1])

    def _put(self, tree: Tree, name: str, member: Shape, here: tuple[str, ...], depth: int) -> bool:
        """Whether the member could be said; then it stands in the tree."""
        made = self._member(member, (*here, name), depth)
        if made is None:
            return False
        tree[spelt(name) if isinstance(made, str) else name] = made
        return True

    def _decided(
        self, choice: Choice, shape: Shape, tree: Tree, here: tuple[str, ...], depth: int
    ) -> bool:
        """Whether one branch stands, the first that can be said; a person decides which."""
        if len(choice.branches) > 1:
            self.request.choices.append((here, choice))
        kept = len(self.request.choices), len(self.request.nils)
        known = members_of(tree)
        if any(name in known for branch in choice.branches for name in branch):
            return True
        for branch in sorted(choice.branches, key=lambda names: _grouped(shape, names)):
            inside: Tree = {}
            members = [(name, shape.member(name)) for name in branch]
            if members and all(m and self._put(inside, n, m, here, depth) for n, m in members):
                tree.update(inside)
                return True
            del self.request.choices[kept[0] :], self.request.nils[kept[1] :]
        return False

    def _member(self, member: Shape, at: tuple[str, ...], depth: int) -> "Tree | str | None":
        self._left -= 1
        if depth > _DEEP or self._left < 0:
            return None
        if member.kind is Kind.GROUP:
            return self.group(member, at, depth + 1)
        if self._on_the_way(at):
            key = self._key
            each_row = key.repeated not in (None, key.path) and self._source == "keys"
            # the register's key is what the reply says it is, a text perhaps
            number = " | integer" if member.kind is Kind.INTEGER else ""
            return f"{'.' if each_row else self._source}{number}"
        return self._stand_in(member, at)

    def _stand_in(self, member: Shape, at: tuple[str, ...]) -> str:
        """A value the contract would take, to be replaced by whoever knows what belongs there."""
        ours = self._operation.callers(at)
        value = callers_value(member, at[-1]) if ours else None
        if value is not None:
            return value
        if member.nillable:
            self.request.nils += [] if ours else [at]
            return not_sent(member)
        if len(member.enum) != 1 and not ours:
            self.request.stand_ins.append(at)
        if member.enum:
            return literal(member.enum[0])
        name = at[-1].lower().replace("_", "")
        if member.kind is Kind.INTEGER and name in (*_HUNDRED, *_FIRST):
            return "100" if name in _HUNDRED else "1"
        return _STANDS_IN.get(member.kind, literal(STAND_IN))


def _grouped(shape: Shape, names: tuple[str, ...]) -> bool:
    """Whether a branch holds a group; a single value is the simpler choice."""
    members = [shape.member(name) for name in names]
    return not members or any(m is None or m.kind is Kind.GROUP for m in members)


def not_sent(member: Shape) -> str:
    """The expression that sends nil: a text that is none."""
    return f"'' | blank '' {_NONE.get(member.kind, '')}{_NIL}"


def sends_nothing(text: str) -> bool:
    """Whether this is an expression of `not_sent`."""
    return text.startswith("'' | blank ''") and text.endswith(_NIL)


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
