"""The request tree of a manifest, checked against the contract: what a writer then writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.findings import Findings, did_you_mean
from adapters.mapping import sources
from adapters.mapping.compile import Compute, Scope, compile_expression, guarded
from adapters.mapping.functions import Environment
from adapters.mapping.parse import BadExpression, Expression, Literal, Path, Stage, parse
from adapters.shape import Kind, Shape

RESERVED = ("each", "when", "xml", ".")


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element, attribute or property whose value is computed."""

    shape: Shape
    compute: Compute
    constant: bool
    key: str


@dataclass(frozen=True, slots=True)
class Group:
    """An element or object with members, in the contract's order."""

    shape: Shape
    members: tuple["Node", ...]
    each: sources.Fetch | None
    when: Compute | None
    text: Leaf | None
    key: str

    @property
    def constant(self) -> bool:
        """Whether nothing in it depends on what is asked."""
        inside = all(member.constant for member in self.members)
        return inside and not self.each and not self.when and (not self.text or self.text.constant)


@dataclass(frozen=True, slots=True)
class Many:
    """Fixed occurrences of a repeated element."""

    shape: Shape
    entries: tuple["Node", ...]
    key: str

    @property
    def constant(self) -> bool:
        """Whether nothing in it depends on what is asked."""
        return all(entry.constant for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Document:
    """A string element that carries an XML document."""

    shape: Shape
    root: "Node"
    key: str
    constant: bool = False


Node = Leaf | Group | Many | Document
Inner = Callable[[str], Shape | None]
"""The shape of a document carried in a string, by `file.xsd#Element`."""


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

    def plan(self, tree: Any, shape: Shape, key: str, row: tuple[str, ...] | None = None) -> Node:
        """The node for `tree` where the contract has `shape`."""
        if isinstance(tree, list):
            return self._many(tree, shape, key, row)
        if isinstance(tree, Mapping):
            if "xml" in tree and shape.kind is not Kind.GROUP:
                return self._document(tree, shape, key, row)
            return self._group(tree, shape, key, row)
        return self._leaf(tree, shape, key, row)

    def _many(self, tree: list[Any], shape: Shape, key: str, row: tuple[str, ...] | None) -> Many:
        if not shape.repeated:
            self.findings.add(key, "a list, but the contract allows one occurrence")
        one = replace(shape, required=False)
        entries = [self.plan(e, one, f"{key}[{n}]", row) for n, e in enumerate(tree)]
        return Many(shape, tuple(entries), key)

    def _document(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> Document:
        root = str(tree["xml"])
        inside = self.inner(root)
        if inside is None:
            self.findings.add(
                f"{key}.xml", f"there is no {root!r}", 'write "contract/<file>.xsd#<Element>"'
            )
            inside = Shape(name=root, tag="unknown", kind=Kind.GROUP, open=True)
        rest = {name: value for name, value in tree.items() if name != "xml"}
        node = self.plan(rest, replace(inside, required=True), key, row)
        return Document(shape, node, key, node.constant)

    def _group(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> Group:
        each = when = None
        if "when" in tree:
            when = self._compute(str(tree["when"]), f"{key}.when", row)[0]
        if "each" in tree:
            each, row = self._each(str(tree["each"]), f"{key}.each")
            if not shape.repeated:
                self.findings.add(f"{key}.each", "the contract allows one occurrence")
        text = self._text(tree, shape, key, row)
        return Group(shape, self._members(tree, shape, key, row), each, when, text, key)

    def _each(self, name: str, key: str) -> tuple[sources.Fetch, tuple[str, ...]]:
        try:
            return sources.rows(name), sources.row(self.call, name)
        except BadExpression as error:
            self.findings.add(key, str(error))
            return (lambda ask: ()), ()

    def _text(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> Leaf | None:
        own = shape.member(".") if shape.kind is Kind.GROUP else replace(shape, repeated=False)
        if "." not in tree:
            if own is not None and own.required and "." in shape.members():
                self.findings.add(key, "the element's own text is left out", 'add "." = …')
            return None
        if own is None:
            self.findings.add(f"{key}..", f"{shape.name} has no text of its own in the contract")
            own = Shape(name=".", tag=".", kind=Kind.ANY)
        return self._leaf(tree["."], own, f"{key}..", row)

    def _members(
        self, tree: Mapping[str, Any], shape: Shape, key: str, row: tuple[str, ...] | None
    ) -> tuple[Node, ...]:
        known = shape.members()
        order = {name: at for at, name in enumerate(known)}
        given = {name: value for name, value in tree.items() if name not in RESERVED}
        self._missing(given, shape, key)
        nodes: list[tuple[int, Node]] = []
        for name, value in given.items():
            member = known.get(name)
            if member is None:
                if not shape.open:
                    hint = did_you_mean(name, (k for k in known if k != "."))
                    self.findings.add(
                        f"{key}.{name}", f"the contract has no {name!r} in {shape.name}", hint
                    )
                member = Shape(name=name, tag=name, kind=Kind.ANY, required=False, open=True)
            nodes.append(
                (order.get(name, len(order)), self.plan(value, member, f"{key}.{name}", row))
            )
        return tuple(node for _, node in sorted(nodes, key=lambda pair: pair[0]))

    def _missing(self, given: Mapping[str, Any], shape: Shape, key: str) -> None:
        for name, member in shape.members().items():
            if member.required and name not in given and name != ".":
                self.findings.add(
                    f"{key}.{name}", f"the contract requires {name!r} in {shape.name}", "map it"
                )

    def _leaf(self, text: Any, shape: Shape, key: str, row: tuple[str, ...] | None) -> Leaf:
        if not isinstance(text, str):
            self.findings.add(key, "is no expression", "write it in quotes, constants as \"'x'\"")
            text = "''"
        if shape.kind is Kind.GROUP and not shape.open and "." not in shape.members():
            names = ", ".join(list(shape.members())[:8])
            self.findings.add(key, f"{shape.name} is a group in the contract", f"map {names}")
        compute, expression = self._compute(text, key, row)
        if expression is not None:
            self._enum(expression, shape, key)
        constant = expression is not None and all(isinstance(t, Literal) for t in expression.terms)
        return Leaf(shape, guarded(key, compute), constant, key)

    def _compute(
        self, text: str, key: str, row: tuple[str, ...] | None
    ) -> tuple[Compute, Expression | None]:
        self.lines += 1
        try:
            expression = parse(text)
            compute, _ = compile_expression(expression, self.env, lambda p: self._resolve(p, row))
        except BadExpression as error:
            self.findings.add(key, str(error))
            return (lambda scope: None), None
        self.python += any(stage.name == "python" for stage in expression.stages)
        return compute, expression

    def _resolve(self, path: Path, row: tuple[str, ...] | None) -> tuple[Compute, Kind]:
        if path.relative:
            return _row_value(path, row), Kind.ANY
        fetch, kind = sources.source(self.call, path)
        used = {"answers": self.answers, "credentials": self.credentials}.get(path.steps[0])
        if used is not None and len(path.steps) == 2:
            used.add(path.steps[1])
        return (lambda scope: fetch(scope.ask)), kind

    def _enum(self, expression: Expression, shape: Shape, key: str) -> None:
        sent = _possible(expression, self.env)
        wrong = sorted(set(sent) - set(shape.enum)) if shape.enum else []
        for code in wrong:
            self.findings.add(
                key, f"{code!r} is no value of {shape.name}", did_you_mean(code, shape.enum)
            )


def _row_value(path: Path, row: tuple[str, ...] | None) -> Compute:
    if row is None:
        raise BadExpression(f"{path} begins with a dot, but there is no each around it")
    if not path.steps:
        return lambda scope: scope.row
    name = path.steps[0]
    if len(path.steps) > 1 or name not in row:
        raise BadExpression(f"a row has no {'.'.join(path.steps)!r}; it has {', '.join(row)}")
    return lambda scope: getattr(scope.row, name)


def _possible(expression: Expression, env: Environment) -> list[str]:
    """The texts an expression can give, where they are known beforehand."""
    last = expression.stages[-1] if expression.stages else None
    if last is None:
        start = expression.start
        known = isinstance(start, Literal) and isinstance(start.value, str)
        return [str(start.value)] if known and isinstance(start, Literal) else []
    return _stage_values(last, env)


def _stage_values(stage: Stage, env: Environment) -> list[str]:
    if stage.name == "code" and stage.args:
        return [str(code) for code in env.tables.get(str(stage.args[0]), {})]
    if stage.name == "boolean" and len(stage.args) == 2:
        return [str(arg.value) for arg in stage.args if isinstance(arg, Literal)]
    return []


def rows_of(group: Group, scope: Scope) -> list[Scope]:
    """The scopes of a group's occurrences: one, or one per row of its `each`."""
    if group.each is None:
        return [scope]
    return [Scope(scope.ask, scope.root, row) for row in group.each(scope.ask)]
