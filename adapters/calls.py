"""What the two protocols share: a bound operation, and how its codes are judged."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from adapters.errors import AdapterError
from adapters.findings import Findings
from adapters.manifest.model import CallSpec, Manifest
from adapters.mapping.compile import Compute, Scope
from adapters.mapping.convert import MappingError, to_text
from adapters.mapping.functions import Environment
from adapters.mapping.reply import Reader, Tree
from adapters.mapping.request import Inner, Node
from adapters.mapping.sources import Ask
from adapters.outcome import Faults, Meaning, Settled
from adapters.shape import Kind, Shape

Send = Callable[[Ask, float], Awaitable[Any]]
"""One exchange: what is asked and the deadline in; the validated reply's root, or Settled, out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call's replies say how it went."""

    faults: Faults
    success: frozenset[str] = frozenset()
    code: Compute | None = None
    text: Compute | None = None
    fault_code: str | None = None
    fault_text: str | None = None

    def judge(self, scope: Scope) -> Settled | AdapterError | None:
        """None when the reply (or row) is a success."""
        if self.code is None:
            return None
        value = self.code(scope)
        code = None if value is None else to_text(value)
        if code in self.success:
            return None
        text = None if self.text is None else self.text(scope)
        shown = None if text is None else to_text(text)
        return self.faults.settle([code], shown, Meaning.CONTRACT_BROKEN)

    def well(self, root: Any) -> bool:
        """Whether a reply is a success, whatever was asked."""
        try:
            return self.judge(Scope({}, root)) is None
        except MappingError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of the contract: what it takes, what it gives, and how to make a sender."""

    request: Shape
    reply: Shape
    tree: Tree
    inner: Inner
    sender: Callable[[Node, Outcome], Send]
    conditional: bool = False
    failure: Shape | None = None  # the body of an error, where the contract describes it


class Dialect(Protocol):
    """A department's contract in one protocol."""

    def operation(self, spec: CallSpec, findings: Findings) -> Operation | None:
        """The operation a call names, or None and findings."""
        ...


Trace = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rim:
    """What reaches a department's engine from outside: clock, ids, trace headers."""

    now: Callable[[], float]
    new_id: Callable[[], str]
    nonce: Callable[[], bytes]
    trace: Trace = field(default=dict)


def outcome_of(manifest: Manifest, spec: CallSpec, reader: Reader, *, row: bool = False) -> Outcome:
    """The compiled outcome rule of a call, or of its rows."""
    rule = spec.each_outcome if row else spec.outcome
    key = f"{spec.key}.{'each_outcome' if row else 'outcome'}"
    faults = Faults(manifest.id, {**manifest.faults, **spec.faults})
    code = text = None
    if rule.code:
        code = reader.field(rule.code, Kind.TEXT, f"{key}.code")
    if rule.text:
        text = reader.field(rule.text, Kind.TEXT, f"{key}.text")
    return Outcome(
        faults=faults,
        success=frozenset(rule.success),
        code=code,
        text=text,
        fault_code=rule.fault_code,
        fault_text=rule.fault_text,
    )


def environment(manifest: Manifest, *, replying: bool) -> Environment:
    """What the mapping lines of a department may refer to."""
    return Environment(replying=replying, tables=manifest.codes, python=manifest.python)
