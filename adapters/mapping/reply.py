"""Reply lines, checked against the contract and compiled to readers of validated messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from adapters.findings import Findings, did_you_mean
from adapters.mapping import sources
from adapters.mapping.compile import Compute, compile_expression, guarded
from adapters.mapping.convert import TO_KIND, MappingError
from adapters.mapping.functions import Environment
from adapters.mapping.parse import BadExpression, Expression, Path, parse
from adapters.shape import Kind, Shape

Read = Callable[[Any], Any]
Fields = Callable[[Any], Mapping[str, Any]]


class Tree(Protocol):
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

    def rows(self, text: str, key: str) -> Read:
        """A reader of the repeated part at `text`; from here on `.x` starts at its rows."""
        try:
            path = parse(text).start
            if not isinstance(path, Path) or path.relative:
                raise BadExpression("each is a path from the root of the answer")
            steps = self._walk(self.root, path)
        except BadExpression as error:
            self.findings.add(key, str(error))
            self.row = Shape(name="?", tag="?", kind=Kind.GROUP, open=True)
            return lambda node: []
        self.row = steps[-1] if steps else self.root
        return self.tree.rows(self.root, steps)

    def field(self, text: Any, kind: Kind, key: str) -> Compute:
        """A reader of one line that gives a value of `kind`."""
        self.lines += 1
        try:
            if not isinstance(text, str):
                raise BadExpression("is no expression; write it in quotes")
            expression = parse(text)
            compute, made = compile_expression(expression, self.env, self._resolve)
        except BadExpression as error:
            self.findings.add(key, str(error))
            return lambda scope: None
        self.python += any(stage.name == "python" for stage in expression.stages)
        self._codes(expression, key)
        return guarded(key, _as_kind(compute, made, kind))

    def _resolve(self, path: Path) -> tuple[Compute, Kind]:
        if path.relative:
            if self.row is None:
                raise BadExpression(f"{path} begins with a dot, but the call has no each")
            read, kind = self._reader(self.row, path)
            return (lambda scope: read(scope.row)), kind
        if path.steps[0] == "request" and len(path.steps) > 1:
            fetch, kind = sources.source(self.call, Path(path.steps[1:]))
            return (lambda scope: fetch(scope.ask)), kind
        read, kind = self._reader(self.root, path)
        return (lambda scope: read(scope.root)), kind

    def _reader(self, base: Shape, path: Path) -> tuple[Read, Kind]:
        many = bool(path.steps) and path.steps[-1].endswith("[]")
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
        for step in path.steps:
            name = step.removesuffix("[]")
            found = here.member(name)
            if found is None:
                if not here.open:
                    hint = did_you_mean(name, (k for k in here.members() if k != "."))
                    raise BadExpression(f"the contract has no {name!r} in {here.name}; {hint}")
                found = Shape(name=name, tag=name, kind=Kind.ANY, required=False, open=True)
            walked.append(found)
            here = found
        return tuple(walked)

    def _codes(self, expression: Expression, key: str) -> None:
        """Every code the contract lists has a meaning, and no other is in the table."""
        if not expression.stages or expression.stages[0].name != "code":
            return
        start = expression.start
        if not isinstance(start, Path) or start.steps[:1] == ("request",):
            return
        base = self.row if start.relative else self.root
        steps = self._walk(base, start) if base is not None else ()
        table = str(expression.stages[0].args[0])
        cover(self.findings, self.env.tables.get(table, {}), steps[-1].enum if steps else (), table)


def cover(findings: Findings, table: Mapping[str, Any], enum: tuple[str, ...], name: str) -> None:
    """Findings for codes of the contract without a meaning, and meanings without a code."""
    if not enum:
        return
    for code in enum:
        if code not in table:
            findings.add(f"codes.{name}", f"the contract's code {code!r} has no meaning", "add it")
    for code in table:
        if code not in enum:
            findings.add(
                f"codes.{name}.{code}", "is no code of the contract", did_you_mean(code, enum)
            )


def _as_kind(compute: Compute, made: Kind, kind: Kind) -> Compute:
    if kind is made is Kind.TEXT:
        return compute
    convert = TO_KIND.get(kind)
    if convert is None:
        return compute

    def call(scope: Any) -> Any:
        value = compute(scope)
        if isinstance(value, list):
            raise MappingError("is a list where one value is wanted")
        return None if value is None else convert(value)

    return call
