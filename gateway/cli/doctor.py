"""`onething doctor`: a table of checks, each with what to do when it does not hold."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from gateway.cli.loading import load_declared
from gateway.cli.output import Speaker, Stop, coloured
from gateway.clock import SystemClock
from gateway.edge.graphiql_page import BUNDLE
from gateway.issuing.issuing import issuing_keys
from gateway.security.client_certificate import (
    ClientCertificateRefused,
    client_certificate,
    valid_until,
)
from gateway.settings import Settings, SettingsInvalid
from schema.working_days import CalendarInvalid, load_working_calendar

_REACH_S = 1.5
_RENEW = timedelta(days=30)  # a certificate with less to go is told


class State(StrEnum):
    """How a check came out; only `fail` keeps a gateway from working."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check saw."""

    check: str
    state: State
    detail: str
    remedy: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def examine(speaker: Speaker, settings: Settings, *, as_json: bool) -> None:
    """Run every check; Stop when one fails."""
    findings = [finding for check in CHECKS for finding in check(settings)]
    if as_json:
        speaker.json([asdict(finding) for finding in findings])
    else:
        _print(speaker, findings)
    failed = [f"{f.check}: {f.detail}" for f in findings if f.state is State.FAIL]
    if failed:
        raise Stop(() if as_json else failed, next_step="follow the remedies above")


def _print(speaker: Speaker, findings: Sequence[Finding]) -> None:
    colours = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}
    rows = [(f.check, coloured((f.state, colours[f.state])), f.detail, f.remedy) for f in findings]
    speaker.table("doctor", ("check", "", "what was found", "what to do"), rows)


def _python(_: Settings) -> Iterator[Finding]:
    new_enough = sys.version_info >= (3, 11)
    version = ".".join(map(str, sys.version_info[:3]))
    state = State.OK if new_enough else State.FAIL
    remedy = "" if new_enough else "install Python 3.11 or newer"
    yield Finding(check="python", state=state, detail=version, remedy=remedy)


def _port(settings: Settings) -> Iterator[Finding]:
    host, port = settings.server.host, settings.server.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            detail = f"{host}:{port}: {error.strerror or error}"
            remedy = "a gateway may be running; otherwise set server.port"
            yield Finding(check="port", state=State.WARN, detail=detail, remedy=remedy)
        else:
            yield Finding(check="port", state=State.OK, detail=f"{host}:{port} is free")


def _store(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.store_url)
    if parts.scheme.startswith("sqlite"):
        path = Path(settings.store_url.partition(":///")[2])
        yield _writable("store", path.parent, "store.url")
        return
    yield _reachable("store", parts.hostname or "", parts.port or 5432, State.FAIL)


def _materials(settings: Settings) -> Iterator[Finding]:
    if settings.materials.folder is not None:
        yield _writable("materials", settings.materials.folder, "materials.folder")


def _declared(settings: Settings) -> Iterator[Finding]:
    try:
        declared = load_declared(settings)
    except Stop as stop:
        for line in stop.findings:
            yield Finding(check="declared", state=State.FAIL, detail=line, remedy="correct it")
        return
    departments = ", ".join(info.id for info in declared.infos)
    one_things = ", ".join(one_thing.id for one_thing in declared.catalogue.all())
    yield Finding(check="contracts", state=State.OK, detail=departments)
    yield Finding(check="one things", state=State.OK, detail=one_things)


def _calendar(settings: Settings) -> Iterator[Finding]:
    folders = [settings.plugins.calendars] if settings.plugins.calendars else []
    try:
        calendar = load_working_calendar(*folders)
    except CalendarInvalid:
        return  # said among what is declared
    this_year = SystemClock().now().year
    for year in (this_year, this_year + 1):
        provisional = calendar.provisional(date(year, 1, 1), date(year, 12, 23))
        yield Finding(
            check="calendar",
            state=State.WARN if provisional else State.OK,
            detail=f"{year}: {'provisional' if provisional else 'announced'}",
            remedy=f"add {year}.toml to plugins.calendars once announced" if provisional else "",
        )


def _signing(settings: Settings) -> Iterator[Finding]:
    try:
        keys = issuing_keys(settings)
    except SettingsInvalid as invalid:
        for problem in invalid.problems:
            detail, _, remedy = problem.partition(" — ")
            yield Finding(check="signing", state=State.FAIL, detail=detail, remedy=remedy)
        return
    detail = f"key {keys.kid}, {len(keys.check) - 1} retired"
    yield Finding(check="signing", state=State.OK, detail=detail)


def _certificates(settings: Settings) -> Iterator[Finding]:
    now = SystemClock().now()
    for name, access in settings.departments.items():
        with suppress(ClientCertificateRefused):  # said among what is declared
            shown = client_certificate(access)
            if shown is not None:
                yield _lasting(f"certificate for {name}", valid_until(shown), now)


def _lasting(check: str, until: datetime, now: datetime) -> Finding:
    detail, left = f"valid until {until:%Y-%m-%d}", until - now
    if left > _RENEW:
        return Finding(check=check, state=State.OK, detail=detail)
    state = State.WARN if left > timedelta() else State.FAIL
    return Finding(check=check, state=state, detail=detail, remedy="have it renewed")


def _graphiql(_: Settings) -> Iterator[Finding]:
    if (BUNDLE / "index.js").is_file():
        yield Finding(check="graphiql", state=State.OK, detail="built")
        return
    npm = "npm is there" if shutil.which("npm") else "npm is missing: install Node.js first"
    remedy = f"make graphiql ({npm})"
    yield Finding(check="graphiql", state=State.WARN, detail="not built", remedy=remedy)


def _reach(settings: Settings) -> Iterator[Finding]:
    for name, access in settings.departments.items():
        parts = urlsplit(access.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        yield _reachable(f"department {name}", parts.hostname or "", port, State.WARN)


def _reachable(check: str, host: str, port: int, otherwise: State) -> Finding:
    try:
        socket.create_connection((host, port), timeout=_REACH_S).close()
    except OSError as error:
        detail = f"{host}:{port}: {error.strerror or error}"
        remedy = "in dev: onething mocks; otherwise check its address"
        return Finding(check=check, state=otherwise, detail=detail, remedy=remedy)
    return Finding(check=check, state=State.OK, detail=f"{host}:{port} answers")


def _writable(check: str, folder: Path, key: str) -> Finding:
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return Finding(check=check, state=State.OK, detail=f"{folder} is writable")
    detail = f"{folder} is not writable"
    remedy = f"set {key} to a place that is, or change its rights"
    return Finding(check=check, state=State.FAIL, detail=detail, remedy=remedy)


CHECKS: tuple[Check, ...] = (
    _python,
    _port,
    _store,
    _materials,
    _declared,
    _calendar,
    _signing,
    _certificates,
    _graphiql,
    _reach,
)
