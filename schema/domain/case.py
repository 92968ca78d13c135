"""A case (办件): one application of one thing, told by its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from schema.domain.filing import Certificate, ItemStatus


class StepState(StrEnum):
    """Where one item of a case stands, as the applicant sees it."""

    WAITING = "waiting"  # prerequisites not granted yet
    FILING = "filing"  # on its way to the department
    CONFIRMING = "confirming"  # sent, outcome unknown, being confirmed
    PARKED = "parked"  # a clerk must ask the department
    RECEIVED = "received"
    ACCEPTED = "accepted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUPPLEMENTING = "supplementing"  # the supplement is on its way
    INSPECTION = "inspection"
    NOTICE = "notice"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    SKIPPED = "skipped"  # never filed, because the case ended first


class CaseState(StrEnum):
    """The one status of a case."""

    IN_PROGRESS = "in_progress"
    AWAITING_APPLICANT = "awaiting_applicant"
    ISSUING = "issuing"  # everything granted, certificates being bundled
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class EventKind(StrEnum):
    """Everything that can happen to a case. Names are facts, in the past tense."""

    SUBMITTED = "submitted"
    FILING_NOT_SENT = "filing_not_sent"  # safe failure; will be sent again
    FILING_UNKNOWN = "filing_unknown"
    FILING_PARKED = "filing_parked"
    FILING_RESOLVED = "filing_resolved"  # a clerk said what happened
    FILING_RETRIED = "filing_retried"  # a clerk ordered another round
    FILED = "filed"  # the department's receipt is known
    FILING_REFUSED = "filing_refused"  # the department would not take it: final
    PROGRESSED = "progressed"  # the department reported a status
    SUPPLEMENT_SENT = "supplement_sent"  # the applicant supplemented
    SUPPLEMENT_DELIVERED = "supplement_delivered"  # the department has it
    WITHDRAWAL_REQUESTED = "withdrawal_requested"
    WITHDRAWN = "withdrawn"
    SUPPLEMENT_REFUSED = "supplement_refused"  # the department would not take it: ask again
    WITHDRAWAL_REFUSED = "withdrawal_refused"  # too late to take back: the decision stands
    DUPLICATE_FOUND = "duplicate_found"  # a department holds several filings of one reference
    REPORTED = "reported"  # the applicant reported an outside event, e.g. construction finished
    SURPLUS_WITHDRAWN = "surplus_withdrawn"  # one of those beyond the first is taken back
    SURPLUS_KEPT = "surplus_kept"  # the department would not give one of those back
    FILING_MISSING = "filing_missing"  # the department does not have what it gave a number for
    DEEMED_ACCEPTED = "deemed_accepted"  # no supplement asked for in five days: accepted by law
    LAPSED = "lapsed"  # a supplement never came in its period: taken back
    DEADLINE_NEAR = "deadline_near"
    DEADLINE_PASSED = "deadline_passed"
    ISSUED = "issued"


class Verb(StrEnum):
    """What a command asks a department to do."""

    FILE = "file"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact.

    `key` is unique for ever: telling it twice changes nothing. `data` is JSON-native.
    """

    key: str
    case: str
    kind: EventKind
    at: datetime  # when it happened, by the clock of whoever did it
    actor: str  # applicant | clerk:<id> | department:<id> | gateway
    item: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing to do at a department; the reference is its identity for ever."""

    reference: str  # case:item:verb:round
    case: str
    item: str
    verb: Verb
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """A stretch in which the working-day clock stands still; open until `until` is known."""

    reason: str  # supplement | inspection | notice | objection
    since: datetime
    until: datetime | None = None


class SurplusState(StrEnum):
    """What becomes of a filing that a department holds beyond the one that counts."""

    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"  # the department would not give it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """A filing that a department holds under our reference beyond the one that counts."""

    receipt: str
    state: SurplusState = SurplusState.WITHDRAWING
    parked: str | None = None  # the reference a clerk must ask about


UNNAMED = "?"  # something is owed; only the department's note says what


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One dated fact of a step. A step is folded from its sorted marks; arrival order is moot."""

    kind: str  # an ItemStatus, or what `step_facts` knows beside
    at: datetime
    note: str | None = None
    refusal: str | None = None
    certificate: Certificate | None = None
    materials: tuple[str, ...] | None = None  # of a supplement: the codes in it; None: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One item of a case as its events tell it."""

    item: str
    department: str
    state: StepState
    waits_for: tuple[str, ...] = ()  # item ids, or event names, not there yet
    receipt: str | None = None
    round: int = 1
    status: ItemStatus | None = None
    status_at: datetime | None = None
    filed_at: datetime | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    due_on: date | None = None  # promised
    statutory_due_on: date | None = None
    suspensions: tuple[Suspension, ...] = ()
    request: str | None = None  # what a supplement should contain
    certificate: Certificate | None = None
    refusal: str | None = None
    problem: str | None = None  # problem code of the last delivery trouble
    attempts: int = 0
    history: tuple[Mark, ...] = ()  # what was said, by date of the one who said it
    parked: str | None = None  # the reference a clerk must ask about
    withdrawal_refused: bool = False
    deferred: tuple[str, ...] = ()  # materials left to follow on submitting (容缺), by code
    owes: tuple[str, ...] = ()  # of an accepted step: what is still to follow, or UNNAMED
    surplus: tuple[Surplus, ...] = ()  # in the order in which they were first seen
    receipt_told: bool = False  # only a clerk told the receipt; the department's own replaces it
    missing: bool = False  # the department does not have what it gave the receipt for
    lapsed: bool = False  # a supplement never came; it is taken back as by the applicant
    first_round: int = 1  # above 1 when it was filed anew after it went missing
    since: datetime | None = None  # when the present state began
    supplement_due_on: date | None = None  # until when the applicant may add what is asked or owed
    supplementing: bool = False  # a supplement is on its way, whatever the department says now


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The reduced state of one application."""

    id: str  # the public case number, there from the first second
    one_thing: str
    version: str  # catalogue version it was filed under
    variant: str | None
    district: str | None
    applicant_ref: str  # who may see it; never a name
    state: CaseState
    steps: tuple[Step, ...]
    submitted_at: datetime
    done_at: datetime | None = None
    reported: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    revision: int = 0
    withdrawal: str | None = None  # applicant | refusal: nothing more is filed
    agent_ref: str | None = None  # who acted for the applicant
    pledges: tuple[str, ...] = ()  # made on submitting in place of documents, by material code
    deferred: tuple[str, ...] = ()  # materials left to follow on submitting, by code
    bundle: str | None = None  # everything issued, signed: a compact JWS

    def step(self, item: str) -> Step:
        """The step of this item; KeyError when the case has none."""
        for step in self.steps:
            if step.item == item:
                return step
        raise KeyError(item)
