"""The shipped departments' examples, replayed by the conformance kit's own code."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from adapters.conformance.declared import replayed as replayed_by_kit
from adapters.conformance.examples import Json
from adapters.conformance.subject import Subject
from adapters.department import DeclaredDepartment
from adapters.findings import Findings
from adapters.manifest.model import Manifest
from adapters.manifest.read import FILE, read_manifest
from adapters.wire import Wire
from tests.adapters.test_departments_speak import CREDENTIALS, DEPARTMENTS


def folder(name: str) -> Path:
    """Where a department's examples lie."""
    return DEPARTMENTS / name / "examples"


@cache
def manifest_of(name: str) -> Manifest:
    """The shipped manifest, which has no mistake."""
    findings = Findings(FILE)
    manifest = read_manifest(DEPARTMENTS / name, findings)
    assert manifest is not None, [str(f) for f in findings.items]
    return manifest


def subject_of(name: str) -> Subject:
    """The shipped department as the kit examines it."""
    return Subject(folder=DEPARTMENTS / name, credentials=CREDENTIALS[name])


def department(
    manifest: Manifest, wire: Wire, credentials: Mapping[str, str] | None = None
) -> DeclaredDepartment:
    """The department on this line, its clock and its ids standing still."""
    return subject_of(manifest.id).replaying(wire, credentials)


@cache
def _read_once(name: str) -> Subject:
    """The same subject for every example: its manifest is read once, its adapter made for each."""
    return subject_of(name)


async def replayed(name: str, example: Json) -> tuple[list[Json], dict[str, Json]]:
    """What the adapter asks and gives when the department answers as recorded."""
    return await replayed_by_kit(_read_once(name), example)
