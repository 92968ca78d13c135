"""The department's examples, recorded from its server: every declared call, and two that fail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.conformance.examples import Json, outcome, plain
from adapters.conformance.subject import Subject
from adapters.line.over_httpx import HttpxWire
from adapters.wire import Endpoint
from tests.adapters.conftest import filing_with
from tests.adapters.graphql.conftest import Culture, fault
from tests.adapters.recording import Recording

AT = "2026-03-02T09:00:00+08:00"
PERMIT = {"no": "P1", "name": "娱乐经营许可证", "issuedOn": "2026-03-02"}


def case(**change: Any) -> dict[str, Any]:
    """A case as the department keeps it."""
    known = {"no": "N1", "ref": "case:A:file:1", "state": "RECEIVED", "changedAt": AT}
    return {**known, "receivedAt": AT, "permit": None, **change}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call, and what the department knows while it is made."""

    name: str
    about: str
    call: str
    arguments: Any
    venues: Mapping[str, Any] | None = None  # None: as usual
    states: Mapping[str, Any] = field(default_factory=dict)


def _read(name: str, about: str, lookup: str, *keys: str, **more: Any) -> Step:
    asked = {"register": "venue", "lookup": lookup, "keys": list(keys)}
    return Step(name=name, about=about, call="read", arguments=asked, **more)


def _progress(name: str, about: str, **change: Any) -> Step:
    asked = {"receipts": ["N1"], "service": "shop"}
    states = {"N1": case(**change)}
    return Step(name=name, about=about, call="progress", arguments=asked, states=states)


def _withdraw(name: str, about: str, said: Any) -> Step:
    asked = {
        "reference": "case:A:withdraw:1",
        "receipt": "N1",
        "service": "shop",
        "reason": "不办了",
    }
    return Step(name=name, about=about, call="withdraw", arguments=asked, states={"N1": said})


def _find(name: str, about: str, **states: Any) -> Step:
    asked = {"reference": "case:A:file:1", "service": "shop"}
    return Step(name=name, about=about, call="find_filing", arguments=asked, states=states)


FILING = filing_with(service="shop", diningSeats=40, usableArea={"decimal": "186.50"}, materials=())
STEPS = (
    _read("read-no-found", "It knows them.", "no", "1", "2"),
    _read("read-no-absent", "It knows none such.", "no", "9"),
    _read("read-uscc-found", "It knows theirs.", "uscc", "U1"),
    _read("read-uscc-absent", "They have none.", "uscc", "U9", venues={}),
    _read("read-name-found", "It knows it.", "name", "2"),
    _read("read-name-absent", "It knows none such.", "name", "9"),
    Step(name="file-shop", about="A filing is received.", call="file", arguments=FILING),
    _find("find_filing-found", "Found under our reference.", N1=case()),
    _find("find_filing-absent", "No such reference."),
    _progress("progress-received", "Just received."),
    _progress("progress-granted", "Decided.", state="GRANTED", permit=PERMIT),
    _withdraw("withdraw", "Taken back.", case()),
    _withdraw("refused", "Too late: it is sealed.", fault("SEALED", "已封存")),
    _withdraw("busy", "Busy, by its own words.", fault("BUSY", "稍后再试")),
)


async def recorded(subject: Subject, office: Culture, url: str) -> None:
    """Every step made once against the server, and written beside the contract."""
    usual = dict(office.venues)
    (subject.folder / "examples").mkdir()
    for step in STEPS:
        office.venues = dict(usual if step.venues is None else step.venues)
        office.states = dict(step.states)
        _written(subject.folder, step, await _made(subject, step, url))
    office.venues, office.states = usual, {}


async def _made(subject: Subject, step: Step, url: str) -> Json:
    line = HttpxWire("culture", Endpoint(url=url), concurrency=1, reply_bytes=20_000)
    wire, shown = Recording("culture", line), plain(step.arguments)
    found = await outcome(subject.replaying(wire), step.call, shown)
    await wire.aclose()
    example = {"about": step.about, "call": step.call, "arguments": shown}
    return {**example, "exchanges": wire.exchanges, **found}


def _written(folder: Path, step: Step, example: Json) -> None:
    text = json.dumps(example, ensure_ascii=False, indent=1)
    (folder / "examples" / f"{step.name}.json").write_text(text + "\n", "utf-8")
