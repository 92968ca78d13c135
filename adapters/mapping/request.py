"""The request tree of a manifest, checked against the contract: what a writer then writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.findings import Findings, did_you_mean, nearest
from adapters.mapping import sources
from adapters.mapping.compile import Compute, Scope, compile_expression, guarded
from adapters.mapping.demand import Check, demand, demanded
from adapters.mapping.foresee import certain, constant
from adapters.mapping.functions import Environment
from adapters.mapping.nodes import Document, Group, Leaf, Many, Node, rows_of
from adapters.mapping.parse import BadExpression, Expression, Path, Term, parse
from adapters.mapping.reserved import CONDITION, DOCUMENT, ROWS, TEXT, members_of, says, spelt
from adapters.mapping.sending import fill, forbidden, one_or_many, one_value
from adapters.rules import Rule
from adapters.shape import Choice, Kind, Shape, hidden
from adapters.undecided import stands_in

__all__ = ["Document", "Group", "Inner", "Leaf", "Many", "Node", "Planner", "rows_of"]

Inner = Callable[[str], Shape | None]
"""The shape of a document carried in a string, by `file.xsd#Element`."""


Try = Callable[[str], Any]
"""Makes of a key what is sent of it, and raises what sending it would."""


@dataclass(slots=True)
class Planner:
    """Turns one call's request tree into nodes; every mistake becomes a finding."""

    call: str
    env: Environment
    findings: Findings
    inner: Inner = lambda root: None
    lines: int = 0
    python: int = 0
    answers: set[str] = field(default_factory=set)
    credentials: set[str] = field(default_factory=set)
    const: Mapping[str, Any] = field(default_factory=dict)
    batch: int = 1
    used: set[str] = field(default_factory=set)
    unread: bool = False  # some lines are wrong or left out, and with them what they would send
    keyed: list[Try] = field(default_factory=list)  # of a look-up: what may refuse its key

    def plan(self, tree: Any, shape: Shape, key: str, row: tuple[str, ...] | None = None) -> Node:
        """The node for `tree` where the contract has `shape`."""
        forbidden(self.findings, shape, key)
        if isinstance(tree, list):
            return self._many(tree, shape, key, row)
        if isinstance(tree, Mapping):
            if says(tree, DOCUMENT):
                return self._document(tree, shape, key, row)
            return self._group(tree, shape, key, row)
        return self._leaf(tree, shape, key, row)

    def _many(self, tree: list[Any], shape: Shape, key: str, row: tuple[str, ...] | None) -> Many:
        self._occurs(tree, shape, key)
        one = replace(shape, required=False)
        entries = [self.plan(e, one, f"{key}[{n}]", row) for n, e in enumerate(tree)]
        return Many(shape, tuple(entries), key)

    def _occurs(self, tree: list[Any], shape: Shape, key: str) -> None:
        fixed = not any(isinstance(entry, Mapping) and says(entry, ROWS) for entry in tree)
        if not (shape.repeated or shape.unknown):
            sentence, remedy = "a list, but the contract allows one occurrence", "map one"
        elif shape.most is not None and len(tree) > shape.most:
            sentence = f"{len(tree)} are mapped, the contract allows {shape.most} at most"
            remedy = "leave some out"
        elif fixed and len(tree) < shape.least:
            sentence = f"{len(tree)} are mapped, the contract demands {shape.least} at least"
            remedy = "map more"
        else:
            return
        self.findings.add(key, sentence, remedy, Rule.REQUEST_OCCURS)

    def _document(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> Document:
        root = str(tree[DOCUMENT])
        inside = self.inner(root) if shape.kind in (Kind.TEXT, Kind.ANY) else None
        if inside is None:
            remedy = 'in a text element of SOAP, write "contract/<file>.xsd#<Element>"'
            self.findings.add(f"{key}.xml", f"there is no {root!r} here", remedy, Rule.REQUEST_XML)
            inside = hidden(root)
        rest = {name: value for name, value in tree.items() if name != DOCUMENT}
        node = self.plan(rest, replace(inside, required=True), key, row)
        return Document(shape, node, key, node.constant, node.certain)

    def _group(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> Group:
        each = when = None
        if says(tree, CONDITION):
            when = self._compute(str(tree[CONDITION]), f"{key}.when", row)[0]
        if says(tree, ROWS):
            each, row = self._each(str(tree[ROWS]), f"{key}.each")
            if not (shape.repeated or shape.unknown):
                remedy = "map one, without each"
                self.findings.add(
                    f"{key}.each", "the contract allows one occurrence", remedy, Rule.REQUEST_OCCURS
                )
        text = self._text(tree, shape, key, row)
        return Group(shape, self._members(tree, shape, key, row), each, when, text, key)

    def _each(self, name: str, key: str) -> tuple[sources.Fetch, tuple[str, ...]]:
        try:
            row = sources.row(self.call, name)
            one_or_many(Path((name,)), self.call, self.batch)
            self.used.add(name)
            return sources.rows(name), row
        except BadExpression as error:
            self._bad(error, key)
            return (lambda ask: ()), ()

    def _text(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> Leaf | None:
        own = shape.member(".") if shape.kind is Kind.GROUP else replace(shape, repeated=False)
        if "." not in tree:
            if own is not None and own.required and "." in shape.members():
                sentence, remedy = "the element's own text is left out", 'add "." = …'
                self.findings.add(key, sentence, remedy, Rule.REQUEST_TEXT)
                self.unread = True
            return None
        if own is None:
            sentence = f"{shape.name} has no text of its own in the contract"
            self.findings.add(f"{key}..", sentence, "map its members", Rule.REQUEST_TEXT)
            own = hidden(".")
        return self._leaf(tree["."], own, f"{key}..", row)

    def _members(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> tuple[Node, ...]:
        known = shape.members()
        order = {name: at for at, name in enumerate(known)}
        given = {name: value for name, value in members_of(tree).items() if name != TEXT}
        meant = {name: self._meant(name, given, shape, f"{key}.{name}") for name in given}
        self._missing({member.name for member in meant.values()}, shape, key)
        nodes: list[tuple[int, Node]] = []
        for name, value in given.items():
            node = self.plan(value, meant[name], f"{key}.{name}", row)
            nodes.append((order.get(name, len(order)), node))
        for choice in shape.choices():
            self._choice(choice, {node.shape.name: node for _, node in nodes}, key)
        return tuple(node for _, node in sorted(nodes, key=lambda pair: pair[0]))

    def _meant(self, name: str, given: Mapping[str, Any], shape: Shape, key: str) -> Shape:
        """The member of this name; of a misspelt one, what it was probably meant to be."""
        known = shape.members()
        if name in known or shape.open:
            return known.get(name) or replace(hidden(name), unknown=shape.unknown)
        hint = did_you_mean(name, (member for member in known if member != "."))
        sentence = f"the contract has no {name!r} in {shape.name}"
        self.findings.add(key, sentence, hint, Rule.REQUEST_UNKNOWN)
        free = {
            member.name: member
            for member in known.values()
            if not (member.name in (".", *given) or member.prohibited or member.read_only)
        }
        near = nearest(name, free)
        return free[near] if near else hidden(name)

    def _missing(self, given: set[str], shape: Shape, key: str) -> None:
        for name, member in shape.members().items():
            wanted = member.required and not member.read_only and not member.prohibited
            if wanted and name not in given and name != ".":
                sentence = f"the contract requires {name!r} in {shape.name}"
                remedy = "map it" if spelt(name) == name else f'map it as "{spelt(name)}"'
                self.findings.add(f"{key}.{name}", sentence, remedy, Rule.REQUEST_REQUIRED)
                self.unread = True

    def _choice(self, choice: Choice, given: Mapping[str, Node], key: str) -> None:
        names = " or ".join("/".join(branch) for branch in choice.branches)
        there = [[given[n] for n in branch if n in given] for branch in choice.branches]
        if choice.required and not any(there):
            sentence = f"none of {names} is mapped"
            self.findings.add(key, sentence, "map one of them", Rule.CHOICE_NONE)
            self.unread = True
        if sum(any(node.certain for node in branch) for branch in there) > 1:
            sentence = f"more than one of {names} is always filled"
            self.findings.add(key, sentence, "map one of them", Rule.CHOICE_BOTH)
        elif sum(any(map(_unasked, branch)) for branch in there) > 1:
            sentence = f"more than one of {names} can be filled by the same call"
            remedy = 'give each a when = "…", for example "answers.… | equals \'…\'"'
            self.findings.add(key, sentence, remedy, Rule.CHOICE_BOTH)

    def _leaf(self, text: Any, shape: Shape, key: str, row: tuple[str, ...] | None) -> Leaf:
        if not isinstance(text, str):
            remedy = "write it in quotes, constants as \"'x'\""
            self.findings.add(key, "is no expression", remedy, Rule.EXPRESSION_TYPE)
            self.unread = True
            return Leaf(shape, lambda scope: None, True, key)
        if shape.kind is Kind.GROUP and not shape.open and "." not in shape.members():
            names = ", ".join(list(shape.members())[:8])
            sentence = f"{shape.name} is a group in the contract"
            self.findings.add(key, sentence, f"map {names}", Rule.REQUEST_GROUP)
        compute, expression, made = self._compute(text, key, row)
        if expression is None:
            return Leaf(shape, compute, False, key)
        one_value(self.findings, self.call, expression, shape, key)
        if not (shape.prohibited or shape.read_only or stands_in(text)):
            fill(self.findings, expression, made, shape, key, self.env, self.const)
        always = certain(self.call, expression, self.const)
        fixed = constant(expression)
        check = None if fixed else demand(shape)
        sure = guarded(key, compute if check is None else demanded(check, compute))
        if self.call == "lookup" and all(_of_key(term, row) for term in expression.terms):
            self.keyed += _tries(expression, sure, check)
        return Leaf(shape, sure, fixed, key, always)

    def _compute(
        self, text: str, key: str, row: tuple[str, ...] | None
    ) -> tuple[Compute, Expression | None, Kind]:
        self.lines += 1
        try:
            expression = parse(text)
            compute, made = compile_expression(
                expression, self.env, lambda p: self._resolve(p, row)
            )
        except BadExpression as error:
            self._bad(error, key)
            return (lambda scope: None), None, Kind.ANY
        self.python += expression.uses("python")
        return compute, expression, made

    def _bad(self, error: BadExpression, key: str) -> None:
        self.unread = True
        self.findings.add(key, str(error), error.remedy, error.rule)

    def _resolve(self, path: Path, row: tuple[str, ...] | None) -> tuple[Compute, Kind]:
        if path.relative:
            return _row_value(path, row)
        fetch, kind = sources.source(self.call, path)
        one_or_many(path, self.call, self.batch)
        self._constant(path)
        self.used.add(path.steps[0])
        used = {"answers": self.answers, "credentials": self.credentials}.get(path.steps[0])
        if used is not None and len(path.steps) == 2:
            used.add(path.steps[1])
        return (lambda scope: fetch(scope.ask)), kind

    def _constant(self, path: Path) -> None:
        if path.steps[0] == "const" and path.steps[1] not in self.const:
            hint = did_you_mean(path.steps[1], self.const) or "add it to the service's const"
            sentence = f"the service has no constant {path.steps[1]!r}"
            raise BadExpression(sentence, Rule.SOURCE_CONST, hint)


def _unasked(node: Node) -> bool:
    """Whether it is a group that goes out as soon as anything in it has a value."""
    return isinstance(node, Group) and node.when is None


def _of_key(term: Term, row: tuple[str, ...] | None) -> bool:
    """Whether a term of a look-up is its key, or a row of its keys."""
    if not isinstance(term, Path):
        return False
    return row == () if term.relative else term.steps in (("key",), ("keys",))


def _tries(expression: Expression, made: Compute, check: Check | None) -> list[Try]:
    """What a key goes through on its way into the message, where that may refuse it."""
    if expression.stages or not isinstance(expression.start, Path):
        return [lambda key: made(Scope({"key": key, "keys": [key]}, row=key))]
    return [] if check is None else [check]


def _row_value(path: Path, row: tuple[str, ...] | None) -> tuple[Compute, Kind]:
    if row is None:
        sentence = f"{path} begins with a dot, but there is no each around it"
        raise BadExpression(sentence, Rule.SOURCE_ROW, "add each, or remove the dot")
    if not path.steps:
        return (lambda scope: scope.row), Kind.ANY
    name = path.steps[0]
    if len(path.steps) > 1 or name not in row:
        hint = did_you_mean(".".join(path.steps), row) or "write a dot alone"
        raise BadExpression(f"a row has no {'.'.join(path.steps)!r}", Rule.SOURCE_ROW, hint)
    return (lambda scope: getattr(scope.row, name)), sources.kind_of(name)
