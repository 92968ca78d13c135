"""From a contract's file to a department's folder: staged, checked, and only then put in place."""

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.calls import Rim
from adapters.drafting.asking import key_of
from adapters.drafting.caller import with_caller
from adapters.drafting.codes import coded
from adapters.drafting.files import ContractFiles, Refused, gather
from adapters.drafting.manifest import Guessed, credentials, write_manifest
from adapters.drafting.page import Decision
from adapters.drafting.purpose import Guess, Purpose, guess, reads
from adapters.drafting.register import RegisterDraft, draft_register
from adapters.drafting.results import ResultDraft, results_of
from adapters.drafting.view import ContractView, OperationView, read_contract
from adapters.drafting.wording import title, unique
from adapters.findings import Finding, Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.rules import Rule
from adapters.undecided import STAND_IN
from adapters.wire import Endpoint
from schema.domain.department import DepartmentInfo
from schema.domain.text import Text

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A department's folder as it was made."""

    folder: Path
    contract: ContractView
    files: tuple[str, ...]
    guessed: Guessed
    registers: tuple[RegisterDraft, ...]
    decisions: tuple[Decision, ...]
    findings: tuple[Finding, ...]
    credentials: tuple[str, ...]  # what the settings have to give
    dropped: tuple[Finding, ...]  # why look-ups that seemed sayable are not live after all
    info: DepartmentInfo | None


def draft_department(
    identifier: str,
    entry: Path,
    into: Path,
    *,
    service: str | None = None,
    port: str | None = None,
    named: tuple[str | None, str | None] = (None, None),
    vendor: Mapping[str, Path] | None = None,
) -> Drafted:
    """The new folder `into`/`identifier`; Refused when there is one, or the contract is unusable.

    `vendor`: copies of what the contract refers to by URL. Nothing is left behind by a contract
    that is refused.
    """
    target = into / identifier
    _free(identifier, target)
    files = gather(entry, vendor)
    with tempfile.TemporaryDirectory(prefix="onething-") as stage:
        folder = Path(stage) / identifier
        files.copy(folder)
        contract = _read(folder, files, service, port)
        drafted = _drafted(folder, target, contract, files, _named(identifier, contract, named))
        into.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, target)
    return drafted


def _read(
    folder: Path, files: ContractFiles, service: str | None, port: str | None
) -> ContractView:
    """The contract; Refused for what is absent where nothing can do without."""
    lacking = next(iter(files.absent.values()), None)
    try:
        contract = read_contract(folder, files, service=service, port=port)
    except Refused:
        if lacking is not None:
            raise lacking from None
        raise
    if lacking is not None and all(operation.trouble for operation in contract.operations):
        raise lacking
    return replace(contract, operations=with_caller(contract.operations))


def _free(identifier: str, target: Path) -> None:
    if not _ID.fullmatch(identifier):
        remedy = "use lower-case letters, digits and _, a letter first, at most 40"
        raise Refused(f"{identifier!r} is no id of a department", remedy)
    if target.exists():
        remedy = "choose another id or --into, or move that folder away; nothing is overwritten"
        raise Refused(f"{target} is there already", remedy)


def _named(identifier: str, contract: ContractView, named: tuple[str | None, str | None]) -> Text:
    zh, en = named
    own = title([contract.title], identifier)
    return Text(zh=zh or en or own.zh, en=en or zh or own.en)


def _drafted(
    folder: Path, target: Path, contract: ContractView, files: ContractFiles, name: Text
) -> Drafted:
    first = [(o, guess(o, key_of(o))) for o in contract.operations]
    registers, guessed = _registers(folder.name, contract, first)
    results = results_of(contract.operations, contract.words)
    dropped: list[Finding] = []
    while True:
        apart = ".".join(results.code)
        read, tables = coded(registers, contract.words, apart=apart)
        page = write_manifest(folder.name, name, contract, files, read, tables, results, guessed)
        (folder / FILE).write_text(page.text(), encoding="utf-8")
        findings, info = check(folder, credentials(contract, read))
        wrong = [r for r in registers if any(_about(r, finding) for finding in findings)]
        if any(finding.key.startswith(_OF_RESULTS) for finding in findings):
            results = ResultDraft()  # what the replies say does not hold for every call
        elif not wrong:
            break
        else:
            dropped.extend(f for f in findings if any(_about(r, f) for r in wrong))
            registers = [register for register in registers if register not in wrong]
    return Drafted(
        folder=target,
        contract=contract,
        files=tuple(files.pins()),
        guessed=guessed,
        registers=tuple(read),
        decisions=tuple(page.decisions),
        credentials=tuple(credentials(contract, read)),
        findings=findings,
        dropped=tuple(dropped),
        info=info,
    )


_OF_RESULTS = ("outcome", "faults")


def _registers(
    department: str, contract: ContractView, guessed: Guessed
) -> tuple[Sequence[RegisterDraft], Guessed]:
    """A register for every look-up that may be believed to change nothing, and why not."""
    found: list[RegisterDraft] = []
    told = []
    for operation, guessed_as in guessed:
        draft = None
        if _looks_up(operation, guessed_as):
            draft = draft_register(contract, operation, department)
        if isinstance(draft, RegisterDraft):
            found.append(_apart(draft, found))
        why = f"{guessed_as.reason}; not drafted: {draft}"
        told.append(
            (operation, replace(guessed_as, reason=why) if isinstance(draft, str) else guessed_as)
        )
    return found, told


def _looks_up(operation: OperationView, guessed_as: Guess) -> bool:
    return guessed_as.purpose is Purpose.LOOKUP and bool(reads(operation))


def _apart(draft: RegisterDraft, others: Sequence[RegisterDraft]) -> RegisterDraft:
    return replace(draft, id=unique(draft.id, [other.id for other in others]))


def _about(draft: RegisterDraft, finding: Finding) -> bool:
    return finding.key.startswith(f"registers.{draft.id}.")


def check(
    folder: Path, known: Sequence[str] = ()
) -> tuple[tuple[Finding, ...], DepartmentInfo | None]:
    """What the check of a manifest says, and what the department publishes when it says nothing.

    `known`: names of credentials that are to be in the settings.
    """
    findings = Findings(FILE)
    manifest = read_manifest(folder, findings)
    findings.items = [f for f in findings.items if f.rule is not Rule.KEY_UNDECIDED]
    made = None
    if manifest is not None:
        given = dict.fromkeys(known, STAND_IN)
        nowhere = Endpoint(url="http://nowhere.invalid", credentials=given)
        made = build(manifest, nowhere, _RIM, findings)
    # That nothing is offered yet, and that its stand-ins are there, is no mistake of a draft: what
    # is to be, is among the decisions.
    told = [found for found in findings.items if found.rule is not Rule.OFFER_NOTHING]
    return tuple(told), made.info if made else None


_RIM = Rim(now=lambda: 0.0, new_id=lambda: "", nonce=lambda: b"")
