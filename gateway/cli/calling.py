"""What `onething departments call` does: find the department, make the one call, show it."""

import asyncio
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adapters.calls import Rim
from adapters.documents import documents_of, remembered
from adapters.drafting.recording import RecordingWire
from adapters.drafting.single import single_call
from adapters.errors import AdapterError
from adapters.findings import Finding, Findings, did_you_mean
from adapters.line.both import Line
from adapters.manifest.model import Manifest
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.rest.document import load_openapi
from adapters.rules import Rule
from adapters.wire import Endpoint
from gateway.cli.call_report import Report, show
from gateway.cli.declared_calls import KINDS, Declared, declared
from gateway.cli.example_keeping import Keeping, keep, ready
from gateway.cli.loading import explained
from gateway.cli.output import MISUSED, Speaker, Stop
from gateway.cli.plugged import named_in, plugged
from gateway.clock import SystemClock
from gateway.declared import endpoint_of
from gateway.settings import Settings

_NEEDED = ("contract", "protocol", "auth", "limits")  # what even a bare call cannot do without
_NEXT = "correct the manifest; an operation of the contract can be called without it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed."""

    department: str
    operation: str
    arguments: tuple[tuple[str, str], ...]
    url: str | None
    folder: Path | None
    yes: bool
    keeping: Keeping | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A call ready to be made: what it is made from, and what makes it within so many seconds."""

    tree: Mapping[str, Any]
    reply: Mapping[str, Any] | None  # the mapping lines of a declared call
    make: Callable[[float], Awaitable[Any]]
    reads: bool
    operation: str
    declared: Declared | None = None


def call(
    speaker: Speaker, settings: Settings, asked: Asked, *, raw_only: bool, as_json: bool
) -> None:
    """Make the call and show every step; Stop when it gave no value."""
    findings = Findings(f"{asked.department}/{FILE}")
    manifest = _manifest(settings, asked, findings)
    endpoint = _endpoint(settings, asked)
    manifest = replace(manifest, limits=replace(manifest.limits, **endpoint.limits))
    if asked.keeping is not None:
        ready(manifest.folder, asked.operation, asked.keeping)
    report = asyncio.run(_called(manifest, endpoint, asked, findings))
    if asked.keeping is not None:
        keep(speaker, report, asked.keeping, raw_only=raw_only, as_json=as_json)
    else:
        show(speaker, report, raw_only=raw_only, as_json=as_json)


async def _called(
    manifest: Manifest, endpoint: Endpoint, asked: Asked, findings: Findings
) -> Report:
    wire = RecordingWire(Line(manifest.id, endpoint, manifest.limits), time.monotonic)
    try:
        prepared = _prepared(manifest, endpoint, asked, findings, wire)
        report = Report(
            manifest=manifest,
            endpoint=endpoint,
            asked=asked.operation,
            arguments=asked.arguments,
            tree=prepared.tree,
            lines=prepared.reply,
            declared=prepared.declared,
            reads=prepared.reads,
            exchanges=wire.exchanges,
        )
        try:
            report.value = await prepared.make(manifest.limits.timeout_s)
        except AdapterError as error:
            report.error = error
        report.against = _against(manifest, prepared.operation, wire)
        return report
    finally:
        await wire.aclose()


def _prepared(
    manifest: Manifest, endpoint: Endpoint, asked: Asked, findings: Findings, wire: RecordingWire
) -> Prepared:
    if asked.operation.partition(".")[0] in KINDS:
        return _declared(manifest, endpoint, asked, findings, wire)
    return _operation(manifest, endpoint, asked, wire)


def _declared(
    manifest: Manifest, endpoint: Endpoint, asked: Asked, findings: Findings, wire: RecordingWire
) -> Prepared:
    found = declared(manifest, asked.operation, asked.arguments, SystemClock().now())
    if found.spec.writes:
        _meant(asked, f"{asked.operation} changes something: {found.spec.operation} is really sent")
    department = build(manifest, endpoint, _rim(), findings, wire=wire)
    if department is None:
        raise Stop(findings.items, next_step=_NEXT)
    return Prepared(
        tree=found.spec.request,
        reply=found.spec.reply,
        make=lambda budget: found.make(department, budget),
        reads=not found.spec.writes,
        operation=found.spec.operation,
        declared=found,
    )


def _against(manifest: Manifest, operation: str, wire: RecordingWire) -> str | None:
    """A status the contract does not have, which the manifest gives a meaning all the same."""
    reply = wire.exchanges[-1].reply if wire.exchanges else None
    if reply is None or manifest.protocol != "rest":
        return None
    spec = manifest.contract
    documents = documents_of(manifest.folder, spec.file, spec.vendored)
    found = remembered(documents, spec.file, load_openapi).find(operation)
    if found is None or found.promised(reply.status) is not None:
        return None
    return f"HTTP {reply.status} is not in the contract; the manifest gives it a meaning"


def _operation(
    manifest: Manifest, endpoint: Endpoint, asked: Asked, wire: RecordingWire
) -> Prepared:
    findings = Findings(manifest.contract.file.name)
    try:
        single = single_call(
            manifest,
            endpoint,
            wire,
            _rim(),
            time.monotonic,
            asked.operation,
            asked.arguments,
            findings,
        )
    except ValueError as error:  # what the loaders of either protocol raise
        raise Stop([f"{manifest.contract.file.name}: {error}"], next_step=_NEXT) from error
    if single is None:
        raise _mistyped(manifest, asked, findings)
    if not _reads(manifest, asked.operation):
        sentence = (
            f"nothing says that {asked.operation} only reads; it may file or change something"
        )
        _meant(asked, sentence)
    run = single

    async def make(budget: float) -> Any:
        return await run.send(asyncio.get_running_loop().time() + budget)

    reads = run.reads or _reads(manifest, asked.operation)
    return Prepared(tree=single.tree, reply=None, make=make, reads=reads, operation=asked.operation)


def _mistyped(manifest: Manifest, asked: Asked, findings: Findings) -> Stop:
    lines = [_typed(found.key, found.sentence, found.remedy) for found in findings.items]
    step = f"onething departments call {manifest.id} {asked.operation} key=value …"
    if any(found.key == "request.operation" for found in findings.items):
        step = (
            "name an operation of the contract, or one the manifest declares: registers.…, verbs.…"
        )
    return Stop(lines, next_step=step, code=MISUSED)


def _typed(key: str, sentence: str, remedy: str) -> str:
    """A finding about what was typed, without the places of a manifest."""
    place = key.removeprefix("request").removeprefix(".").removeprefix("request.")
    said = f"{place}: {sentence}" if place not in ("", "operation") else sentence
    return f"{said} — {remedy}" if remedy else said


def _reads(manifest: Manifest, operation: str) -> bool:
    """Whether the manifest uses an operation, and only where nothing is changed."""
    specs = [*manifest.lookups.values(), *manifest.verifications.values()]
    specs += [manifest.feed] if manifest.feed else []
    specs += [spec for verbs in manifest.services.values() for spec in verbs.values()]
    named = [spec for spec in specs if spec.operation == operation]
    return bool(named) and not any(spec.writes for spec in named)


def _meant(asked: Asked, sentence: str) -> None:
    if not asked.yes:
        raise Stop([sentence], next_step="add --yes if that is meant", code=MISUSED)


def _manifest(settings: Settings, asked: Asked, findings: Findings) -> Manifest:
    folders = _folders(settings, asked)
    folder = folders.get(asked.department)
    if folder is None:
        raise Stop(
            [f"there is no department {asked.department!r}"],
            next_step=did_you_mean(asked.department, folders) or "name its folder: --folder",
            code=MISUSED,
        )
    manifest = read_manifest(folder, findings)
    findings.items = [found for found in findings.items if not _of_a_draft(found)]
    if manifest is None or any(found.key.startswith(_NEEDED) for found in findings.items):
        raise Stop(findings.items, next_step="correct the manifest")
    return manifest


def _of_a_draft(found: Finding) -> bool:
    """Whether this keeps a department from starting, and not from being called once by hand."""
    return found.rule is Rule.KEY_UNDECIDED and found.key.startswith("owner")


def _folders(settings: Settings, asked: Asked) -> Mapping[str, Path]:
    """The departments' folders by id: the one named, else those that are plugged in."""
    return plugged(settings) if asked.folder is None else named_in(asked.folder)


def _endpoint(settings: Settings, asked: Asked) -> Endpoint:
    access = settings.departments.get(asked.department)
    url = asked.url or (access.url if access else None)
    if url is None:
        raise Stop(
            [f"the settings give {asked.department} no address"],
            next_step=f"set departments.{asked.department}.url, or give --url http://…",
            code=MISUSED,
        )
    if access is None:
        return Endpoint(url=url)
    with explained():
        return replace(endpoint_of(settings, asked.department), url=url)


def _rim() -> Rim:
    return Rim(
        now=time.time, new_id=lambda: uuid.uuid4().hex, nonce=lambda: os.urandom(16), trace=dict
    )
