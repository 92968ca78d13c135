"""The drafted manifest: what the contract says is set, what it does not say is asked."""

from collections.abc import Sequence

from adapters.drafting.asking import lines_of
from adapters.drafting.caller import said_of_caller
from adapters.drafting.codes import TableDraft
from adapters.drafting.files import ContractFiles
from adapters.drafting.outline import webhook_outline, write_outline
from adapters.drafting.page import Page, dotted
from adapters.drafting.purpose import Guess
from adapters.drafting.register import FieldDraft, RegisterDraft
from adapters.drafting.results import ResultDraft, write_results
from adapters.drafting.view import ContractView, OperationView
from adapters.drafting.wording import identifier, key, quoted
from adapters.mapping.reserved import unspelt
from adapters.rest.security import Guard
from schema.domain.text import Text

Guessed = Sequence[tuple[OperationView, Guess]]


def label(text: Text) -> str:
    """A text in both languages as an inline table."""
    return f"{{ zh = {quoted(text.zh)}, en = {quoted(text.en)} }}"


def write_manifest(
    identifier: str,
    name: Text,
    contract: ContractView,
    files: ContractFiles,
    registers: Sequence[RegisterDraft],
    tables: Sequence[TableDraft],
    results: ResultDraft,
    guessed: Guessed,
) -> Page:
    """The page for a department and the files of its contract."""
    page = Page()
    _head(page, identifier, name, contract)
    _contract(page, contract, files)
    _vendored(page, files)
    _limits(page)
    _auth(page, contract, registers)
    write_results(page, results)
    for table in tables:
        _table(page, table)
    for draft in registers:
        write_register(page, draft, results)
    write_outline(page, [(o, g) for o, g in guessed if all(o != r.operation for r in registers)])
    for event in contract.webhooks:
        webhook_outline(page, event)
    return page


def _head(page: Page, identifier: str, name: Text, contract: ContractView) -> None:
    page.comment(f"Drafted from {contract.file}. What the contract says is set below.")
    page.comment("Everything marked DECIDE is a stand-in until a person has decided it.")
    page.blank()
    page.put("id", quoted(identifier))
    page.put("name", label(name))
    page.decide("owner", "who answers for the system, and the legal ground data is exchanged on")
    owner = ("unit", "contact", "purpose")
    page.put("owner", "{ " + ", ".join(f'{word} = "DECIDE"' for word in owner) + " }")
    page.put("protocol", quoted(contract.protocol))
    page.decide(
        "repeats",
        "what the department does with the same filing sent twice: key, lookup or blind "
        "(blind: nothing is ever sent again without a person)",
    )
    page.put("repeats", '"blind"')
    page.decide("progress", "how decisions reach us: poll, feed, callback or none")
    page.put("progress", '"none"')


def _contract(page: Page, contract: ContractView, files: ContractFiles) -> None:
    pins = files.pins()
    page.table("contract")
    page.put("file", quoted(contract.file))
    page.put("sha256", quoted(pins[contract.file]))
    if contract.port is not None:
        page.put("service", quoted(contract.port.service))
        others = [port for port in contract.ports if port != contract.port]
        if others:
            known = ", ".join(f"{p.service}/{p.name} (SOAP {p.version})" for p in others)
            page.decide("contract.port", f"whether this is the port to use; there are also {known}")
        page.put("port", quoted(contract.port.name))
    if contract.path:
        page.put("path", quoted(contract.path), "from the contract; behind the settings' address")
    elif not contract.host:
        page.decide("contract.path", "the path behind the settings' address; the contract has none")
        page.off('path = "/…"')
    _absent(page, contract, files)
    more = {file: pin for file, pin in pins.items() if file != contract.file}
    if more:
        page.table("contract", "more")
        for file, pin in more.items():
            page.put(key(file), quoted(pin))


def _absent(page: Page, contract: ContractView, files: ContractFiles) -> None:
    if not files.absent:
        return
    names = [operation.name for operation in contract.operations if operation.trouble]
    less = f". Without it there is no {', '.join(names)}" if names else ", which nothing needs"
    told = "; ".join(map(str, files.absent.values()))
    page.decide("contract.absent", f"whether to do without what was not received: {told}{less}")
    if contract.protocol == "soap":
        page.put("absent", f"[{', '.join(map(quoted, files.absent))}]")


def _vendored(page: Page, files: ContractFiles) -> None:
    copies = files.vendored()
    if copies:
        page.table("contract", "vendored")
        for url, place in copies.items():
            page.put(key(url), quoted(place))


def _limits(page: Page) -> None:
    page.table("limits")
    page.decide("limits", "what the department can bear; these are careful guesses")
    page.put("timeout_s", "5.0", "seconds for one call")
    page.put("concurrency", "2", "calls at once")
    page.put("rate_per_s", "2", "calls a second")
    page.put("processing_s", "60", "seconds it may still act after our time-out")
    page.put("lookup_lag_s", "60", "seconds until a look-up shows what was accepted")


def _auth(page: Page, contract: ContractView, registers: Sequence[RegisterDraft]) -> None:
    page.table("auth")
    page.decide("auth.kind", "how the department knows us; the credentials go into the settings")
    for hint in contract.security:
        page.comment(f"the contract names {hint}")
    known = mapped(registers)
    if contract.guard is not None:
        _guard(page, contract.guard)
    else:
        page.put("kind", '"message"' if known else '"none"')
    parts = said_of_caller(contract.operations)
    if parts:
        page.decide(
            "auth.caller",
            "what every request says of who calls, alike for all look-ups below: "
            f"{', '.join(parts)}. A signature that is computed needs adapter.py",
        )
    if known:
        page.comment(f"the settings give {', '.join(known)}, used below as credentials.<name>")


