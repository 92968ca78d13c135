"""Calls a manifest declares, made by name: `registers.property.cert_no`, `verbs.progress`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.department import DeclaredDepartment
from adapters.findings import did_you_mean
from adapters.manifest.model import CallSpec, Manifest
from gateway.cli.output import MISUSED, Stop
from schema.domain.filing import Applicant, Filing, Supplement, Withdrawal

KINDS = ("registers", "verbs", "services", "verifications", "feed")
_APPLICANT = ("name", "identifier", "agent_name", "agent_id_number", "phone")

Given = Sequence[tuple[str, str]]
Make = Callable[[DeclaredDepartment, float], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A declared call with its arguments; `make` takes the department and its budget in s."""

    spec: CallSpec
    make: Make


def declared(manifest: Manifest, name: str, given: Given, now: datetime) -> Declared:
    """The call of this name; Stop tells what there is instead."""
    kind, _, rest = name.partition(".")
    found: dict[str, Callable[[], Declared]] = {
        "registers": lambda: _lookup(manifest, rest, given),
        "verbs": lambda: _verb(manifest, rest, given, now),
        "services": lambda: _service(manifest, rest, given, now),
        "verifications": lambda: _verification(manifest, rest, given),
        "feed": lambda: _feed(manifest, given),
    }
    return found[kind]()


def _lookup(manifest: Manifest, name: str, given: Given) -> Declared:
    known = {f"{register}.{lookup}": (register, lookup) for register, lookup in manifest.lookups}
    alone = [full for full in known if full.partition(".")[0] == name]
    full = alone[0] if len(alone) == 1 else name
    if full not in known:
        raise _unknown(f"registers.{name}", [f"registers.{one}" for one in known])
    register, lookup = known[full]
    spec = manifest.lookups[register, lookup]
    keys = _only(given, "key")["key"]
    if len(keys) > spec.batch:
        raise Stop([f"{full} takes {spec.batch} keys at once"], code=MISUSED)
    return Declared(
        spec=spec,
        make=lambda department, budget: department.read(register, lookup, keys, budget=budget),
    )


def _verification(manifest: Manifest, kind: str, given: Given) -> Declared:
    if kind not in manifest.verifications:
        raise _unknown(
            f"verifications.{kind}", [f"verifications.{k}" for k in manifest.verifications]
        )
    claims = {name.removeprefix("claims."): value for name, value in given}
    return Declared(
        spec=manifest.verifications[kind],
        make=lambda department, budget: department.verify(kind, claims, budget=budget),
    )


def _feed(manifest: Manifest, given: Given) -> Declared:
    if manifest.feed is None:
        raise Stop(["it declares no feed"], next_step="add [feed] to its manifest", code=MISUSED)
    cursor = dict(given).get("cursor")
    return Declared(
        spec=manifest.feed,
        make=lambda department, budget: department.changes(cursor, budget=budget),
    )


def _verb(manifest: Manifest, verb: str, given: Given, now: datetime) -> Declared:
    """The verb as the service named in the arguments has it, else as the first that has it."""
    able = [service for service, verbs in manifest.services.items() if verb in verbs]
    known = sorted({f"verbs.{v}" for verbs in manifest.services.values() for v in verbs})
    if not able:
        raise _unknown(f"verbs.{verb}", known)
    service = dict(given).get("service", able[0])
    return _service(manifest, f"{service}.{verb}", given, now)


def _service(manifest: Manifest, name: str, given: Given, now: datetime) -> Declared:
    service, _, verb = name.rpartition(".")
    spec = manifest.services.get(service, {}).get(verb)
    if spec is None:
        known = [f"services.{s}.{v}" for s, verbs in manifest.services.items() for v in verbs]
        raise _unknown(f"services.{name}", known)
    return Declared(spec=spec, make=_VERBS[verb](service, given, now))


