"""The calls a manifest declares: registers with look-ups, services with verbs, the rest."""

from collections.abc import Mapping
from typing import Any

from adapters.manifest.model import (
    VERBS,
    CallbackSpec,
    CallSpec,
    InnerSpec,
    OutcomeRule,
)
from adapters.manifest.table import Table, merged
from adapters.outcome import Meaning
from schema.domain.department import Link, Lookup, Register, RegisterField

_CALL = ("operation", "request", "reply", "each", "inner", "outcome", "each_outcome", "faults")
_CALL_MORE = (*_CALL, "conditional")
_KINDS = ("text", "integer", "decimal", "boolean", "date", "datetime")
_PERSONAL = ("id_number", "phone", "name")
_PROGRESS = ("status", "at", "receipt", "reference", "note", "refusal_code", "certificate")
_CERTIFICATE = ("number", "name", "issued_on", "licence_id", "valid_until")

REPLY: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # allowed, required
    "file": (("number", "received_at"), ("number", "received_at")),
    "find_filing": (("number", "received_at"), ("number", "received_at")),
    "supplement": ((), ()),
    "withdraw": ((), ()),
    "find_supplement": (("found", "reference"), ()),
    "progress": (_PROGRESS, ("status", "at")),
    "certificate": (_CERTIFICATE, ("number", "name", "issued_on")),
    "verification": (("matches", "reason"), ("matches",)),
    "feed": ((*_PROGRESS, "cursor", "more"), ("status", "at", "receipt", "cursor")),
    "callback": (_PROGRESS, ("status", "at", "receipt")),
}


def outcome_rule(table: Table, base: OutcomeRule | None = None) -> OutcomeRule:
    """An outcome table over the department's own."""
    table.only("code", "success", "text", "fault_code", "fault_text")
    under = base or OutcomeRule()
    rule = OutcomeRule(
        code=table.maybe("code") or under.code,
        success=table.words("success") or under.success,
        text=table.maybe("text") or under.text,
        fault_code=table.maybe("fault_code") or under.fault_code,
        fault_text=table.maybe("fault_text") or under.fault_text,
    )
    if rule.code and not rule.success:
        table.findings.add(table.at("success"), "is missing", "list the codes that mean success")
    return rule


def call_spec(
    table: Table, call: str, base: OutcomeRule, const: Mapping[str, Any] | None = None
) -> CallSpec:
    """One call; `table` may already be merged from two places."""
    outcome = base
    if "outcome" in table.data:
        given = table.table("outcome")
        outcome = outcome_rule(given, base) if given.data else OutcomeRule()
    if call in REPLY:
        _reply_keys(table.table("reply"), call, "each" in table.data)
    return CallSpec(
        key=table.key,
        call=call,
        operation=table.text("operation"),
        request=table.table("request").data,
        reply=table.table("reply").data,
        each=table.maybe("each"),
        inner=_inner(table),
        outcome=outcome,
        each_outcome=outcome_rule(table.table("each_outcome")),
        faults=_faults(table.table("faults")),
        conditional=table.flag("conditional"),
        batch=max(1, int(table.number("batch", 1))),
        many=table.flag("many"),
        match=table.maybe("match"),
        start=table.maybe("start"),
        const=const or {},
    )


def _faults(table: Table) -> Mapping[str, Meaning]:
    return {code: Meaning(table.choice(code, tuple(Meaning))) for code in table.data}


def _inner(table: Table) -> InnerSpec | None:
    if "inner" not in table.data:
        return None
    inner = table.table("inner")
    inner.only("at", "root", "error")
    return InnerSpec(at=inner.text("at"), root=inner.text("root"), error=inner.maybe("error"))


def _reply_keys(table: Table, call: str, each: bool) -> None:
    allowed, required = REPLY[call]
    table.only(*allowed)
    for name in required:
        if name not in table.data:
            table.findings.add(table.at(name), "is missing", "say where the reply has it")
    if "certificate" in table.data:
        certificate = table.table("certificate")
        certificate.only(*_CERTIFICATE)
        for name in ("number", "name", "issued_on"):
            if name not in certificate.data:
                certificate.findings.add(certificate.at(name), "is missing", "say where it is")
    if call == "find_supplement" and ("found" in table.data) == ("reference" in table.data):
        table.findings.add(table.key, "needs found, or each with reference", "give one of them")


Calls = tuple[Mapping[str, Mapping[str, CallSpec]], Mapping[str, CallSpec], CallSpec | None]


