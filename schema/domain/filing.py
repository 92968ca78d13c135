"""What passes between a case and a department: filings out, receipts and progress back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from schema.domain.one_thing import Scalar


class ItemStatus(StrEnum):
    """The one vocabulary every department's status codes map to."""

    RECEIVED = "received"  # 收件: registered, not yet accepted
    ACCEPTED = "accepted"  # 受理: the statutory clock runs
    CONDITIONALLY_ACCEPTED = "conditionally_accepted"  # 容缺受理
    SUPPLEMENT_REQUESTED = "supplement_requested"  # 补正
    INSPECTION = "inspection"  # 现场勘验/检验: clock stopped
    NOTICE = "notice"  # 公示: clock stopped
    GRANTED = "granted"  # 准予/办结
    REFUSED = "refused"  # 不予许可
    WITHDRAWN = "withdrawn"  # 撤回


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRef:
    """A stored document, named by its content."""

    code: str
    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who applies and who acts for them; personal data, never logged."""

    name: str
    identifier: str  # USCC of an enterprise, or resident id of a person
    agent_name: str | None = None
    agent_id_number: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a department issued."""

    number: str
    name: str
    issued_on: date
    licence_id: str | None = None  # GB/T 36904 electronic licence identifier
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One item of one case as its department is to receive it.

    `answers` holds that item's fields only.
    """

    reference: str  # case:item:file:round — printed in the department's own reference field
    case: str
    item: str
    service: str
    answers: Mapping[str, Scalar | None]
    applicant: Applicant
    materials: tuple[MaterialRef, ...] = ()
    outputs: Mapping[str, Certificate] = field(default_factory=dict)  # by item id
    submitted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The department's own number for a filing: proof that it arrived."""

    number: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """Answers and materials sent after the department asked for more."""

    reference: str
    receipt: str
    service: str
    answers: Mapping[str, Scalar | None]
    materials: tuple[MaterialRef, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A request to take a filing back."""

    reference: str
    receipt: str
    service: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a filing stands at its department; `at` is the department's own time of that status."""

    receipt: str
    status: ItemStatus
    at: datetime
    reference: str | None = None
    note: str | None = None
    certificate: Certificate | None = None
    refusal_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a verification said. Not answering is an error, never a verdict."""

    matches: bool
    reason: str | None = None