def _file(service: str, given: Given, now: datetime) -> Make:
    held = _grouped(given, {"reference", "case", "item", "service"}, {"answers", "applicant"})
    applicant = held["applicant"]
    _refuse(set(applicant) - set(_APPLICANT), "applicant.", _APPLICANT)
    who = {f"applicant.{name}": applicant.get(name) for name in ("name", "identifier")}
    _need({**held, **who}, ("reference", *who))
    filing = Filing(
        reference=held["reference"],
        case=held.get("case", held["reference"]),
        item=held.get("item", service),
        service=service,
        answers=held["answers"],
        applicant=Applicant(**applicant),
        submitted_at=now,
    )
    return lambda department, budget: department.file(filing, budget=budget)


def _find_filing(service: str, given: Given, _: datetime) -> Make:
    reference = _one(given, "reference")
    return lambda department, budget: department.find_filing(reference, service, budget=budget)


def _supplement(service: str, given: Given) -> Supplement:
    held = _grouped(given, {"reference", "receipt", "service", "note"}, {"answers"})
    _need(held, ("reference", "receipt"))
    return Supplement(
        reference=held["reference"],
        receipt=held["receipt"],
        service=service,
        answers=held["answers"],
        note=held.get("note"),
    )


def _send_supplement(service: str, given: Given, _: datetime) -> Make:
    supplement = _supplement(service, given)
    return lambda department, budget: department.supplement(supplement, budget=budget)


def _find_supplement(service: str, given: Given, _: datetime) -> Make:
    supplement = _supplement(service, given)
    return lambda department, budget: department.find_supplement(supplement, budget=budget)


def _withdraw(service: str, given: Given, _: datetime) -> Make:
    held = _grouped(given, {"reference", "receipt", "reason", "service"}, set())
    _need(held, ("reference", "receipt", "reason"))
    withdrawal = Withdrawal(
        reference=held["reference"],
        receipt=held["receipt"],
        service=service,
        reason=held["reason"],
    )
    return lambda department, budget: department.withdraw(withdrawal, budget=budget)


def _progress(service: str, given: Given, _: datetime) -> Make:
    receipts = _only([pair for pair in given if pair[0] != "service"], "receipt")["receipt"]
    return lambda department, budget: department.progress(receipts, service, budget=budget)


def _certificate(service: str, given: Given, _: datetime) -> Make:
    receipt = _one(given, "receipt")
    return lambda department, budget: department.certificate(receipt, service, budget=budget)


_VERBS: Mapping[str, Callable[[str, Given, datetime], Make]] = {
    "file": _file,
    "find_filing": _find_filing,
    "supplement": _send_supplement,
    "find_supplement": _find_supplement,
    "withdraw": _withdraw,
    "progress": _progress,
    "certificate": _certificate,
}


def _only(given: Given, name: str) -> dict[str, list[str]]:
    """All values of the one argument a call takes."""
    _refuse({key for key, _ in given} - {name}, "", (name,))
    values = [value for key, value in given if key == name]
    _need({name: values or None}, (name,))
    return {name: values}


def _one(given: Given, name: str) -> str:
    return _only([pair for pair in given if pair[0] != "service"], name)[name][0]


def _grouped(given: Given, names: set[str], groups: set[str]) -> dict[str, Any]:
    held: dict[str, Any] = {group: {} for group in groups}
    for key, value in given:
        group, dot, name = key.partition(".")
        if dot and group in groups:
            held[group][name] = value
        else:
            _refuse({key} - names, "", (*sorted(names), *(f"{g}.<name>" for g in sorted(groups))))
            held[key] = value
    return held


def _need(held: Mapping[str, Any], names: Sequence[str]) -> None:
    missing = [name for name in names if not held.get(name)]
    if missing:
        step = "give " + " ".join(f"{name}=…" for name in missing)
        raise Stop([f"{name}: is missing" for name in missing], next_step=step, code=MISUSED)


def _refuse(unknown: set[str], prefix: str, known: Sequence[str]) -> None:
    if unknown:
        name = min(unknown)
        raise Stop(
            [f"{prefix}{name}: is no argument of this call"],
            next_step=did_you_mean(name, known),
            code=MISUSED,
        )


def _unknown(name: str, known: Sequence[str]) -> Stop:
    hint = did_you_mean(name, known) or "the manifest declares nothing of the kind"
    return Stop([f"there is no {name}"], next_step=hint, code=MISUSED)