def calls_of(top: Table, outcome: OutcomeRule) -> Calls:
    """Services with their verbs, verifications, and the feed."""
    shared = top.table("verbs")
    shared.only(*VERBS)
    services = {}
    for name, table in top.tables("services"):
        table.only("const", *VERBS)
        services[name] = _verbs(table, shared, outcome)
    verifications = {}
    for name, table in top.tables("verifications"):
        table.only(*_CALL_MORE)
        verifications[name] = call_spec(table, "verification", outcome)
    feed = None
    if "feed" in top.data:
        table = top.table("feed")
        table.only(*_CALL_MORE, "start")
        feed = call_spec(table, "feed", outcome)
    return services, verifications, feed


def _verbs(service: Table, shared: Table, outcome: OutcomeRule) -> Mapping[str, CallSpec]:
    const = service.table("const").data
    verbs = {}
    for verb in VERBS:
        if verb not in service.data and verb not in shared.data:
            continue
        owner = service if verb in service.data else shared
        data = merged(shared.table(verb).data, service.table(verb).data)
        table = Table(data, owner.at(verb), service.findings)
        table.only(*_CALL_MORE, *(("batch",) if verb == "progress" else ()))
        verbs[verb] = call_spec(table, verb, outcome, const)
    return verbs


Registers = tuple[tuple[Register, ...], Mapping[tuple[str, str], CallSpec]]


def registers_of(top: Table, department: str, outcome: OutcomeRule) -> Registers:
    """Registers, and their look-ups by (register, look-up)."""
    registers = []
    lookups: dict[tuple[str, str], CallSpec] = {}
    for name, table in top.tables("registers"):
        table.only("title", "key", "fields", "links", "reply", "lookups")
        fields = tuple(_field(key, field) for key, field in table.tables("fields"))
        names = [field.name for field in fields]
        links = tuple(_link(key, link, names) for key, link in table.tables("links"))
        specs = {
            k: _lookup(table, lookup, outcome, fields) for k, lookup in table.tables("lookups")
        }
        if not specs:
            table.findings.add(table.at("lookups"), "is missing", "say how records are found")
        lookups.update({(name, key): spec for key, spec in specs.items()})
        registers.append(
            Register(
                id=name,
                department=department,
                title=table.label("title"),
                key=table.choice("key", names or ("",)),
                fields=fields,
                lookups=tuple(Lookup(name=k, batch=s.batch, many=s.many) for k, s in specs.items()),
                links=links,
            )
        )
    return tuple(registers), lookups


def _field(name: str, table: Table) -> RegisterField:
    table.only("kind", "zh", "en", "optional", "personal")
    return RegisterField(
        name=name,
        kind=table.choice("kind", _KINDS),
        title=table.label(),
        required=not table.flag("optional"),
        personal=table.choice("personal", _PERSONAL) if "personal" in table.data else None,
    )


def _link(name: str, table: Table, fields: list[str]) -> Link:
    table.only("field", "to", "lookup", "zh", "en")
    department, _, register = table.text("to").partition(".")
    if not register:
        table.findings.add(table.at("to"), "must name a register", 'write "department.register"')
    return Link(
        name=name,
        field=table.choice("field", fields or ("",)),
        department=department,
        register=register,
        lookup=table.text("lookup"),
        title=table.label(),
    )


def _lookup(
    register: Table, table: Table, outcome: OutcomeRule, fields: tuple[RegisterField, ...]
) -> CallSpec:
    table.only(*_CALL_MORE, "batch", "many", "match")
    reply = merged(register.table("reply").data, table.table("reply").data)
    whole = Table({**table.data, "reply": reply}, table.key, table.findings)
    lines = whole.table("reply")
    lines.only(*(field.name for field in fields))
    for field in fields:
        if field.required and field.name not in reply:
            key = register.at(f"reply.{field.name}")
            lines.findings.add(key, "is missing", "say where it comes from")
    return call_spec(whole, "lookup", outcome)


def callback_of(top: Table) -> CallbackSpec:
    """The department's own messages."""
    table = top.table("callback")
    names = ("event", "scheme", "timestamp", "signature", "prefix", "secret", "max_age_s")
    table.only(*names, "each", "reply")
    table.choice("scheme", ("hmac_sha256",))
    _reply_keys(table.table("reply"), "callback", "each" in table.data)
    return CallbackSpec(
        event=table.text("event"),
        timestamp=table.text("timestamp"),
        signature=table.text("signature"),
        prefix=table.text("prefix", ""),
        secret=table.text("secret"),
        max_age_s=table.number("max_age_s", 300),
        each=table.maybe("each"),
        reply=table.table("reply").data,
    )
