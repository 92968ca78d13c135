"""Codes and words with a meaning: every result and status a contract lists is one of ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.calls import Operation, Outcome
from adapters.findings import Findings, did_you_mean
from adapters.manifest.model import CallSpec, Manifest
from adapters.mapping.codes import REST, codes_of
from adapters.mapping.parse import BadExpression, Literal, parse
from adapters.outcome import Meaning
from adapters.rules import Rule
from adapters.undecided import stands_in
from schema.domain.filing import ItemStatus


@dataclass(frozen=True, slots=True)
class Meanings:
    """Checks the codes of one department's calls; every mistake becomes a finding."""

    manifest: Manifest
    findings: Findings

    def statuses(self, spec: CallSpec) -> None:
        """Every value a status line can give is one of ours."""
        line = spec.reply.get("status")
        if spec.call not in ("progress", "feed", "callback") or not isinstance(line, str):
            return
        tables = list(_tables(line))
        if not tables:
            sentence, remedy = "must run through a code table", "add | code status"
            self.findings.add(f"{spec.key}.reply.status", sentence, remedy, Rule.STATUS_TABLE)
        for name in tables:
            self._status_codes(name, self.manifest.codes.get(name, {}))

    def _status_codes(self, name: str, table: Mapping[str, Any]) -> None:
        if REST in table:
            sentence = "would give unknown statuses a meaning"
            remedy = "remove it and name every code"
            self.findings.add(f"codes.{name}.{REST}", sentence, remedy, Rule.STATUS_REST)
        for code, value in codes_of(table).items():
            place = f"codes.{name}.{code}"
            if value not in tuple(ItemStatus) and not self.findings.told(place):
                remedy = f"use {', '.join(ItemStatus)}"
                self.findings.add(place, f"{value!r} is no status", remedy, Rule.STATUS_VALUE)

    def outcomes(self, spec: CallSpec, outcome: Outcome, operation: Operation) -> None:
        """Every result code the contract lists is a success or has a meaning."""
        self._failing(spec, outcome, operation)
        if not spec.outcome.code:
            return
        shape = operation.reply.at(tuple(spec.outcome.code.split("|")[0].strip().split(".")))
        enum = shape.enum if shape else ()
        known = {**outcome.faults.table, **dict.fromkeys(outcome.success, Meaning.DONE)}
        self._meant(spec, enum, known)
        unknown = {code for code in outcome.success - set(enum) if enum and not stands_in(code)}
        for code in sorted(unknown):
            sentence, place = f"{code!r} is no code of the contract", self._successes(spec)
            self.findings.add(place, sentence, did_you_mean(code, enum), Rule.OUTCOME_SUCCESS)

    def _meant(self, spec: CallSpec, codes: tuple[str, ...], known: Mapping[str, Meaning]) -> None:
        for code in (code for code in codes if code not in known):
            places = (f"faults.{code}", f"{spec.key}.faults.{code}")
            if any(self.findings.told(place, besides=Rule.OUTCOME_CODE) for place in places):
                continue  # it has a meaning, which is no word of ours
            sentence = f"the contract's code {code!r} has no meaning"
            remedy = f'add "{code}" = "refused" to [faults], or another meaning'
            self.findings.add("faults", sentence, remedy, Rule.OUTCOME_CODE)

    def _failing(self, spec: CallSpec, outcome: Outcome, operation: Operation) -> None:
        """The code of an error is where the contract says, and every one it lists has a meaning."""
        path = spec.outcome.fault_code
        if not path or operation.failure is None:
            return
        shape = operation.failure.reach(tuple(path.split(".")))
        if shape is None:
            own = path != self.manifest.outcome.fault_code
            place = f"{spec.key}.outcome.fault_code" if own else "outcome.fault_code"
            sentence = f"no error of {spec.operation} has a {path!r}"
            hint = did_you_mean(path, operation.failure.members())
            self.findings.add(place, sentence, hint, Rule.OUTCOME_FAULT)
            return
        known = dict.fromkeys(outcome.success, Meaning.DONE) | dict(outcome.faults.table)
        self._meant(spec, shape.enum, known)

    def _successes(self, spec: CallSpec) -> str:
        same = spec.outcome.success == self.manifest.outcome.success
        return "outcome.success" if same else f"{spec.key}.outcome.success"


def _tables(line: str) -> Iterator[str]:
    """The code tables a line runs through; none when it cannot be read, which is told elsewhere."""
    try:
        expression = parse(line)
    except BadExpression:
        return
    for stage in expression.stages:
        if stage.name == "code" and stage.args:
            yield str(stage.args[0])
        elif stage.name == "python":
            yield ""
    if isinstance(expression.start, Literal) and expression.start.value in tuple(ItemStatus):
        yield ""
