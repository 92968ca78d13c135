"""What the parts of a manifest demand of one another."""

from collections.abc import Mapping
from typing import Any

from adapters.findings import did_you_mean
from adapters.manifest.model import AUTH_KINDS, Manifest
from adapters.manifest.table import Table
from adapters.rules import Rule
from schema.domain.department import Link, ProgressMode, Register, Repeats


def promised(manifest: Manifest, top: Table) -> None:
    """Note every promise that is not kept."""
    _offered(manifest, top)
    _services(manifest, top)
    for register in manifest.registers:
        _register(manifest, register, top.table("registers").table(register.id))
    for name, table in top.tables("codes"):
        _sent_codes(name, table)
    allowed = AUTH_KINDS.get(manifest.protocol, (manifest.auth.kind,))
    if manifest.auth.kind not in allowed:
        sentence = f"{manifest.auth.kind!r} is not for {manifest.protocol}"
        remedy = f"use {', '.join(allowed)}"
        top.table("auth").wrong("kind", Rule.AUTH_PROTOCOL, sentence, remedy)


def _offered(manifest: Manifest, top: Table) -> None:
    offered = manifest.services or manifest.registers or manifest.verifications
    if not offered and not top.data.get("verbs"):
        remedy = "add [services.<id>], [registers.<id>] or [verifications.<kind>]"
        top.wrong("services", Rule.OFFER_NOTHING, "the department offers nothing", remedy)
    if top.data.get("verbs") and not manifest.services:
        remedy = "add [services.<id>]"
        top.wrong("verbs", Rule.OFFER_VERBS_UNUSED, "no service uses them", remedy)
    if manifest.progress is ProgressMode.FEED and manifest.feed is None:
        top.wrong("feed", Rule.OFFER_FEED, 'progress = "feed" needs it', "add [feed]")
    if manifest.progress is ProgressMode.CALLBACK and manifest.callback is None:
        remedy = "add [callback]"
        top.wrong("callback", Rule.OFFER_CALLBACK, 'progress = "callback" needs it', remedy)


def _services(manifest: Manifest, top: Table) -> None:
    """What `repeats` and `progress` demand of every service."""
    demanded: Mapping[str, tuple[bool, Rule, str]] = {
        "file": (True, Rule.OFFER_FILE, "nobody says how it is filed"),
        "find_filing": (
            manifest.repeats is Repeats.LOOKUP,
            Rule.OFFER_FIND_FILING,
            'repeats = "lookup" needs find_filing',
        ),
        "progress": (
            manifest.progress is ProgressMode.POLL,
            Rule.OFFER_PROGRESS,
            'progress = "poll" needs progress',
        ),
    }
    for service, verbs in manifest.services.items():
        for verb, (needed, rule, sentence) in demanded.items():
            if needed and verb not in verbs:
                remedy = f"add [verbs.{verb}] or [services.{service}.{verb}]"
                top.table("services").wrong(f"{service}.{verb}", rule, sentence, remedy)


def _register(manifest: Manifest, register: Register, table: Table) -> None:
    fields = {field.name: field for field in register.fields}
    if register.key and register.key not in fields:
        hint = did_you_mean(register.key, fields)
        table.wrong("key", Rule.REGISTER_KEY, f"{register.key!r} is no field", hint)
    if not register.lookups:
        remedy = f"add [registers.{register.id}.lookups.<name>] with its operation"
        table.wrong("lookups", Rule.REGISTER_LOOKUPS, "is missing", remedy)
    for field in register.fields:
        if field.personal and field.kind != "text":
            sentence = f"{field.name!r} is personal and of kind {field.kind}"
            table.table("fields").wrong(
                f"{field.name}.kind", Rule.REGISTER_PERSONAL, sentence, 'use kind = "text"'
            )
    for link in register.links:
        _link(manifest, register, link, table.table("links").table(link.name))


def _link(manifest: Manifest, register: Register, link: Link, table: Table) -> None:
    fields = {field.name: field for field in register.fields}
    field = fields.get(link.field)
    if link.name in fields:
        sentence = f"a field is called {link.name!r} too"
        table.wrong("field", Rule.REGISTER_CLASH, sentence, "give the link another name")
    if link.field and field is None:
        hint = did_you_mean(link.field, fields)
        table.wrong("field", Rule.LINK_FIELD, f"{link.field!r} is no field", hint)
    if field is not None and field.kind != "text":
        sentence = f"{link.field!r} is of kind {field.kind}, and a key is a text"
        table.wrong("field", Rule.LINK_FIELD, sentence, "link from a text")
    if table.text("to") and not (link.department and link.register):
        sentence, remedy = "must name a register", 'write "department.register"'
        table.wrong("to", Rule.LINK_FORM, sentence, remedy)
    if link.department == manifest.id and link.lookup:
        known = {f"{name}.{lookup}" for name, lookup in manifest.lookups}
        wanted = f"{link.register}.{link.lookup}"
        if wanted not in known:
            sentence = f"there is no look-up {wanted}"
            table.wrong("to", Rule.LINK_TARGET, sentence, did_you_mean(wanted, known))


def _sent_codes(name: str, table: Table) -> None:
    """What `"="` says of a table's codes."""
    chosen: Mapping[str, Any] = table.table("=").data
    for ours, theirs in chosen.items():
        if str(table.data.get(theirs)) != ours or theirs in ("*", "="):
            sentence = f"{theirs!r} does not mean {ours!r} in [codes.{name}]"
            remedy = "name one of the codes that mean it"
            table.table("=").wrong(ours, Rule.CODES_SEND, sentence, remedy)
