"""Reply lines, checked against the contract and compiled to readers of validated messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from adapters.findings import Findings, did_you_mean
from adapters.mapping import layouts, sources
from adapters.mapping.compile import Compute, chained, guarded, staged
from adapters.mapping.convert import TO_KIND, MappingError
from adapters.mapping.functions import Environment, Step
from adapters.mapping.parse import BARE, BadExpression, Expression, Path, parse
from adapters.mapping.straight import A_LIST, Line, Walks, Way
from adapters.mapping.taking import absence, cover, listed, may_be_absent, one_value, readable
from adapters.rules import Rule
from adapters.shape import Kind, Shape, hidden

_INTO_LIST = (
    f'write each = "{BARE}", and a dot before what is read of a row (".name"); '
    "an outcome it has no code for is outcome = {}"
)
Read = Callable[[Any], Any]
Fields = Callable[[Any], Mapping[str, Any]]


class Tree(Walks, Protocol):
    """How a message of one protocol is read once it is validated."""

    def value(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """The value at the end of `steps`, None when absent."""
        ...

    def values(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """All values at the end of `steps`, as a list."""
        ...

    def rows(self, shape: Shape, steps: tuple[Shape, ...]) -> Read:
        """All nodes at the end of `steps`, as a list."""
        ...


@dataclass(slots=True)
class Reader:
    """Compiles the reply lines of one call; every mistake becomes a finding."""

    call: str
    env: Environment
    findings: Findings
    tree: Tree
    root: Shape
    row: Shape | None = None
    lines: int = 0
    python: int = 0
    failing: str | None = None  # the path that says of a row that it failed
    used: set[str] = field(default_factory=set)  # what the lines take of what was asked
    drawn: dict[Compute, Line] = field(default_factory=dict)  # each line in its parts

    def rows(self, text: str, key: str) -> Read:
        """A reader of the repeated part at `text`; from here on `.x` starts at its rows."""
        try:
            path = parse(text).start
            steps = self._walk(self.root, Path(getattr(path, "steps", ())))
            if not isinstance(path, Path) or path.relative:
                sentence = "each is a path from the root of the answer"
                remedy = "name the repeated part, without a leading dot"
                self.findings.add(key, sentence, remedy, Rule.CALL_EACH)
        except BadExpression as error:
            self.findings.add(key, str(error), error.remedy, error.rule)
            self.row = hidden()
            return lambda node: []
        self.row = steps[-1] if steps else self.root
        return self.tree.rows(self.root, steps)

    def field(
        self, text: Any, kind: Kind, key: str, *, beside: Any = None, needed: bool = False
    ) -> Compute:
        """A reader of one line that gives a value of `kind`.

        `needed`: it must have a value wherever the line `beside` it has one.
        """
        self.lines += 1
        try:
            if not isinstance(text, str):
                remedy = "write it in quotes"
                raise BadExpression("is no expression", Rule.EXPRESSION_TYPE, remedy)
            expression = parse(text)
            start, stages, made = staged(expression, self.env, self._resolve)
        except BadExpression as error:
            self.findings.add(key, str(error), error.remedy, error.rule)
            return lambda scope: None
        self.python += expression.uses("python")
        self._checked(expression, made, kind, key)
        if needed and may_be_absent(expression, self._loose(expression, beside)):
            sentence = "may be absent by the contract, and the field is not optional"
            remedy = "set optional = true, or add | default …"
            self.findings.add(key, sentence, remedy, Rule.REGISTER_ABSENT)
        convert = _converter(made, kind)
        read = guarded(key, _as_kind(chained(start, stages), convert))
        way = self._way(expression)
        self.drawn[read] = Line(key=key, start=start, way=way, stages=stages, convert=convert)
        return read

    def _way(self, expression: Expression) -> Way | None:
        """From where, and by which steps, a line's one value is read; None where it is none."""
        path = expression.start
        if not isinstance(path, Path) or listed(path) or path.steps[:1] == ("request",):
            return None
        steps = self._steps(path)
        last = steps[-1] if steps else None
        if last is not None and last.kind is Kind.GROUP and not (last.open or last.member(".")):
            return None  # whether it is there
        if path.relative:
            return None if self.row is None else Way("row", self.row, steps)
        return Way("root", self.root, steps)

    def _checked(self, expression: Expression, made: Kind, kind: Kind, key: str) -> None:
        ends = [steps[-1] for steps in map(self._steps, _paths(expression)) if steps]
        readable(self.findings, expression, made, kind, ends, key)
        one_value(self.findings, expression, key)
        for end in ends:
            layouts.read(self.findings, expression, end, key, self.env)
            if end.write_only:
                sentence = f"only we say {end.name!r}"
                self.findings.add(key, sentence, "read another path", Rule.REPLY_WRITE_ONLY)
        for one in (expression, *expression.nested):
            first = one.stages[0] if one.stages else None
            if first is not None and first.name == "code" and isinstance(one.start, Path):
                table, steps = str(first.args[0]), self._steps(one.start)
                enum = steps[-1].enum if steps else ()
                cover(self.findings, self.env.tables.get(table, {}), enum, table)

    def _steps(self, path: Path) -> tuple[Shape, ...]:
        """The shapes along a path of the reply; none for what was asked."""
        if path.steps[:1] == ("request",) and not path.relative:
            return ()
        base = self.row if path.relative else self.root
        return self._walk(base, path) if base is not None else ()

    def _loose(self, expression: Expression, beside: Any) -> list[bool]:
        """For each path, whether a step of it may be absent that `beside` does not need."""
        found = []
        for path in _paths(expression):
            base = self.row if path.relative and self.row else self.root
            steps, failing = self._steps(path), self._told(self.failing)
            since = _common(steps, self._told(beside))
            apart = _common(steps, failing)
            for at in range(since, len(steps)):
                other = failing[at].name if at == apart and at < len(failing) else None
                parent = steps[at - 1] if at else base
                if absence(parent, steps[at], other):
                    found.append(True)
                    break
            else:
                found.append(False)
        return found

    def _told(self, line: Any) -> tuple[Shape, ...]:
        """The shapes along the first path of another line; none when it cannot be read."""
        try:
            paths = _paths(parse(line)) if isinstance(line, str) else []
            return self._steps(paths[0]) if paths else ()
        except BadExpression:
            return ()

    def _resolve(self, path: Path) -> tuple[Compute, Kind]:
        if path.relative:
            if self.row is None:
                sentence = f"{path} begins with a dot, but the call has no each"
                raise BadExpression(sentence, Rule.SOURCE_ROW, "add each, or remove the dot")
            read, kind = self._reader(self.row, path)
            return (lambda scope: read(scope.row)), kind
        if path.steps[0] == "request" and len(path.steps) > 1:
            fetch, kind = sources.source(self.call, Path(path.steps[1:]))
            self.used.add(path.steps[1])
            return (lambda scope: fetch(scope.ask)), kind
        read, kind = self._reader(self.root, path)
        return (lambda scope: read(scope.root)), kind

    def _reader(self, base: Shape, path: Path) -> tuple[Read, Kind]:
        many = listed(path)
        steps = self._walk(base, path)
        last = steps[-1] if steps else base
        if last.kind is Kind.GROUP:
            text = last.member(".")
            if text is None and not last.open:
                return self._presence(base, steps)
            last = text or last
        if many:
            return self.tree.values(base, steps), Kind.ANY
        return self.tree.value(base, steps), last.kind

    def _presence(self, base: Shape, steps: tuple[Shape, ...]) -> tuple[Read, Kind]:
        rows = self.tree.rows(base, steps)
        return (lambda node: rows(node) or None), Kind.GROUP

    def _walk(self, base: Shape, path: Path) -> tuple[Shape, ...]:
        here, walked = base, []
        for step in path.steps if path.relative else _entered(base, path):
            name = step.removesuffix("[]")
            found = here.member(name)
            if found is None:
                if not here.open:
                    hint = did_you_mean(name, (k for k in here.members() if k != "."))
                    sentence = f"the contract has no {name!r} in {here.name}"
                    raise BadExpression(sentence, Rule.REPLY_UNKNOWN, hint)
                found = replace(hidden(name), unknown=here.unknown)
            walked.append(found)
            here = found
        return tuple(walked)


