"""The calls a manifest declares: registers with look-ups, services with verbs, the rest."""

from collections.abc import Mapping
from typing import Any

from adapters.findings import did_you_mean, nearest
from adapters.manifest.callkeys import REPLIES
from adapters.manifest.model import (
    VERBS,
    CallbackSpec,
    CallSpec,
    InnerSpec,
    OutcomeRule,
)
from adapters.manifest.table import Table, merged
from adapters.outcome import Meaning
from adapters.rules import Rule
from schema.domain.department import Link, Lookup, Register, RegisterField

_CERTIFICATE = tuple(key.name for key in REPLIES["certificate"] if key.merged)
_CAN_BE_DONE = ("supplement", "withdraw", "find_supplement", "verification")


def outcome_rule(table: Table, base: OutcomeRule | None = None) -> OutcomeRule:
    """An outcome table over the department's own."""
    under = base or OutcomeRule()
    rule = OutcomeRule(
        code=table.maybe("code") or under.code,
        success=table.words("success") or under.success,
        text=table.maybe("text") or under.text,
        fault_code=table.maybe("fault_code") or under.fault_code,
        fault_text=table.maybe("fault_text") or under.fault_text,
    )
    if rule.code and not rule.success:
        remedy = "list the codes that mean success"
        table.wrong("success", Rule.OUTCOME_SUCCESS, "is missing", remedy)
    return rule


def faults_of(table: Table, call: str | None = None) -> Mapping[str, Meaning]:
    """A table of codes and their meanings."""
    for code in table.data:
        status = code.removeprefix("http ")
        if code.startswith("http") and (status == code or not status.isdigit()):
            remedy = 'write it like "http 404"'
            table.wrong(code, Rule.FAULT_HTTP, f"{code!r} is no HTTP status", remedy)
    faults = {code: Meaning(table.text(code)) for code in table.data}
    for code, meaning in faults.items():
        if meaning is Meaning.DONE and call is not None and call not in _CAN_BE_DONE:
            sentence = f"{call} gives an answer; being done already is none"
            table.wrong(code, Rule.FAULT_DONE, sentence, "use absent or refused")
    return faults


def both_ways(table: Table, rule: OutcomeRule, faults: Mapping[str, Meaning]) -> None:
    """No code is a success and a fault at once; `table` is the one of the successes."""
    for code in rule.success:
        if code in faults:
            sentence = f"{code!r} is a success and in [faults]"
            table.wrong("success", Rule.OUTCOME_BOTH, sentence, "decide for one")


def call_spec(
    table: Table, call: str, base: OutcomeRule, const: Mapping[str, Any] | None = None
) -> CallSpec:
    """One call; `table` may already be merged from two places."""
    outcome, own = base, table.table("outcome")
    if "outcome" in table.data:
        outcome = outcome_rule(own, base) if own.data else OutcomeRule()
    if call in REPLIES:
        _reply_keys(table.table("reply"), call)
    if not table.text("operation"):
        table.wrong("operation", Rule.KEY_MISSING, "is missing", "name it as the contract does")
    faults = faults_of(table.table("faults"), call)
    both_ways(own, outcome, faults)
    spec = CallSpec(
        key=table.key,
        call=call,
        operation=table.text("operation"),
        request=table.table("request").data,
        reply=table.table("reply").data,
        each=table.maybe("each"),
        inner=_inner(table),
        outcome=outcome,
        each_outcome=outcome_rule(table.table("each_outcome")),
        faults=faults,
        conditional=table.flag("conditional"),
        batch=int(table.number("batch", 1)),
        many=table.flag("many"),
        match=table.maybe("match"),
        start=table.maybe("start"),
        const=const or {},
    )
    _in_rows(table, spec)
    return spec


def _in_rows(table: Table, spec: CallSpec) -> None:
    if not spec.each and (spec.batch > 1 or spec.many):
        sentence = "is missing: a batch or a list is answered by rows"
        table.wrong("each", Rule.CALL_EACH, sentence, 'add each = "<path of the rows>"')
    if spec.conditional and spec.writes:
        sentence = f"{spec.call} changes something and is never asked again"
        table.wrong("conditional", Rule.CALL_CONDITIONAL, sentence, "remove it")


def _inner(table: Table) -> InnerSpec | None:
    inner = table.table("inner")
    if not inner.text("at") or not inner.text("root"):
        return None
    return InnerSpec(at=inner.text("at"), root=inner.text("root"), error=inner.maybe("error"))


