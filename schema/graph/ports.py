"""What the graph asks of the gateway: a Protocol owned here, so that the graph knows no gateway."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, Command, Event
from schema.domain.department import DepartmentInfo
from schema.domain.one_thing import Material, OneThing
from schema.domain.pledge import Pledge
from schema.domain.problem import Problem
from schema.domain.reading import Provenance, Reading
from schema.domain.text import Language, Text
from schema.domain.waits import Wait, WaitingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks.

    `subject` owns cases; roles decide the rest. Never carries more than the token said.
    """

    subject: str  # "person:<ref>" or "enterprise:<uscc>"
    roles: frozenset[str]  # citizen enterprise agent clerk officer auditor operator
    claims: Mapping[str, str] = field(default_factory=dict)  # uscc agent_name agent_id_number phone
    acting_for: str | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefilledAnswer:
    """A first value for a field with its source, or the reason why the field stays open."""

    key: str
    value: Any | None
    provenance: Provenance | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedMaterial:
    """A material the applicant need not bring, and whether its source confirmed it."""

    code: str
    state: str  # verified | mismatch | unavailable | at_department
    provenance: Provenance | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An application before submission. It has its case number already."""

    id: str
    one_thing: str
    version: str
    variant: str | None
    answers: Mapping[str, Any]
    prefilled: tuple[PrefilledAnswer, ...]
    shared: tuple[SharedMaterial, ...]
    materials: Mapping[str, str]  # material code -> sha256 of the uploaded content
    problems: tuple[Problem, ...]  # what still stands against submitting
    updated_at: datetime
    submitted: bool = False
    pledges: tuple[Pledge, ...] = ()  # to be made on submitting, in place of documents
    deferrable: tuple[Material, ...] = ()  # uploads that may follow after submitting
    expires_at: datetime | None = None  # unless it is changed before; None once submitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A mutation that changed nothing, with every reason; `case` names the case in conflict."""

    problems: tuple[Problem, ...]
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of cases, newest first; `cursor` continues it."""

    cases: tuple[Case, ...]
    cursor: str | None


class Applications(Protocol):
    """Use cases of an applicant and of a clerk.

    Every method filters by viewer: not yours is not there.
    """

    async def start(
        self, viewer: Viewer, *, one_thing: str, answers: Mapping[str, Any], request_id: str
    ) -> Draft | Rejected:
        """Open a draft, prefilled from the registers; the same request_id gives the same draft."""
        ...

    async def save(
        self,
        viewer: Viewer,
        *,
        draft: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        request_id: str,
    ) -> Draft | Rejected:
        """Merge answers and material digests into a draft; keeps what is wrong and says so."""
        ...

    async def draft(self, viewer: Viewer, draft: str) -> Draft | None: ...

    async def submit(
        self,
        viewer: Viewer,
        *,
        draft: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        request_id: str,
        pledges: Sequence[str] = (),
        deferred: Sequence[str] = (),
    ) -> Case | Rejected:
        """Accept one application durably, then answer; departments are told afterwards.

        `pledges`: the documents pledged for; `deferred`: the uploads that are to follow.
        """
        ...

    async def case(self, viewer: Viewer, case: str) -> Case | None: ...

    async def cases(
        self, viewer: Viewer, *, first: int, after: str | None, state: str | None
    ) -> Page: ...

    async def timeline(self, viewer: Viewer, case: str) -> Sequence[Event]: ...

    async def supplement(
        self,
        viewer: Viewer,
        *,
        case: str,
        item: str,
        answers: Mapping[str, Any],
        materials: Mapping[str, str],
        note: str | None,
        request_id: str,
    ) -> Case | Rejected: ...

    async def withdraw(
        self, viewer: Viewer, *, case: str, reason: str, request_id: str
    ) -> Case | Rejected: ...

    async def report(
        self, viewer: Viewer, *, case: str, event: str, request_id: str
    ) -> Case | Rejected:
        """Tell an outside event a step waits for (construction finished)."""
        ...

    async def resolve_filing(
        self, viewer: Viewer, *, reference: str, receipt: str | None, request_id: str
    ) -> Case | Rejected:
        """A clerk says what became of a parked filing: its receipt, or None for "not received"."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One wait of one case, with what a clerk needs to act on it."""

    wait: Wait
    case: str
    one_thing: str
    version: str
    department: str | None  # None: the whole case
    overdue: bool
    command: Command | None  # what resolving and retrying take, where it is about one
    receipt: str | None
    attempts: int  # calls to the department made for the command so far
    problem: str | None  # code of the last delivery trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """A page of waits, the most urgent first; `cursor` continues it."""

    entries: tuple[Waiting, ...]
    cursor: str | None


class Clerks(Protocol):
    """What clerks see and do over all cases; for anybody else nothing is there."""

    async def waiting(
        self,
        viewer: Viewer,
        *,
        kind: WaitingKind,
        department: str | None,
        first: int,
        after: str | None,
    ) -> WaitingPage:
        """Who waits for whom, since when, until when: the earliest day first."""
        ...

    async def retry_filing(
        self, viewer: Viewer, *, reference: str, request_id: str
    ) -> Case | Rejected:
        """Look again, now: what is parked or waits in a back-off, and is not in blind doubt."""
        ...


class Reads(Protocol):
    """The department reads of one operation: in waves, coalesced, batched, with one deadline."""

    def record(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        """Ask for one key now; the call leaves with every other read of this wave. Never raises."""
        ...

    def look_up(
        self, department: str, register: str, lookup: str, key: str
    ) -> Reading | Awaitable[Reading]:
        """As `record`, and the reading itself where it is at hand: nothing has to wait for it."""
        ...

    def progress(self, department: str, service: str, receipt: str) -> Awaitable[Reading]:
        """Ask where a filing stands; the value is a Progress. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentHealth:
    """Whether a department answered lately."""

    up: bool | None  # None: not asked yet
    since: datetime | None
    reason: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentView:
    """A department as it publishes itself, and how it is today."""

    info: DepartmentInfo
    health: DepartmentHealth


class Departments(Protocol):
    """What is plugged in."""

    def all(self) -> Sequence[DepartmentView]: ...


class Catalogue(Protocol):
    """The one things on offer."""

    def all(self) -> Sequence[OneThing]: ...

    def find(self, one_thing: str, version: str | None = None) -> OneThing | None:
        """The newest version, or the one named; None when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedBundle:
    """What a case's applicant is handed at its end, and where anybody may check it."""

    signed: str  # compact JWS
    check_code: str
    check_url: str


class Bundles(Protocol):
    """Signed bundles as they are handed over."""

    def issued(self, signed: str) -> IssuedBundle:
        """A signed bundle with its code and address."""
        ...

    def qr(self, text: str) -> str:
        """A text as a QR code, an SVG."""
        ...


@dataclass(slots=True, kw_only=True)
class Context:
    """What every resolver of one operation shares; `now` is the gateway's clock at its start."""

    viewer: Viewer
    language: Language
    now: datetime
    catalogue: Catalogue
    departments: Departments
    applications: Applications
    clerks: Clerks
    reads: Reads
    bundles: Bundles
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
