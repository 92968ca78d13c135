"""One thing (一件事) as data: items of several departments composed into one form and one plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from schema.domain.text import Text

Scalar = str | bool | int | Decimal | date


class Fate(StrEnum):
    """What becomes of a material once departments act as one; every material has exactly one."""

    FORM = "form"  # merged into the one form
    SUBMIT = "submit"  # still uploaded by the applicant
    SHARE = "share"  # fetched from, or verified with, the authority that issued it
    OUTPUT = "output"  # the result of another item of the same case
    DUPLICATE = "duplicate"  # the same as another material of the same case
    AUTHORISATION = "authorisation"  # replaced by electronic authorisation
    COMMITMENT = "commitment"  # replaced by a pledge (告知承诺)


class FieldKind(StrEnum):
    """The type of a form field; each has one JSON Schema and one check."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    RESIDENT_ID = "resident_id"
    DOCUMENT_NUMBER = "document_number"
    USCC = "uscc"
    DISTRICT = "district"


class EdgeKind(StrEnum):
    """How two items relate in time (平行/交叉/前置/后置)."""

    PRE = "pre"  # the other must be granted first
    PARALLEL = "parallel"  # declared free of each other; runs side by side
    CROSS = "cross"  # each needs data of the other, without an order
    POST = "post"  # a duty after the other is done, within `within_days`


class RefusalPolicy(StrEnum):
    """What one refused item means for the others."""

    OTHERS_GO_ON = "others_go_on"
    WITHDRAW_OTHERS = "withdraw_others"


class Operator(StrEnum):
    """The comparisons a condition may make; `at_most` and `at_least` include their bound."""

    EQUALS = "equals"
    IN = "in"
    NOT_IN = "not_in"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A comparison of one answer with a value; a missing answer never passes."""

    field: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One allowed value of a choice field."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """Where a field's first value comes from.

    `source.field`, and the authority it is credited to.
    """

    source: str  # "login" or the name of a PrefillSource
    field: str
    authority: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillSource:
    """One register read at the start of an application.

    `key` is an answer, a login claim or `source.field`.
    """

    name: str
    department: str
    register: str
    lookup: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One question of the one form, asked once whichever items need it."""

    key: str
    label: Text
    kind: FieldKind
    group: str
    required: bool = True
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int | None = None
    pattern: str | None = None
    unit: str | None = None
    prefill: Prefill | None = None
    personal: str | None = None  # class of personal data: id_number | phone | name | None
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A document an item used to demand, and what became of it."""

    code: str
    name: Text
    copies: int
    fate: Fate
    of: str | None = None  # SHARE: authority · OUTPUT: item id · DUPLICATE: material code
    through: str | None = None  # SHARE: the department that fetches it, when one of ours does
    pledge: Text | None = None  # COMMITMENT: what is pledged in its place
    later_days: int | None = None  # SUBMIT: may follow acceptance by so many working days
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A declared relation of one item to another item of the same one thing."""

    kind: EdgeKind
    item: str
    within_days: int | None = None  # POST only, calendar days


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One approval of one department inside a one thing.

    Days are working days. A public notice (`calendar_days` above 0) is measured in calendar days
    instead: it adds no working day to a plan, and its promise is its own length.
    """

    id: str
    name: Text
    department: str
    service: str  # the item's id in the department's manifest
    visits_before: int
    statutory_days: int
    promised_days: int
    basis: Text  # law or notice that sets the limit
    edges: tuple[Edge, ...] = ()
    fields: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    when: tuple[Condition, ...] = ()
    with_departments: tuple[str, ...] = ()  # departments that take part beside the lead
    clock_stopped: bool = False  # a notice, inspection or review the statutory clock excludes
    calendar_days: int = 0  # length of a public notice, in calendar days
    after_event: str | None = (
        None  # an event the applicant reports first, e.g. construction_finished
    )
    mandatory: bool = True
    suspending_event: str | None = None  # holds the item until it is settled: <what>_raised
    supplement_days: int | None = None  # a supplement that has not come by then lapses


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A kind of applicant or shop that needs a subset of the items."""

    id: str
    name: Text
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An eligibility limit; the text says what is allowed."""

    id: str
    condition: Condition
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district (GB/T 2260) where the one thing is offered, from a date on."""

    code: str
    name: Text
    since: date
    promised_days: Mapping[str, int] = field(default_factory=dict)  # item id -> shorter promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule:
    """How many owners must agree, valid for votes taken from `since` on.

    Shares are exact: two thirds of 300 owners is 200, which no decimal can say.
    """

    id: str
    since: date
    basis: Text
    scope: str  # building | estate
    participation_area: Fraction | None = None
    participation_persons: Fraction | None = None
    agreement_area: Fraction | None = None
    agreement_persons: Fraction | None = None
    of_participants: bool = False  # agreement counted among those who took part


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyFields:
    """Which form fields hold the count of one vote; None where it is not asked."""

    area_total: str | None = None
    area_participating: str | None = None
    area_agreed: str | None = None
    persons_total: str | None = None
    persons_participating: str | None = None
    persons_agreed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteFields:
    """Which form fields tell the owners' vote that the consent rules judge."""

    taken_on: str
    building: TallyFields
    estate: TallyFields = field(default_factory=TallyFields)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """A heading of the form; groups stand in the order they are declared."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OneThing:
    """A life event: what it asks, whom it concerns, what it demands and how long it takes."""

    id: str
    version: str
    name: Text
    summary: Text
    lead_department: str
    action: str  # e.g. new_outlet, change_scope
    items: tuple[Item, ...]
    fields: tuple[FormField, ...]
    variants: tuple[Variant, ...]
    rules: tuple[Rule, ...]
    districts: tuple[District, ...]
    sources: tuple[PrefillSource, ...] = ()
    consent: tuple[ConsentRule, ...] = ()
    variant_field: str | None = None  # the form field whose answer names the variant
    district_field: str | None = None
    applicant_field: str | None = None  # the form field that names the applicant
    issue_days: int = 0
    on_refusal: RefusalPolicy = RefusalPolicy.OTHERS_GO_ON
    groups: tuple[FieldGroup, ...] = ()
    vote: VoteFields | None = None
    issued_at_window: bool = True  # the certificates are fetched in one visit

    def item(self, item_id: str) -> Item:
        """The item with this id; KeyError when there is none."""
        return next((i for i in self.items if i.id == item_id), None) or _missing(item_id)


def _missing(item_id: str) -> Item:
    raise KeyError(item_id)
