"""department.toml to Manifest, or to every mistake in it at once."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from adapters.findings import Findings
from adapters.manifest.calls import (
    both_ways,
    callback_of,
    calls_of,
    faults_of,
    outcome_rule,
    registers_of,
)
from adapters.manifest.contract import contract_of
from adapters.manifest.examine import Examination, plain
from adapters.manifest.keys import AUTH, TOP
from adapters.manifest.model import AUTH_KINDS, AuthSpec, Manifest, Owner
from adapters.manifest.places import Places
from adapters.manifest.promises import promised
from adapters.manifest.table import Table
from adapters.rules import Rule
from schema.domain.department import Limits, ProgressMode, Repeats

FILE = "department.toml"
_WRITTEN = {
    ".wsdl": "soap",
    ".yaml": "rest",
    ".yml": "rest",
    ".json": "rest",
    ".graphql": "graphql",
    ".graphqls": "graphql",
}


def read_manifest(folder: Path, findings: Findings) -> Manifest | None:
    """The manifest of this folder; None when it cannot even be read."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        findings.add("", "there is no department.toml", f"add {FILE}", Rule.FILE_MISSING)
        return None
    except OSError as error:
        findings.add(
            "", f"cannot be read: {error.strerror}", f"put a file {FILE}", Rule.FILE_MISSING
        )
        return None
    except (ValueError, RecursionError) as error:  # numbers and nestings without end, too
        findings.add("", f"is not TOML: {error}", "mend this place first", Rule.FILE_TOML)
        return None
    findings.places = Places(text)
    protocol = _protocol(data)
    sound = Examination(findings, protocol).sound(TOP, plain(data))
    return _manifest(folder, Table({"protocol": protocol, **sound}, "", findings))


def _protocol(data: Mapping[str, Any]) -> str:
    """What it says, else what its contract is written in, so that the rest can be looked at."""
    said, contract = data.get("protocol"), data.get("contract")
    if isinstance(said, str) and said in AUTH_KINDS:
        return said
    file = contract.get("file") if isinstance(contract, Mapping) else None
    return _WRITTEN.get(Path(str(file)).suffix, "")


def _manifest(folder: Path, top: Table) -> Manifest:
    identifier = top.text("id")
    if identifier and identifier != folder.name:
        sentence = f"is {identifier!r}, the folder is {folder.name!r}"
        top.wrong("id", Rule.ID_FOLDER, sentence, "make them equal")
    owner, outcome = top.table("owner"), outcome_rule(top.table("outcome"))
    faults = faults_of(top.table("faults"))
    both_ways(top.table("outcome"), outcome, faults)
    registers, lookups = registers_of(top, identifier, outcome)
    services, unused, verifications, feed = calls_of(top, outcome)
    manifest = Manifest(
        folder=folder,
        id=identifier,
        name=top.label("name"),
        owner=Owner(
            unit=owner.text("unit"), contact=owner.text("contact"), purpose=owner.text("purpose")
        ),
        protocol=top.text("protocol"),
        repeats=Repeats(top.text("repeats", Repeats.BLIND)),
        progress=ProgressMode(top.text("progress", ProgressMode.NONE)),
        contract=contract_of(folder, top.table("contract")),
        limits=_limits(top.table("limits")),
        auth=_auth(top.table("auth")),
        outcome=outcome,
        codes={name: table.data for name, table in top.tables("codes")},
        faults=faults,
        registers=registers,
        lookups=lookups,
        services=services,
        unused=unused,
        verifications=verifications,
        feed=feed,
        callback=callback_of(top),
        python=_python(folder, top.findings),
    )
    promised(manifest, top)
    return manifest


def _limits(table: Table) -> Limits:
    return Limits(
        timeout_s=table.number("timeout_s", 1.0),
        concurrency=int(table.number("concurrency", 1)),
        rate_per_s=table.number("rate_per_s"),
        processing_s=table.number("processing_s"),
        lookup_lag_s=table.number("lookup_lag_s"),
        reply_bytes=int(table.number("reply_bytes", 1_000_000)),
        poll_every_s=table.number("poll_every_s", 60.0),
    )


def _auth(table: Table) -> AuthSpec:
    kind = table.text("kind", "none")
    keys = AUTH[kind]
    names = [key.name for key in keys if key.credential]
    options = [key.name for key in keys if not key.credential]
    return AuthSpec(
        kind=kind,
        names={name: table.text(name) for name in names},
        options={name: table.text(name) for name in options},
    )


def _python(folder: Path, findings: Findings) -> Mapping[str, Callable[[Any], Any]]:
    """The functions of adapter.py, run once here; it sees nothing of us."""
    path = folder / "adapter.py"
    if not path.is_file():
        return {}
    space: dict[str, Any] = {"__name__": f"adapters.departments.{folder.name}.adapter"}
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)  # noqa: S102 — ours
    except (Exception, SystemExit) as error:  # a team's own code may fail in any way
        sentence = f"cannot be loaded: {type(error).__name__}: {error}"
        findings.add(
            "adapter.py",
            sentence,
            "it is run once at start: mend what fails there",
            Rule.ADAPTER_BROKEN,
        )
    own = space["__name__"]
    return {
        name: value
        for name, value in space.items()
        if isinstance(value, FunctionType) and value.__module__ == own and not name.startswith("_")
    }
