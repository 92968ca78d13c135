"""What lies on a department's desk: services with their scripts, and filings as they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from mocks.core.clock import add_working_days, at_hour

if TYPE_CHECKING:
    from mocks.scenarios.model import Course

SUPPLEMENT_MARKER = "补正"  # in any text of a filing: more is asked for, once
REFUSAL_MARKER = "违规"  # refused when the decision is due
SHELVED_MARKER = "搁置"  # accepted and then never decided
DEFERRAL_MARKER = "容缺"  # accepted with that still missing, where the service knows such a thing
MARKERS = (SUPPLEMENT_MARKER, REFUSAL_MARKER, SHELVED_MARKER, DEFERRAL_MARKER)


class Status(StrEnum):
    """Where a filing stands; each department has its own codes for these."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    CONDITIONALLY_ACCEPTED = "conditionally_accepted"  # 容缺受理: something may follow
    INSPECTION = "inspection"
    INSPECTION_PASSED = "inspection_passed"
    NOTICE = "notice"
    SUPPLEMENT = "supplement_requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


FINAL = frozenset({Status.GRANTED, Status.REFUSED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A status and when it comes, counted from the day of receipt, which itself is not counted."""

    status: Status
    minutes: int = 0
    working_days: int = 0
    calendar_days: int = 0

    def due(self, since: datetime) -> datetime:
        """When this step is taken for a filing received at `since`."""
        if self.working_days:
            return at_hour(add_working_days(since.date(), self.working_days))
        if self.calendar_days:
            return at_hour(since.date() + timedelta(days=self.calendar_days))
        return since + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The certificate a service ends in. `number` is a format of `day` and `seq`."""

    name: str
    number: str
    type_code: str  # GB/T 36904: 21 characters
    issuer: str  # the issuing office's USCC
    years: int | None = None  # how long it is valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One item a department decides, and the steps it takes."""

    id: str
    name: str
    steps: tuple[Step, ...]
    paper: Paper | None = None
    defers: bool = False  # whether it accepts although something is still missing


def decided_within(
    working_days: int,
    *middle: Step,
    id: str,
    name: str,
    paper: Paper | None = None,
    defers: bool = False,
) -> Service:
    """A service that accepts after a minute and decides after so many working days."""
    last = Step(status=Status.GRANTED, working_days=working_days, minutes=1)
    steps = (Step(status=Status.ACCEPTED, minutes=1), *middle, last)
    return Service(id=id, name=name, steps=steps, paper=paper, defers=defers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An issued certificate."""

    number: str
    name: str
    licence_id: str
    issued_on: date
    valid_until: date | None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The certificate as a ledger entry holds it."""
        until = entry["valid_until"]
        return cls(
            number=entry["number"],
            name=entry["name"],
            licence_id=entry["licence_id"],
            issued_on=date.fromisoformat(entry["issued_on"]),
            valid_until=date.fromisoformat(until) if until else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A status to come, and the state of the filing's course that brings it."""

    status: Status
    at: datetime
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One filing as it stands now."""

    number: str
    reference: str
    service: str
    fields: Mapping[str, Any]
    digest: str
    key: str | None
    received_at: datetime
    real_at: datetime
    status: Status
    status_at: datetime  # as the department says it, back-dated or not
    course: "Course"
    state: str  # of the course
    entered_at: datetime  # when it came into that state
    rounds: Mapping[str, int] = field(default_factory=dict)  # how often it was in each state
    pauses: tuple[tuple[datetime, datetime], ...] = ()  # in which more was awaited
    pending: tuple[Due, ...] = ()  # what time alone brings next; nothing, or one
    note: str | None = None
    reason: str | None = None  # of a refusal, when its course names one
    certificate: Certificate | None = None
    supplements: tuple[str, ...] = ()  # references of what was handed in later
    supplemented_at: datetime | None = None
    withdrawal_reason: str | None = None
    withdrawn_under: str | None = None  # the sender's reference of the withdrawal
    history: tuple[Due, ...] = field(default=())

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A filing's step into a status; `seq` orders all changes of a department."""

    seq: int
    number: str
    reference: str
    service: str
    status: Status
    at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A page of changes; `cursor` is where the next page starts."""

    items: tuple[Change, ...]
    cursor: str
    more: bool


class DeskError(Exception):
    """The desk will not do that."""


class UnknownNumber(DeskError):
    """No filing bears this number."""


class UnknownService(DeskError):
    """This department does not decide that."""


class WrongStatus(DeskError):
    """Not in the status the filing is in."""


def texts(value: object) -> list[str]:
    """Every string inside a JSON value, in order."""
    found: list[str] = []
    _gather(value, found)
    return found


def _gather(value: object, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        for inner in value.values():
            _gather(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _gather(inner, found)


def marked(fields: Mapping[str, Any], markers: Iterable[str]) -> frozenset[str]:
    """Those of the markers any text of the filing carries."""
    told = "\n".join(texts(fields))
    return frozenset(marker for marker in markers if marker in told)
