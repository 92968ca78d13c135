"""What the checker goes by: what was acknowledged, what departments wrote down, what is stored."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gateway.cases import codec
from gateway.demo.ledgers import Entry, read_ledgers
from schema.domain.case import Case, Event
from tests.chaos.plan import FILING, Plan, RunFolder, read_lines
from tests.chaos.store_reader import Rows, engine_table, integrity, reader, rows

_CASES = "SELECT id, state, body FROM ot_case"
_EVENTS = "SELECT * FROM ot_event ORDER BY case_id, n"
_ATTEMPTS = "SELECT reference, n, act, outcome FROM ot_attempt ORDER BY reference, n"
_CLOSED = frozenset({"granted", "refused", "withdrawn"})
_DELIVERIES = "SELECT reference, department, state FROM ot_delivery"
_ENGINE = "SELECT workflow_uuid AS id, status FROM {} WHERE status NOT IN ('SUCCESS', 'CANCELLED')"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything of one run, read once."""

    plan: Plan
    acks: Sequence[Mapping[str, Any]]
    starts: Sequence[Mapping[str, Any]]
    ledgers: Mapping[str, Sequence[Entry]]
    cases: Mapping[str, Case]
    events: Mapping[str, Rows]  # by case, in their order
    attempts: Rows
    deliveries: Rows
    engine: Rows  # what the engine has neither finished nor dropped
    integrity: str  # what the database says of its own file

    @cached_property
    def submitted(self) -> Sequence[Mapping[str, Any]]:
        """The acknowledgements of submissions."""
        return [ack for ack in self.acks if ack["kind"] == "submitted"]

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The cases whose withdrawal was acknowledged."""
        return frozenset(a["case"] for a in self.acks if a["kind"] == "withdrawn" and a["accepted"])

    def entries(self, kind: str) -> Iterator[tuple[str, Entry]]:
        """Every ledger entry of one kind, with its department."""
        for department in FILING:
            for entry in self.ledgers.get(department, ()):
                if entry["kind"] == kind:
                    yield department, entry

    @cached_property
    def filings(self) -> Mapping[str, Sequence[str]]:
        """Under each reference the numbers it was received with, taken back or not."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for _, entry in self.entries("filing"):
            found[entry["reference"]].append(entry["receipt"])
        return found

    @cached_property
    def taken_back(self) -> frozenset[str]:
        """The numbers of filings that are of no effect any more."""
        told = {e["receipt"] for _, e in self.entries("withdrawal")}
        decided = {e["receipt"] for _, e in self.entries("decision") if e["status"] == "withdrawn"}
        return frozenset(told | decided)

    @cached_property
    def decided(self) -> Mapping[str, str]:
        """The last word of a department, by its number: granted, refused or withdrawn."""
        said = {
            entry["receipt"]: str(entry["status"])
            for _, entry in self.entries("decision")
            if entry["status"] in _CLOSED
        }
        return {**said, **dict.fromkeys(self.taken_back, "withdrawn")}


def read_evidence(folder: RunFolder) -> Evidence:
    """The evidence of a run that is over."""
    plan = folder.read_plan()
    store = reader(folder.read(folder.settings)["store.url"])
    events: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows(store, _EVENTS):
        events[row["case_id"]].append(row)
    return Evidence(
        plan=plan,
        acks=read_lines(folder.acks),
        starts=read_lines(folder.starts),
        ledgers=read_ledgers(folder.ledgers),
        cases={row["id"]: codec.case_from(row["body"]) for row in rows(store, _CASES)},
        events=events,
        attempts=rows(store, _ATTEMPTS),
        deliveries=rows(store, _DELIVERIES),
        engine=rows(store, _ENGINE.format(engine_table(store))),
        integrity=integrity(store),
    )


def event_of(row: Mapping[str, Any]) -> Event:
    """The event a stored row tells."""
    return codec.event_from(row)
