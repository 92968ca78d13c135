"""Finds departments, reads and compiles each, and reports every bad one with all its mistakes."""

import os
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.calls import Dialect, Rim, Trace
from adapters.compile import Call, Compiler, Fields
from adapters.department import Compiled, DeclaredDepartment
from adapters.documents import BadContract
from adapters.findings import Finding, Findings, nearest
from adapters.installed import installed_departments
from adapters.line.both import Line
from adapters.links import Declared, broken_links
from adapters.manifest.model import Manifest
from adapters.manifest.read import FILE, read_manifest
from adapters.opened import opened
from adapters.rest.complaint import Validator
from adapters.rest.dialect import RestDialect
from adapters.rest.tree import JsonTree
from adapters.rules import Rule
from adapters.shape import hidden
from adapters.unread import MEND
from adapters.wire import Endpoint, Wire
from schema.domain.department import DepartmentInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The departments that can be started, by id, and everything wrong with the others."""

    departments: Mapping[str, DeclaredDepartment]
    findings: tuple[Finding, ...]


def load_departments(
    folders: Path | Iterable[Path],
    endpoints: Mapping[str, Endpoint],
    *,
    trace: Trace | None = None,
    installed: bool = True,
) -> Loaded:
    """Every department below `folders` (and in installed packages) that has an endpoint."""
    roots = [folders] if isinstance(folders, Path) else list(folders)
    rim = Rim(
        now=time.time,
        new_id=lambda: uuid.uuid4().hex,
        nonce=lambda: os.urandom(16),
        trace=trace or dict,
    )
    departments: dict[str, DeclaredDepartment] = {}
    declared: list[Declared] = []
    told: list[tuple[Findings, Endpoint | None]] = []
    places, found = _folders(roots, installed=installed)
    for folder in places:
        findings = Findings(f"{folder.name}/{FILE}")
        manifest = read_manifest(folder, findings)
        endpoint = endpoints.get(folder.name)
        if manifest is not None and manifest.id in departments:
            findings.add("id", f"two folders declare {manifest.id!r}", "remove one", Rule.ID_FOLDER)
        if manifest is not None and endpoint is None:
            near, ours = nearest(folder.name, endpoints), f"departments.{folder.name}.url"
            hint = f"set {ours}" + (f"; there is one for {near!r}" if near else "")
            findings.add("id", "the settings give it no address", hint, Rule.ADDRESS_UNSET)
        if manifest is not None:
            made = build(
                manifest, endpoint or Endpoint(url="http://nowhere.invalid"), rim, findings
            )
            if made is not None:
                departments[manifest.id] = made
            declared.append((manifest, findings))
        told.append((findings, endpoint))
    broken_links(declared)
    found.extend(one for findings, endpoint in told for one in _told(findings, endpoint))
    return Loaded(departments=departments, findings=tuple(found))


def _folders(roots: Iterable[Path], *, installed: bool) -> tuple[list[Path], list[Finding]]:
    plugged_in, broken = installed_departments() if installed else (set(), [])
    places = {f for root in roots for f in root.iterdir() if (f / FILE).is_file()}
    return sorted(places | plugged_in, key=lambda folder: folder.name), broken


def _told(findings: Findings, endpoint: Endpoint | None) -> list[Finding]:
    """What is worth telling: without an address no credential is there either."""
    unset = Rule.CREDENTIAL_UNSET if endpoint is None else None
    return [finding for finding in findings.items if finding.rule is not unset]


def build(
    manifest: Manifest,
    endpoint: Endpoint,
    rim: Rim,
    findings: Findings,
    wire: Wire | None = None,
) -> DeclaredDepartment | None:
    """The department, or None when anything at all is wrong with it."""
    manifest = replace(manifest, limits=replace(manifest.limits, **endpoint.limits))
    _credentials(manifest, endpoint, findings)
    way = wire or Line(manifest.id, endpoint, manifest.limits)
    dialect = opened(manifest, endpoint, way, rim, findings)
    compiler = Compiler(manifest, dialect, findings)
    try:
        compiled = _compile(manifest, compiler, dialect)
    except BadContract as error:  # what is only looked into when it is asked for
        findings.add("contract", str(error), MEND)
        return None
    _unguarded(manifest, dialect, findings)
    for name in sorted(compiler.credentials - set(endpoint.credentials)):
        sentence = "is mapped and not in the settings"
        findings.add(f"credentials.{name}", sentence, _set(manifest, name), Rule.CREDENTIAL_UNSET)
    if findings.items:
        return None
    return DeclaredDepartment(manifest, compiled, _info(manifest, compiler), endpoint, way, rim)


def _unguarded(manifest: Manifest, dialect: Dialect, findings: Findings) -> None:
    """Note that nothing says who we are to an operation whose contract demands it."""
    if not isinstance(dialect, RestDialect) or manifest.auth.kind != "none":
        return
    found = (dialect.document.find(call.operation) for call in manifest.calls if call.operation)
    guards = [dialect.document.guards.get(one.name) for one in found if one is not None]
    guard = next((one for one in guards if one is not None), None)
    if guard is not None and not findings.told("auth.kind"):
        sentence = f"'none', and the contract demands {guard.name}"
        findings.add("auth.kind", sentence, f"write {guard}", Rule.AUTH_CONTRACT)


def _compile(manifest: Manifest, compiler: Compiler, dialect: Dialect) -> Compiled:
    registers = {register.id: register for register in manifest.registers}
    verbs: dict[tuple[str, str], Call] = {}
    answers = {}
    for service, specs in manifest.services.items():
        compiler.answers = set()
        for verb, spec in specs.items():
            verbs[service, verb] = compiler.call(spec)
        answers[service] = frozenset(compiler.answers)
    for spec in manifest.unused.values():
        compiler.call(spec)
    lookups = {k: compiler.call(spec, registers[k[0]]) for k, spec in manifest.lookups.items()}
    verifications = {name: compiler.call(spec) for name, spec in manifest.verifications.items()}
    return Compiled(
        lookups=lookups,
        verbs=verbs,
        verifications=verifications,
        feed=compiler.call(manifest.feed) if manifest.feed else None,
        callback=_callback(manifest, compiler, dialect),
        answers=answers,
    )


def _callback(
    manifest: Manifest, compiler: Compiler, dialect: Dialect
) -> tuple[Fields, Validator] | None:
    spec, hook = manifest.callback, None
    if spec is None:
        return None
    if isinstance(dialect, RestDialect) and spec.event:
        hook = dialect.webhook(spec.event, compiler.findings)
    fields = compiler.callback(spec, hook[0] if hook else hidden(), JsonTree())
    return (fields, hook[1]) if hook else None


def _info(manifest: Manifest, compiler: Compiler) -> DepartmentInfo:
    python = compiler.counted.python
    return DepartmentInfo(
        id=manifest.id,
        name=manifest.name,
        owner=manifest.owner.unit,
        protocol=manifest.protocol,
        repeats=manifest.repeats,
        progress=manifest.progress,
        limits=manifest.limits,
        services=tuple(manifest.services),
        registers=manifest.registers,
        verifications=tuple(manifest.verifications),
        finds_supplements=_finds_supplements(manifest),
        asks_progress=_asks_progress(manifest),
        progress_batch=_progress_batch(manifest),
        declared={"declared": compiler.counted.lines - python, "python": python},
        credentials=frozenset({*compiler.credentials, *_named(manifest).values()}),
    )


def _asks_progress(manifest: Manifest) -> bool:
    """Whether every service of the department can be asked where filings stand."""
    services = manifest.services.values()
    return bool(services) and all("progress" in specs for specs in services)


def _progress_batch(manifest: Manifest) -> int:
    """How many receipts every service of the department takes in one status query."""
    asked = (specs["progress"].batch for specs in manifest.services.values() if "progress" in specs)
    return min(asked, default=1)


def _finds_supplements(manifest: Manifest) -> bool:
    """Whether every service that takes a supplement can be asked whether it arrived."""
    taking = [specs for specs in manifest.services.values() if "supplement" in specs]
    return bool(taking) and all("find_supplement" in specs for specs in taking)


def _named(manifest: Manifest) -> Mapping[str, str]:
    """The credentials the manifest names, by what they are for."""
    named = dict(manifest.auth.names)
    if manifest.callback:
        named["secret"] = manifest.callback.secret
    return named


def _credentials(manifest: Manifest, endpoint: Endpoint, findings: Findings) -> None:
    for role, name in _named(manifest).items():
        if name and name not in endpoint.credentials:
            key = "callback.secret" if role == "secret" else f"auth.{role}"
            sentence = f"the settings give no credential {name!r}"
            findings.add(key, sentence, _set(manifest, name), Rule.CREDENTIAL_UNSET)


def _set(manifest: Manifest, credential: str) -> str:
    """The remedy: the setting that gives a department's credential."""
    return f"set departments.{manifest.id}.{credential}"
