"""Calls a manifest declares, made by name: `registers.property.cert_no`, `verbs.progress`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.conformance.examples import called
from adapters.department import DeclaredDepartment
from adapters.findings import did_you_mean
from adapters.manifest.model import CallSpec, Manifest
from gateway.cli.output import MISUSED, Stop
from gateway.cli.typed_arguments import (
    Given,
    filing_arguments,
    of_service,
    only,
    supplement_arguments,
    withdrawal_arguments,
)

KINDS = ("registers", "verbs", "services", "verifications", "feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A declared call with its arguments, both as an example tells them."""

    spec: CallSpec
    call: str
    arguments: Mapping[str, Any]

    async def make(self, department: DeclaredDepartment, budget: float) -> Any:
        """Make it within so many seconds."""
        return await called(department, self.call, self.arguments, budget)


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
    name = name.replace(".lookups.", ".", 1)  # as the manifest writes it
    able = [full for full in known if full.partition(".")[0] == name]
    if len(able) > 1:
        names = " or ".join(f"registers.{one}" for one in able)
        raise Stop([f"{name} has {len(able)} look-ups"], next_step=f"say {names}", code=MISUSED)
    full = able[0] if able else name
    if full not in known:
        raise _unknown(f"registers.{name}", [f"registers.{one}" for one in known])
    register, lookup = known[full]
    spec = manifest.lookups[register, lookup]
    keys = only(given, "key")
    if len(keys) > spec.batch:
        raise Stop([f"{full} takes {spec.batch} keys at once"], code=MISUSED)
    arguments = {"register": register, "lookup": lookup, "keys": keys}
    return Declared(spec=spec, call="read", arguments=arguments)


def _verification(manifest: Manifest, kind: str, given: Given) -> Declared:
    if kind not in manifest.verifications:
        raise _unknown(
            f"verifications.{kind}", [f"verifications.{k}" for k in manifest.verifications]
        )
    claims = {name.removeprefix("claims."): value for name, value in given}
    arguments = {"kind": kind, "claims": claims}
    return Declared(spec=manifest.verifications[kind], call="verify", arguments=arguments)


def _feed(manifest: Manifest, given: Given) -> Declared:
    if manifest.feed is None:
        raise Stop(["it declares no feed"], next_step="add [feed] to its manifest", code=MISUSED)
    arguments = {"cursor": dict(given).get("cursor")}
    return Declared(spec=manifest.feed, call="changes", arguments=arguments)


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
    return Declared(spec=spec, call=verb, arguments=_VERBS[verb](given, service, now))


def _find_filing(given: Given, service: str, _: datetime) -> dict[str, Any]:
    return {"reference": of_service(given, "reference")[0], "service": service}


def _supplement(given: Given, service: str, _: datetime) -> dict[str, Any]:
    return supplement_arguments(given, service)


def _withdraw(given: Given, service: str, _: datetime) -> dict[str, Any]:
    return withdrawal_arguments(given, service)


def _progress(given: Given, service: str, _: datetime) -> dict[str, Any]:
    return {"receipts": of_service(given, "receipt"), "service": service}


def _certificate(given: Given, service: str, _: datetime) -> dict[str, Any]:
    return {"receipt": of_service(given, "receipt")[0], "service": service}


_VERBS: Mapping[str, Callable[[Given, str, datetime], dict[str, Any]]] = {
    "file": filing_arguments,
    "find_filing": _find_filing,
    "supplement": _supplement,
    "find_supplement": _supplement,
    "withdraw": _withdraw,
    "progress": _progress,
    "certificate": _certificate,
}


def _unknown(name: str, known: Sequence[str]) -> Stop:
    hint = did_you_mean(name, known) or "the manifest declares nothing of the kind"
    return Stop([f"there is no {name}"], next_step=hint, code=MISUSED)
