"""department.toml to Manifest, or to every mistake in it at once."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from adapters.findings import Findings
from adapters.manifest.calls import callback_of, calls_of, outcome_rule, registers_of
from adapters.manifest.model import AuthSpec, ContractSpec, Manifest, Owner
from adapters.manifest.table import Table
from adapters.outcome import Meaning
from schema.domain.department import Limits, ProgressMode, Repeats

FILE = "department.toml"

_TOP = [
    "id",
    "name",
    "owner",
    "protocol",
    "repeats",
    "progress",
    "contract",
    "limits",
    "auth",
    "outcome",
    "faults",
    "codes",
    "registers",
    "verbs",
    "services",
    "verifications",
    "feed",
    "callback",
]
AUTH: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "none": ((), ()),
    "message": ((), ()),
    "username_token": (("username", "password"), ()),
    "header": (("value",), ("name", "prefix")),
    "oauth2": (("client_id", "client_secret"), ("token_path", "scope")),
}
_OPTIONAL = ("prefix", "scope")


def read_manifest(folder: Path, findings: Findings) -> Manifest | None:
    """The manifest of this folder; None when it cannot even be read."""
    try:
        data = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        findings.add("", "there is no department.toml", f"add {FILE}")
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        findings.add("", f"is not TOML: {error}")
        return None
    return _manifest(folder, Table(data, "", findings))


def _manifest(folder: Path, top: Table) -> Manifest:
    top.only(*_TOP)
    identifier = top.text("id")
    if identifier and identifier != folder.name:
        top.findings.add(
            "id", f"is {identifier!r}, the folder is {folder.name!r}", "make them equal"
        )
    protocol = top.choice("protocol", ("soap", "rest"))
    owner = top.table("owner", required=True)
    owner.only("unit", "contact", "purpose")
    outcome = outcome_rule(top.table("outcome"))
    registers, lookups = registers_of(top, identifier, outcome)
    services, verifications, feed = calls_of(top, outcome)
    manifest = Manifest(
        folder=folder,
        id=identifier,
        name=top.label("name"),
        owner=Owner(
            unit=owner.text("unit"), contact=owner.text("contact"), purpose=owner.text("purpose")
        ),
        protocol=protocol,
        repeats=Repeats(top.choice("repeats", tuple(Repeats))),
        progress=ProgressMode(top.choice("progress", tuple(ProgressMode))),
        contract=_contract(folder, top.table("contract", required=True), protocol),
        limits=_limits(top.table("limits", required=True)),
        auth=_auth(top.table("auth", required=True)),
        codes=_codes(top),
        faults=faults_of(top.table("faults")),
        registers=registers,
        lookups=lookups,
        services=services,
        verifications=verifications,
        feed=feed,
        callback=callback_of(top) if "callback" in top.data else None,
        python=_python(folder, top.findings),
    )
    _promises(manifest, top.findings)
    return manifest


def faults_of(table: Table) -> Mapping[str, Meaning]:
    """A table of codes and their meanings."""
    return {code: Meaning(table.choice(code, tuple(Meaning))) for code in table.data}


def _contract(folder: Path, table: Table, protocol: str) -> ContractSpec:
    known = ["file", "sha256", "path", "encoding", "reply_encoding", "more", "vendored"]
    table.only(*known, *(("service", "port") if protocol == "soap" else ()))
    name, digest = table.text("file"), table.text("sha256")
    more = {file: table.table("more").text(file) for file in table.table("more").data}
    for file, wanted in {name: digest, **more}.items():
        _pinned(folder, table, file, wanted)
    vendored = {url: table.table("vendored").text(url) for url in table.table("vendored").data}
    for url, file in vendored.items():
        if file not in more:
            key = table.at(f"vendored.{url}")
            table.findings.add(key, f"{file!r} is not pinned", "add it with its sha256 to more")
    return ContractSpec(
        file=folder / name,
        sha256=digest,
        path=table.text("path", ""),
        service=table.text("service") if protocol == "soap" else "",
        port=table.text("port") if protocol == "soap" else "",
        encoding=table.text("encoding", "utf-8"),
        reply_encoding=table.maybe("reply_encoding"),
        more=more,
        vendored={url: folder / file for url, file in vendored.items()},
    )


def _pinned(folder: Path, table: Table, file: str, wanted: str) -> None:
    path = folder / file
    if not file or not path.is_file():
        table.findings.add(table.at("file"), f"there is no {file!r}", "put it into contract/")
        return
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != wanted:
        key = table.at("sha256")
        table.findings.add(key, f"{file} is not the pinned contract", f"it has sha256 {found}")


def _limits(table: Table) -> Limits:
    required = ("timeout_s", "concurrency", "rate_per_s", "processing_s", "lookup_lag_s")
    table.only(*required, "reply_bytes", "poll_every_s")
    for name in ("timeout_s", "concurrency"):
        if table.data.get(name) == 0:
            table.findings.add(table.at(name), "must be above 0", "give what the department bears")
    return Limits(
        timeout_s=table.number("timeout_s"),
        concurrency=max(1, int(table.number("concurrency"))),
        rate_per_s=table.number("rate_per_s"),
        processing_s=table.number("processing_s"),
        lookup_lag_s=table.number("lookup_lag_s"),
        reply_bytes=int(table.number("reply_bytes", 1_000_000)),
        poll_every_s=table.number("poll_every_s", 60.0),
    )


def _auth(table: Table) -> AuthSpec:
    kind = table.choice("kind", AUTH)
    names, options = AUTH[kind]
    table.only("kind", *names, *options)
    return AuthSpec(
        kind=kind,
        names={name: table.text(name) for name in names},
        options={name: table.text(name, "" if name in _OPTIONAL else None) for name in options},
    )


def _codes(top: Table) -> Mapping[str, Mapping[str, Any]]:
    tables: dict[str, Mapping[str, Any]] = {}
    for name, table in top.tables("codes"):
        for code, value in table.data.items():
            if not isinstance(value, str | bool | int):
                table.findings.add(table.at(code), "must be a text, a number or true/false")
        tables[name] = table.data
    return tables


def _python(folder: Path, findings: Findings) -> Mapping[str, Callable[[Any], Any]]:
    """The functions of adapter.py, run once here; it sees nothing of us."""
    path = folder / "adapter.py"
    if not path.is_file():
        return {}
    space: dict[str, Any] = {"__name__": f"adapters.departments.{folder.name}.adapter"}
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)  # noqa: S102 — ours
    except Exception as error:  # a team's own code may fail in any way; the rest still loads
        findings.add("adapter.py", f"cannot be loaded: {type(error).__name__}: {error}")
    own = space["__name__"]
    return {
        name: value
        for name, value in space.items()
        if isinstance(value, FunctionType) and value.__module__ == own and not name.startswith("_")
    }


def _promises(manifest: Manifest, findings: Findings) -> None:
    """What `repeats` and `progress` demand of the verbs."""
    for service, verbs in manifest.services.items():
        key = f"services.{service}"
        if "file" not in verbs:
            findings.add(key, "nobody says how it is filed", f"add [{key}.file] or [verbs.file]")
        if manifest.repeats is Repeats.LOOKUP and "find_filing" not in verbs:
            findings.add(key, 'repeats = "lookup" needs find_filing', "add [verbs.find_filing]")
        if manifest.progress is ProgressMode.POLL and "progress" not in verbs:
            findings.add(key, 'progress = "poll" needs progress', "add [verbs.progress]")
    if manifest.progress is ProgressMode.FEED and manifest.feed is None:
        findings.add("feed", 'progress = "feed" needs it', "add [feed]")
    if manifest.progress is ProgressMode.CALLBACK and manifest.callback is None:
        findings.add("callback", 'progress = "callback" needs it', "add [callback]")