def _reply_keys(table: Table, call: str) -> None:
    known = {key.name: key for key in REPLIES[call]}
    for name, key in known.items():
        if key.merged and name not in table.data:
            remedy = f'add {name} = "<path in the reply>"'
            table.wrong(name, Rule.REPLY_MISSING, "is missing", remedy)
    if "certificate" in table.data:
        certificate = table.table("certificate")
        for name in _CERTIFICATE:
            if name not in certificate.data:
                remedy = f'add {name} = "<path in the reply>"'
                certificate.wrong(name, Rule.REPLY_MISSING, "is missing", remedy)
    if call == "find_supplement" and ("found" in table.data) == ("reference" in table.data):
        sentence = "needs one of found, and each with reference"
        table.wrong("found", Rule.REPLY_MISSING, sentence, "give one of them")


Verbs = Mapping[str, CallSpec]
Calls = tuple[Mapping[str, Verbs], Verbs, Mapping[str, CallSpec], CallSpec | None]


def calls_of(top: Table, outcome: OutcomeRule) -> Calls:
    """Services with their verbs, verbs without a service, verifications, and the feed."""
    shared = top.table("verbs")
    services = {name: _verbs(table, shared, outcome) for name, table in top.tables("services")}
    unused = {} if services else _verbs(top.table("services").table("?"), shared, outcome)
    verifications = {
        name: call_spec(table, "verification", outcome)
        for name, table in top.tables("verifications")
    }
    feed = call_spec(top.table("feed"), "feed", outcome) if "feed" in top.data else None
    return services, unused, verifications, feed


def _verbs(service: Table, shared: Table, outcome: OutcomeRule) -> Mapping[str, CallSpec]:
    const = service.table("const").data
    verbs = {}
    for verb in VERBS:
        if verb not in service.data and verb not in shared.data:
            continue
        owner = service if verb in service.data else shared
        data = merged(shared.table(verb).data, service.table(verb).data)
        table = Table(data, owner.at(verb), service.findings)
        verbs[verb] = call_spec(table, verb, outcome, const)
    return verbs


Registers = tuple[tuple[Register, ...], Mapping[tuple[str, str], CallSpec]]


def registers_of(top: Table, department: str, outcome: OutcomeRule) -> Registers:
    """Registers, and their look-ups by (register, look-up)."""
    registers = []
    lookups: dict[tuple[str, str], CallSpec] = {}
    for name, table in top.tables("registers"):
        fields = tuple(_field(key, field) for key, field in table.tables("fields"))
        specs = {
            k: _lookup(table, lookup, outcome, fields) for k, lookup in table.tables("lookups")
        }
        lookups.update({(name, key): spec for key, spec in specs.items()})
        registers.append(
            Register(
                id=name,
                department=department,
                title=table.label("title"),
                key=table.text("key"),
                fields=fields,
                lookups=tuple(Lookup(name=k, batch=s.batch, many=s.many) for k, s in specs.items()),
                links=tuple(_link(key, link) for key, link in table.tables("links")),
            )
        )
    return tuple(registers), lookups


def _field(name: str, table: Table) -> RegisterField:
    return RegisterField(
        name=name,
        kind=table.text("kind", "text"),
        title=table.label(),
        required=not table.flag("optional"),
        personal=table.maybe("personal"),
    )


def _link(name: str, table: Table) -> Link:
    department, _, register = table.text("to").partition(".")
    return Link(
        name=name,
        field=table.text("field"),
        department=department,
        register=register,
        lookup=table.text("lookup"),
        title=table.label(),
    )


def _lookup(
    register: Table, table: Table, outcome: OutcomeRule, fields: tuple[RegisterField, ...]
) -> CallSpec:
    reply = merged(register.table("reply").data, table.table("reply").data)
    names = [field.name for field in fields]
    whole = Table({**table.data, "reply": reply}, table.key, table.findings)
    lines = whole.table("reply")
    known = {name: line for name, line in reply.items() if name in names}
    for name in reply:
        if name not in names and not table.findings.told(register.at(f"fields.{name}")):
            lines.wrong(name, Rule.KEY_UNKNOWN, "is no field", did_you_mean(name, names))
            meant = nearest(name, set(names) - set(known))
            known |= {meant: reply[name]} if meant else {}
    for field in fields:
        if field.required and field.name not in known:
            remedy = f'add {field.name} = "<path in the reply>", or optional = true to the field'
            lines.wrong(field.name, Rule.REPLY_MISSING, "is missing", remedy)
    return call_spec(
        Table({**table.data, "reply": known}, table.key, table.findings), "lookup", outcome
    )


def callback_of(top: Table) -> CallbackSpec | None:
    """The department's own messages."""
    if "callback" not in top.data:
        return None
    table = top.table("callback")
    _reply_keys(table.table("reply"), "callback")
    return CallbackSpec(
        event=table.text("event"),
        timestamp=table.text("timestamp"),
        signature=table.text("signature"),
        prefix=table.text("prefix"),
        secret=table.text("secret"),
        max_age_s=table.number("max_age_s", 300),
        each=table.maybe("each"),
        reply=table.table("reply").data,
    )
