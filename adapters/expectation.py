"""What a manifest takes for a good reply, as plain data: a mock of the contract answers by it.

    {"Read": {"success": {"head.code": ["0"]},          the codes that are no failure
              "codes":   {"Record.Kind": ["A", "B"]},   the words a mapped field may hold
              "forms":   {"Record.Built": "%Y%m%d"},    how a mapped text is read
              "echoes":  {"Record.Id": ["Id"]},         what repeats which places of the request
              "reads":   ["Record.Id", …],              every place the manifest reads
              "says":    ["head.code"],                 where a reply says how it went
              "fault":   "detail.Code",                 and where a fault does
              "failures": {"busy": ["9001"]},           its codes for what a call may meet
              "follows": {"Receipt.No": ["Ref"]},       what is made from which places asked
              "passing": ["Head.Sign"]}}                where each request says something else

Places are dotted paths from the root of the message, or of the document carried in it, which
`inner` names. `null` among the values says that the place may be left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from adapters.manifest.model import CallSpec, Manifest, OutcomeRule
from adapters.mapping.codes import codes_of
from adapters.mapping.parse import BadExpression, Expression, Literal, Path, Stage, parse
from adapters.mapping.reserved import ROWS, TEXT, members_of, says
from adapters.outcome import Meaning

Values: TypeAlias = Sequence[str | None]

_ASKED = ("key", "keys", "receipt", "receipts", "reference")
_OF_ONE_CALL = (("sent_at",), ("call_id",), ("credentials",))
_PASSING = frozenset({"trim", "text", "upper", "lower", "blank", "default"})
_TIMES = frozenset({"date", "datetime"})
_NUMBERS = frozenset({"integer", "decimal", "document_number"})
_TOLD = (Meaning.BUSY, Meaning.ABSENT, Meaning.REFUSED)
_CARRIED = "token"  # a text a header can carry


@dataclass(slots=True)
class Expectation:
    """Of the replies to one operation; several calls of a manifest may share it."""

    success: dict[str, Values] = field(default_factory=dict)
    codes: dict[str, Values] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    echoes: dict[str, list[str]] = field(default_factory=dict)
    reads: dict[str, None] = field(default_factory=dict)
    inner: dict[str, str] = field(default_factory=dict)
    says: dict[str, None] = field(default_factory=dict)
    fault: str = ""
    failures: dict[str, list[str]] = field(default_factory=dict)
    follows: dict[str, list[str]] = field(default_factory=dict)
    passing: dict[str, None] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As it is handed over."""
        said = {
            "success": self.success, "codes": self.codes, "forms": self.forms,
            "echoes": self.echoes, "reads": list(self.reads), "inner": self.inner,
            "says": list(self.says), "fault": self.fault, "failures": self.failures,
            "follows": self.follows, "passing": list(self.passing),
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}

    def add(self, spec: CallSpec, manifest: Manifest) -> None:
        """Take in what one call of the manifest expects."""
        if spec.inner is not None:
            root = str(manifest.folder / spec.inner.root)
            self.inner = self.inner or {"at": spec.inner.at, "root": root}
        each = _steps(spec.each)
        self._outcome(spec.outcome, ())
        self._failures(spec, manifest)
        self._outcome(spec.each_outcome, each)
        for line in _lines([spec.reply, spec.match]):
            self._line(line, each, manifest.codes)
        self._echo(spec, each)
        self.passing |= dict.fromkeys(_passing(spec.request))
        if spec.call in ("file", "find_filing"):
            self._receipt(spec, each)

    def _outcome(self, rule: OutcomeRule, each: Sequence[str]) -> None:
        if rule.code is None or (line := _read(rule.code)) is None:
            return
        ours = [stage.args[0] for stage in line.stages if stage.name == "default"]
        absent = any(isinstance(one, Literal) and one.value in rule.success for one in ours)
        for place in _places(line, each):
            _narrow(self.success, place, [None] if absent else rule.success)

    def _failures(self, spec: CallSpec, manifest: Manifest) -> None:
        line = _read(spec.outcome.code)
        self.says |= dict.fromkeys(_places(line, ()) if line is not None else ())
        self.fault = self.fault or spec.outcome.fault_code or ""
        for code, meaning in {**manifest.faults, **spec.faults}.items():
            known = self.failures.setdefault(meaning, []) if meaning in _TOLD else []
            known += [code] if code not in known else []

    def _line(
        self, line: Expression, each: Sequence[str], tables: Mapping[str, Mapping[str, Any]]
    ) -> None:
        stage = next((one for one in line.stages if one.name not in _PASSING), None)
        for place in _places(line, each):
            self.reads[place] = None
            if stage is None:
                continue
            if values := _values(stage, tables):
                _narrow(self.codes, place, values)
            elif form := _form(stage):
                self.forms.setdefault(place, form)

    def _receipt(self, spec: CallSpec, each: Sequence[str]) -> None:
        """One filing has one receipt, by whichever call it is told."""
        asked = [at for source, at in _asked(spec.request) if source == "reference"]
        for name in ("number", "received_at"):
            line = _read(spec.reply.get(name))
            for place in list(_places(line, each))[:1] if line is not None else ():
                known = self.follows.setdefault(place, [])
                known += [at for at in asked if at not in known]
                if name == "received_at":
                    self.forms.setdefault(place, "datetime")

    def _echo(self, spec: CallSpec, each: Sequence[str]) -> None:
        for source, asked in _asked(spec.request):
            line = _read(_repeats(spec, source.removesuffix("s")))
            if line is not None and (isinstance(line.start, Path) or _completed(line)):
                for place in _places(line, each):
                    known = self.echoes.setdefault(place, [])
                    known += [asked] if asked not in known else []


