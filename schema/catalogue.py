"""The one things on offer: loaded from a folder of TOML files, checked against the departments."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schema.declaration.finding import Finding, Findings, did_you_mean
from schema.declaration.read_one_thing import read_file
from schema.domain.department import DepartmentInfo, Register
from schema.domain.one_thing import Item, OneThing, PrefillSource

ONE_THINGS = Path(__file__).parent / "one_things"


class CatalogueInvalid(ValueError):
    """The catalogue cannot be used; `findings` holds every mistake of every file."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One one thing of one version, and the file that declares it."""

    one_thing: OneThing
    file: str


class LoadedCatalogue:
    """The one things of a folder; versions stand side by side."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        newest_first = sorted(entries, key=_release, reverse=True)
        self.entries = tuple(sorted(newest_first, key=lambda entry: entry.one_thing.id))
        self._by_version: Mapping[tuple[str, str], OneThing] = {
            (e.one_thing.id, e.one_thing.version): e.one_thing for e in self.entries
        }
        newest: dict[str, OneThing] = {}
        for entry in self.entries:
            newest.setdefault(entry.one_thing.id, entry.one_thing)
        self._newest = newest

    def all(self) -> Sequence[OneThing]:
        """The newest version of every one thing, by id."""
        return tuple(self._newest.values())

    def find(self, one_thing: str, version: str | None = None) -> OneThing | None:
        """The newest version, or the one named; None when there is none."""
        if version is None:
            return self._newest.get(one_thing)
        return self._by_version.get((one_thing, version))


def load(folder: Path = ONE_THINGS) -> LoadedCatalogue:
    """Every one thing of the folder; raises CatalogueInvalid with every mistake of every file."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.toml")):
        one_thing, found = read_file(path)
        findings.extend(found)
        if one_thing is not None:
            entries.append(Entry(one_thing=one_thing, file=path.name))
    findings.extend(_misplaced(entries))
    if not entries and not findings:
        findings.append(
            Finding(file=folder.name, key="*.toml", sentence="the catalogue declares no one thing")
        )
    if findings:
        raise CatalogueInvalid(findings)
    return LoadedCatalogue(entries)


def cross_check(catalogue: LoadedCatalogue, departments: Sequence[DepartmentInfo]) -> list[Finding]:
    """What the catalogue expects of departments that they do not publish."""
    published = {department.id: department for department in departments}
    findings: list[Finding] = []
    for entry in catalogue.entries:
        noted = Findings(entry.file)
        for item in entry.one_thing.items:
            _check_item(item, published, noted)
        for source in entry.one_thing.sources:
            _check_source(source, entry.one_thing, published, noted)
        findings.extend(noted.all())
    return findings


def _release(entry: Entry) -> tuple[int, ...]:
    """A version as numbers: 2026.10 comes after 2026.9."""
    return tuple(int(part) for part in re.findall(r"[0-9]+", entry.one_thing.version))


def _misplaced(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Files whose name tells another one thing, and two files of one version."""
    seen: dict[tuple[str, str], str] = {}
    for entry in entries:
        one_thing, file = entry.one_thing, entry.file
        name = Path(file).stem.partition("@")[0]
        if name != one_thing.id:
            sentence = f'the file declares "{one_thing.id}", its name says "{name}"'
            yield Finding(file=file, key="id", sentence=sentence)
        key = (one_thing.id, one_thing.version)
        if key in seen:
            sentence = f"{one_thing.id} {one_thing.version} is declared in {seen[key]} already"
            yield Finding(file=file, key="version", sentence=sentence)
        seen.setdefault(key, file)


def _check_item(item: Item, published: Mapping[str, DepartmentInfo], findings: Findings) -> None:
    at = f"items.{item.id}"
    department = _published(item.department, f"{at}.department", published, findings)
    if department and item.service not in department.services:
        hint = did_you_mean(item.service, department.services)
        findings.add(f"{at}.service", f'{department.id} does not decide "{item.service}"{hint}')
    for name in item.with_departments:
        _published(name, f"{at}.with_departments", published, findings)
    for material in item.materials:
        if material.through is not None:
            key = f"{at}.materials.{material.code}.through"
            _published(material.through, key, published, findings)


def _check_source(
    source: PrefillSource,
    one_thing: OneThing,
    published: Mapping[str, DepartmentInfo],
    findings: Findings,
) -> None:
    at = f"sources.{source.name}"
    register = _register(source, published, findings)
    if register is None:
        return
    lookups = [lookup.name for lookup in register.lookups]
    if source.lookup not in lookups:
        hint = did_you_mean(source.lookup, lookups)
        findings.add(f"{at}.lookup", f'{register.id} has no lookup "{source.lookup}"{hint}')
    names = [field.name for field in register.fields]
    for field, key in _used_fields(source, one_thing):
        if field not in names:
            hint = did_you_mean(field, names)
            findings.add(key, f'{register.department}.{register.id} has no field "{field}"{hint}')


def _register(
    source: PrefillSource, published: Mapping[str, DepartmentInfo], findings: Findings
) -> Register | None:
    at = f"sources.{source.name}"
    department = _published(source.department, f"{at}.department", published, findings)
    if department is None:
        return None
    registers = {register.id: register for register in department.registers}
    if source.register not in registers:
        hint = did_you_mean(source.register, registers)
        findings.add(f"{at}.register", f'{department.id} has no register "{source.register}"{hint}')
    return registers.get(source.register)


def _used_fields(source: PrefillSource, one_thing: OneThing) -> Iterator[tuple[str, str]]:
    """The register fields the one thing reads from this source, and where it says so."""
    for field in one_thing.fields:
        if field.prefill and field.prefill.source == source.name:
            yield field.prefill.field, f"fields.{field.key}.prefill.field"
    for other in one_thing.sources:
        first, dot, name = other.key.partition(".")
        if dot and first == source.name:
            yield name, f"sources.{other.name}.key"


def _published(
    name: str, at: str, published: Mapping[str, DepartmentInfo], findings: Findings
) -> DepartmentInfo | None:
    if name not in published:
        findings.add(at, f'the department "{name}" is unknown{did_you_mean(name, published)}')
    return published.get(name)