def _guard(page: Page, guard: Guard) -> None:
    """What the contract demands of callers, as it is declared."""
    page.put("kind", quoted(guard.kind), f"the contract demands {guard.name}")
    for name, text in guard.options.items():
        page.put(name, quoted(text))
    if guard.kind == "oauth2" and "token_path" not in guard.options:
        page.put("token_path", '"DECIDE"', "the contract does not say where tokens are given")
    for role, name in shown(guard).items():
        page.put(role, quoted(name), "the settings give it")


def shown(guard: Guard | None) -> dict[str, str]:
    """The credentials of `[auth]` by their roles, named after what the contract calls them."""
    if guard is None:
        return {}
    alone = len(guard.roles) == 1
    return {role: identifier(guard.name, role) if alone else role for role in guard.roles}


def credentials(contract: ContractView, registers: Sequence[RegisterDraft]) -> list[str]:
    """The names of what the settings have to give."""
    return list(dict.fromkeys([*shown(contract.guard).values(), *mapped(registers)]))


def mapped(registers: Sequence[RegisterDraft]) -> list[str]:
    """Those that requests name."""
    lines = [value for draft in registers for _, value in lines_of(draft.request.tree)]
    named = [v.partition(".")[2] for v in lines if v is not None and v.startswith("credentials.")]
    return list(dict.fromkeys(named))


def _table(page: Page, table: TableDraft) -> None:
    page.table("codes", table.name)
    page.decide(
        f"codes.{table.name}",
        f"codes of {table.name}: the values we publish, to the right; they stand as they come",
    )
    for code, said in table.codes.items():
        page.put(key(code), quoted(code), said)


def write_register(page: Page, draft: RegisterDraft, results: ResultDraft) -> None:
    """A register with its fields, reply lines and look-up."""
    here = ("registers", draft.id)
    page.table(*here)
    page.comment(f"{draft.operation.name}: {draft.operation.about or 'nothing is said about it'}")
    page.put("title", label(draft.title))
    page.put("key", quoted(draft.key))
    page.table(*here, "fields")
    page.decide(
        f"{dotted(here)}.fields",
        'which are needed, and which are personal: personal = "name", "id_number" or "phone"',
    )
    for field in draft.fields:
        parts = [f'kind = "{field.kind}"', f"zh = {quoted(field.title.zh)}"]
        parts += [f"en = {quoted(field.title.en)}"]
        parts += ["optional = true"] if field.optional else []
        whose = field.personal if field.kind == "text" else ""
        parts += [f'personal = "{whose}"'] if whose else []
        page.put(field.name, "{ " + ", ".join(parts) + " }", _noted(field))
    if draft.left_out:
        page.comment("left out: " + ", ".join(draft.left_out[:40]))
    page.table(*here, "reply")
    for field in draft.fields:
        page.put(field.name, quoted(field.line))
    _lookup(page, draft, results)


def _noted(field: FieldDraft) -> str:
    notes = ["one of " + ", ".join(field.enum[:12])] if field.enum else []
    if field.personal:
        other = (
            "" if field.kind == "text" else f'; then kind = "text", personal = "{field.personal}"'
        )
        notes.append(f"guessed personal by its name{other}")
    return "; ".join(notes)


def _lookup(page: Page, draft: RegisterDraft, results: ResultDraft) -> None:
    here = ("registers", draft.id, "lookups", draft.key)
    page.table(*here)
    page.put("operation", quoted(draft.operation.name))
    _batch(page, draft, dotted(here))
    if draft.many:
        page.put("many", "true", "the reply repeats the record")
    if draft.each:
        page.put("each", quoted(draft.each))
    if draft.absent:
        page.put("faults", '{ "http 404" = "absent" }', "the contract lists 404")
    reply = draft.operation.reply
    if results.code and (reply.repeated or reply.at(results.code) is None):
        page.put("outcome", "{}", f"its reply has no {'.'.join(results.code)}")
    _open(page, draft, dotted(here))
    for path, value in lines_of(draft.request.tree, ("request",)):
        meant = tuple(map(unspelt, path[1:]))
        if meant in draft.request.stand_ins:
            page.decide(f"{dotted(here)}.{dotted(path)}", f"what to send as {meant[-1]}")
        page.put(dotted(path), "{}" if value is None else quoted(value))


def _open(page: Page, draft: RegisterDraft, here: str) -> None:
    """What the contract leaves to the caller: which branch, and where nothing is sent."""
    for at, choice in draft.request.choices:
        branches = [" with ".join(branch) for branch in choice.branches if branch]
        where = f" in {at[-1]}" if at else ""
        page.decide(
            f"{here}.{dotted(('request', *at))}",
            f"which is sent{where}: {' or '.join(branches[:12])}; the contract takes one",
        )
    if draft.request.nils:
        names = ", ".join(path[-1] for path in draft.request.nils[:12])
        page.decide(f"{here}.request", f"whether nothing (nil) is sent as {names}")


def _batch(page: Page, draft: RegisterDraft, here: str) -> None:
    if draft.several:
        page.comment("it takes several keys: set batch, and match to the path of a row's own key")
    if draft.batch > 1:
        if not draft.bounded:
            page.decide(f"{here}.batch", "how many keys one call takes; no bound is said")
        page.put("batch", str(draft.batch))