def _entered(root: Shape, path: Path) -> tuple[str, ...]:
    """The steps of a path from the root that lie below it; into a bare list leads `[]` alone."""
    enters = path.steps[:1] == (BARE,)
    if root.repeated and not enters:
        raise BadExpression("the answer is a bare list", Rule.CALL_EACH, _INTO_LIST)
    if enters and not (root.repeated or root.open):
        remedy = "name the repeated part, followed by []"
        raise BadExpression("the answer is no bare list", Rule.CALL_EACH, remedy)
    return path.steps[1:] if enters else path.steps


def _paths(expression: Expression) -> list[Path]:
    return [term for term in expression.terms if isinstance(term, Path)]


def _common(one: tuple[Shape, ...], other: tuple[Shape, ...]) -> int:
    """How many steps two paths share."""
    at = 0
    while at < min(len(one), len(other)) and one[at].name == other[at].name:
        at += 1
    return at


def _converter(made: Kind, kind: Kind) -> Step | None:
    """What makes a value of `made` one of `kind`; None where nothing has to be done."""
    return None if kind is made is Kind.TEXT else TO_KIND.get(kind)


def _as_kind(compute: Compute, convert: Step | None) -> Compute:
    if convert is None:
        return compute

    def call(scope: Any) -> Any:
        value = compute(scope)
        if isinstance(value, list):
            raise MappingError(A_LIST)
        return None if value is None else convert(value)

    return call