def expected_of(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """What is expected of the replies to each operation; lines that cannot be read say nothing."""
    found: dict[str, Expectation] = {}
    for spec in manifest.calls:
        if spec.operation:
            found.setdefault(spec.operation, Expectation()).add(spec, manifest)
    if "token_path" in manifest.auth.options:
        where = f"POST {manifest.auth.options['token_path']}"
        found.setdefault(where, Expectation()).forms["access_token"] = _CARRIED
    return {operation: one.plain() for operation, one in found.items()}


def _repeats(spec: CallSpec, source: str) -> object:
    """The reply line that says again what was asked under this source."""
    if source == "key":
        return spec.match or spec.reply.get(spec.key.rpartition(".")[2])
    said = spec.reply.get(source)
    return said if said is not None or source != "receipt" else spec.match


def _asked(tree: object) -> Iterator[tuple[str, str]]:
    """What is asked by, and the place of the request where it stands."""
    for line, place, row in _written(tree, (), None):
        if isinstance(line.start, Path):
            source = row if line.start == Path((), relative=True) else str(line.start)
            if source in _ASKED:
                yield source, place


def _passing(tree: object) -> Iterator[str]:
    """The places of the request that hold what is so in no other: moments, ids, who calls."""
    for line, place, _ in _written(tree, (), None):
        if any(isinstance(one, Path) and one.steps[:1] in _OF_ONE_CALL for one in line.terms):
            yield place


def _written(
    tree: object, at: tuple[str, ...], row: str | None
) -> Iterator[tuple[Expression, str, str | None]]:
    """Each line of a request, its place, and the rows it stands in."""
    if isinstance(tree, Mapping):
        row = str(tree[ROWS]) if says(tree, ROWS) else row
        for name, inside in members_of(tree).items():
            yield from _written(inside, (*at, name), row)
        if TEXT in tree:
            yield from _written(tree[TEXT], at, row)
    elif isinstance(tree, list):
        for inside in tree:
            yield from _written(inside, at, row)
    elif (line := _read(tree)) is not None:
        yield line, ".".join(at), row


def _lines(said: object) -> Iterator[Expression]:
    if isinstance(said, Mapping):
        said = list(said.values())
    if isinstance(said, list):
        for inside in said:
            yield from _lines(inside)
    elif (line := _read(said)) is not None:
        yield line


def _read(line: object) -> Expression | None:
    try:
        return parse(line) if isinstance(line, str) else None
    except BadExpression:
        return None


def _places(line: Expression, each: Sequence[str]) -> Iterator[str]:
    for term in line.terms:
        if isinstance(term, Path) and (term.relative or term.steps[0] != "request"):
            steps = (*each, *term.steps) if term.relative else term.steps
            names = (step.removesuffix("[]") for step in steps)
            yield ".".join(name for name in names if name)  # a bare list has no name


def _completed(line: Expression) -> bool:
    """Whether what the reply repeats is but a part, and the rest is taken from what was asked."""
    return any(isinstance(term, Path) and term.steps[:1] == ("request",) for term in line.terms)


def _steps(each: str | None) -> tuple[str, ...]:
    line = _read(each)
    return line.start.steps if line is not None and isinstance(line.start, Path) else ()


def _values(stage: Stage, tables: Mapping[str, Mapping[str, Any]]) -> Values:
    words = [str(arg.value) for arg in stage.args if isinstance(arg, Literal)]
    if stage.name == "boolean":
        return words if len(words) == len(stage.args) else ()
    return list(codes_of(tables.get(str(stage.args[0]), {}))) if _is_code(stage) else ()


def _is_code(stage: Stage) -> bool:
    return stage.name == "code" and bool(stage.args)


def _form(stage: Stage) -> str:
    if stage.name in _TIMES:
        first = next(iter(stage.args), None)
        return str(first.value) if isinstance(first, Literal) else stage.name
    return stage.name if stage.name in _NUMBERS else ""


def _narrow(known: dict[str, Values], place: str, values: Values) -> None:
    """Of what several calls take at one place, what all of them do; else what the first does."""
    both = [value for value in known.get(place, values) if value in values]
    known[place] = both or known[place]
