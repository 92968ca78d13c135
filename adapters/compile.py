"""A declared call, bound to its contract and compiled: made once, at start."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from adapters.calls import Dialect, Operation, Outcome, Send, environment, outcome_of
from adapters.documents import BadContract
from adapters.errors import Refused
from adapters.findings import Findings
from adapters.manifest.model import CallbackSpec, CallSpec, Manifest
from adapters.mapping.cast import OUTCOME, Cast
from adapters.mapping.compile import UNFORESEEN, Compute, Scope
from adapters.mapping.convert import MappingError, NotOfKind
from adapters.mapping.demand import Unfit
from adapters.mapping.reply import Read, Reader, Tree
from adapters.mapping.request import Planner, Try
from adapters.mapping.sending import unasked
from adapters.mapping.sources import Ask
from adapters.mapping.straight import Whole
from adapters.meanings import Meanings
from adapters.outcome import Settled, raised
from adapters.rules import Rule
from adapters.shape import Kind, Shape
from adapters.unread import MEND, UNREAD, never
from schema.domain.department import Register, Repeats
from schema.domain.formats import UNWRITABLE

_KINDS = {
    "received_at": Kind.DATETIME,
    "at": Kind.DATETIME,
    "issued_on": Kind.DATE,
    "valid_until": Kind.DATE,
    "matches": Kind.BOOLEAN,
    "found": Kind.BOOLEAN,
    "more": Kind.BOOLEAN,
}

_OURS = frozenset({"reference", "receipt"})
STAMPS = frozenset({"sent_at", "call_id"})  # what each call has of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The compiled reply lines of one call."""

    rows: Read | None
    lines: Mapping[str, Compute]
    whole: Whole
    judged: Whole  # the same, and what the row says of itself, where it says it
    certificate: Mapping[str, Compute] | None
    match: Compute | None
    each_outcome: Outcome

    def scopes(self, ask: Ask, root: Any) -> list[Scope]:
        """Where the lines are evaluated: once per row, or once for the whole answer."""
        if self.rows is None:
            return [Scope(ask, root)]
        return [Scope(ask, root, row) for row in self.rows(root)]

    def read(self, scope: Scope) -> dict[str, Any]:
        """All fields of one row."""
        return self.whole(scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call ready to be made."""

    spec: CallSpec
    send: Send
    outcome: Outcome
    fields: Fields
    keyed: tuple[Try, ...] = ()  # of a look-up: what may refuse its key
    stamps: frozenset[str] = STAMPS  # of these, what its mapping takes
    doubted: bool = False  # a refusal in the words of a reply may be the answer to another call

    def possible(self, key: str) -> bool:
        """Whether the contract allows this key at all: what it does not allow cannot be there.

        Nor what nothing that is written can hold: no other key of its call is to fail with it.
        """
        if UNWRITABLE.search(key):
            return False
        try:
            for attempt in self.keyed:
                attempt(key)
        except (Unfit, NotOfKind):
            return False
        except UNFORESEEN:
            return True  # told when it is sent
        return True

    async def ask(self, ask: Ask, deadline: float) -> Any:
        """The reply's root, or Settled when there is nothing to read; all else raises.

        `ask` holds everything the request may be made of.
        """
        return self.judged(ask, await self.send(ask, deadline))

    def judged(self, ask: Ask, root: Any) -> Any:
        """The root `send` gave to this, where the reply says that it went well; as `ask`."""
        if self.outcome.code is None or isinstance(root, Settled | Cast):
            return root  # a cast says that it went well, or it were none
        verdict = self.outcome.judge(Scope(ask, root))
        if verdict is None:
            return root
        if self.doubted and isinstance(verdict, Refused):
            verdict.proven = self._tells_whose(Scope(ask, root))
        return raised(verdict)

    def _tells_whose(self, scope: Scope) -> bool:
        """Whether an answer repeats the reference or the receipt it was asked with."""
        for name in self.fields.lines.keys() & _OURS:
            with suppress(MappingError):
                said = self.fields.lines[name](scope)
                if said is not None and str(said) == str(scope.ask.get(name)):
                    return True
        return False


@dataclass(slots=True)
class Counted:
    """How many mapping lines a department has, and how many need Python."""

    lines: int = 0
    python: int = 0


class Compiler:
    """Compiles the calls of one department; every mistake becomes a finding."""

    def __init__(self, manifest: Manifest, dialect: Dialect, findings: Findings) -> None:
        self.manifest, self.dialect, self.findings = manifest, dialect, findings
        self.meanings = Meanings(manifest, findings)
        self.counted = Counted()
        self.answers: set[str] = set()
        self.credentials: set[str] = set()

    def call(self, spec: CallSpec, register: Register | None = None) -> Call:
        """The compiled call; without its operation its lines are held against nothing."""
        operation = self._operation(spec)
        env = environment(self.manifest, replying=False)
        planner = Planner(
            spec.call,
            env,
            self.findings,
            operation.inner,
            answers=self.answers,
            credentials=self.credentials,
            const=spec.const,
            batch=spec.batch,
        )
        node = planner.plan(spec.request, operation.request, f"{spec.key}.request")
        told = planner.unread or self.findings.told(f"{spec.key}.request")
        if not spec.match and not told:
            keyed = self.manifest.repeats is not Repeats.BLIND
            unasked(self.findings, spec.call, planner.used, f"{spec.key}.request", keyed=keyed)
        self._count(planner)
        reader = self._reader(spec.call, operation.tree, operation.reply)
        outcome = outcome_of(self.manifest, spec, reader)
        self.meanings.outcomes(spec, outcome, operation)
        fields = self.fields(spec, reader, register)
        sender = operation.sender(node, outcome) if not self.findings.items else never
        return Call(
            spec=spec,
            send=sender,
            outcome=outcome,
            fields=fields,
            keyed=tuple(planner.keyed),
            stamps=STAMPS & (planner.used | reader.used),
            doubted=spec.writes,
        )

    def _operation(self, spec: CallSpec) -> Operation:
        try:
            found = self.dialect.operation(spec, self.findings) if spec.operation else None
        except BadContract as error:  # one of the contract's files, which this call needs
            self.findings.add(f"{spec.key}.operation", str(error), MEND)
            found = None
        return found or UNREAD

    def callback(self, spec: CallbackSpec, shape: Shape, tree: Tree) -> Fields:
        """The reply lines of the department's own messages."""
        as_call = CallSpec(
            key="callback", call="callback", operation="", reply=spec.reply, each=spec.each
        )
        return self.fields(as_call, self._reader("callback", tree, shape), None)

    def fields(self, spec: CallSpec, reader: Reader, register: Register | None) -> Fields:
        """The reply lines of a call."""
        rows = reader.rows(spec.each, f"{spec.key}.each") if spec.each else None
        reader.failing = spec.each_outcome.code
        if register is not None:
            lines = self._record(spec, reader, register)
        else:
            plain = {k: v for k, v in spec.reply.items() if k != "certificate"}
            lines = self._lines(plain, reader, f"{spec.key}.reply")
        certificate = None
        if "certificate" in spec.reply and isinstance(spec.reply["certificate"], Mapping):
            key = f"{spec.key}.reply.certificate"
            certificate = self._lines(spec.reply["certificate"], reader, key)
        each_outcome = outcome_of(self.manifest, spec, reader, row=True)
        whole, said = Whole(lines, reader.drawn, reader.tree), each_outcome.code
        self.meanings.statuses(spec)
        match = reader.field(spec.match, Kind.TEXT, f"{spec.key}.match") if spec.match else None
        self._count(reader)
        return Fields(
            rows=rows,
            lines=lines,
            whole=whole,
            judged=Whole({**lines, OUTCOME: said}, reader.drawn, reader.tree) if said else whole,
            certificate=certificate,
            match=match or self._default_match(spec, lines),
            each_outcome=each_outcome,
        )

    def _lines(self, lines: Mapping[str, Any], reader: Reader, key: str) -> Mapping[str, Compute]:
        return {
            name: reader.field(text, _KINDS.get(name, Kind.TEXT), f"{key}.{name}")
            for name, text in lines.items()
        }

    def _record(self, spec: CallSpec, reader: Reader, register: Register) -> Mapping[str, Compute]:
        """The lines of a register's record; without rows it is there when its key is."""
        fields = {f.name: f for f in register.fields}
        beside = spec.reply.get(register.key) if spec.each is None else None
        return {
            name: reader.field(
                text,
                Kind(fields[name].kind),
                f"{spec.key}.reply.{name}",
                beside=beside,
                needed=fields[name].required and (bool(spec.each) or name != register.key),
            )
            for name, text in spec.reply.items()
        }

    def _default_match(self, spec: CallSpec, lines: Mapping[str, Compute]) -> Compute | None:
        name = "receipt" if spec.call == "progress" else spec.key.rpartition(".")[2]
        if spec.batch > 1 and name not in lines and not spec.match:
            sentence, remedy = "rows cannot be told apart", "say which key a row belongs to"
            self.findings.add(f"{spec.key}.match", sentence, remedy, Rule.CALL_MATCH)
        return lines.get(name)

    def _reader(self, call: str, tree: Tree, shape: Shape) -> Reader:
        return Reader(call, environment(self.manifest, replying=True), self.findings, tree, shape)

    def _count(self, counted: Planner | Reader) -> None:
        self.counted.lines += counted.lines
        self.counted.python += counted.python
