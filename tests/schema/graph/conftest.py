"""Departments, a catalogue and an applicant, all made up, behind the graph's own ports."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import strawberry

from schema.domain.case import Case, CaseState, Event, EventKind, Step, StepState, Suspension
from schema.domain.department import (
    DepartmentInfo,
    Limits,
    Link,
    Lookup,
    ProgressMode,
    Register,
    RegisterField,
    Repeats,
)
from schema.domain.filing import Certificate, ItemStatus, Progress
from schema.domain.one_thing import (
    Choice,
    Condition,
    District,
    Edge,
    EdgeKind,
    Fate,
    FieldGroup,
    FieldKind,
    FormField,
    Item,
    Material,
    OneThing,
    Operator,
    Prefill,
    Rule,
    Variant,
)
from schema.domain.pledge import Pledge
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Provenance, Reading
from schema.domain.reference import parse_reference
from schema.domain.text import Text
from schema.domain.waits import Wait, WaitOn, WaitReason
from schema.graph.build import build_schema
from schema.graph.ports import (
    Context,
    DepartmentHealth,
    DepartmentView,
    Draft,
    IssuedBundle,
    Page,
    PrefilledAnswer,
    Rejected,
    SharedMaterial,
    Viewer,
    Waiting,
    WaitingPage,
)

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LIMITS = Limits(timeout_s=2, concurrency=4, rate_per_s=10, processing_s=1, lookup_lag_s=1)


def text(en: str) -> Text:
    return Text(zh=f"{en}的中文", en=en)


def column(
    name: str, kind: str = "text", *, required: bool = True, personal: str | None = None
) -> RegisterField:
    return RegisterField(
        name=name, kind=kind, title=text(name), required=required, personal=personal
    )


def department(
    id: str, *registers: Register, progress: ProgressMode = ProgressMode.POLL
) -> DepartmentInfo:
    return DepartmentInfo(
        id=id,
        name=Text(zh=f"{id}局", en=f"the {id} office"),
        owner="team",
        protocol="rest",
        repeats=Repeats.KEY,
        progress=progress,
        limits=LIMITS,
        services=("permit",),
        registers=registers,
    )


LICENCE = Register(
    id="business_licence",
    department="market",
    title=Text(zh="营业执照", en="Business licence"),
    key="uscc",
    fields=(
        column("uscc"),
        column("enterprise_name"),
        column("registered_capital", "decimal"),
        column("establish_date", "date"),
        column("legal_rep_name", personal="name"),
        column("legal_rep_ref"),
        column("premises_cert_no", required=False),
    ),
    lookups=(Lookup(name="uscc", batch=50),),
    links=(
        Link(
            name="legal_rep",
            field="legal_rep_ref",
            department="police",
            register="person",
            lookup="person_ref",
            title=text("legal representative"),
        ),
        Link(
            name="premises",
            field="premises_cert_no",
            department="housing",
            register="property",
            lookup="cert_no",
            title=text("premises"),
        ),
        Link(
            name="nowhere",
            field="uscc",
            department="moon",
            register="crater",
            lookup="uscc",
            title=text("not plugged in"),
        ),
    ),
)
PERSON = Register(
    id="person",
    department="police",
    title=Text(zh="人口", en="Person"),
    key="person_ref",
    fields=(
        column("person_ref"),
        column("id_number", personal="id_number"),
        column("name", personal="name"),
    ),
    lookups=(Lookup(name="person_ref"),),
)
PROPERTY = Register(
    id="property",
    department="housing",
    title=Text(zh="不动产", en="Property"),
    key="cert_no",
    fields=(
        column("cert_no"),
        column("area", "decimal"),
        column("floor_count", "integer", required=False),
    ),
    lookups=(Lookup(name="cert_no", batch=20), Lookup(name="address")),
)
CERTIFICATES = Register(
    id="health_certificate",
    department="health",
    title=Text(zh="健康证明", en="Health certificate"),
    key="number",
    fields=(column("number"), column("uscc")),
    lookups=(Lookup(name="uscc", many=True),),
)


def infos() -> list[DepartmentInfo]:
    return [
        department("market", LICENCE),
        department("police", PERSON, progress=ProgressMode.NONE),
        department("housing", PROPERTY),
        department("health", CERTIFICATES),
    ]


def question(key: str, group: str, kind: FieldKind = FieldKind.TEXT, **rest: Any) -> FormField:
    return FormField(key=key, label=text(key), kind=kind, group=group, **rest)


def item(id: str, days: int, **rest: Any) -> Item:
    return Item(
        id=id,
        name=text(f"permit {id}"),
        department="market",
        service="permit",
        visits_before=2,
        statutory_days=days * 4,
        promised_days=days,
        basis=text("law"),
        **rest,
    )


SHOP = OneThing(
    id="open_shop",
    version="1",
    name=Text(zh="开店", en="Open a shop"),
    summary=text("summary"),
    lead_department="market",
    action="new_outlet",
    items=(
        item(
            "a",
            1,
            fields=("uscc", "name"),
            materials=(
                Material(code="A1", name=text("form"), copies=1, fate=Fate.FORM),
                Material(code="A2", name=text("lease"), copies=2, fate=Fate.SUBMIT),
            ),
        ),
        item(
            "b",
            5,
            edges=(Edge(kind=EdgeKind.PRE, item="a"),),
            fields=("uscc", "seats"),
            materials=(
                Material(code="B1", name=text("licence copy"), copies=2, fate=Fate.OUTPUT, of="a"),
                Material(code="B2", name=text("lease"), copies=2, fate=Fate.DUPLICATE, of="A2"),
                Material(code="B3", name=text("title"), copies=1, fate=Fate.SHARE, of="不动产登记"),
            ),
        ),
        item("c", 3, fields=("kind",)),
    ),
    fields=(
        question(
            "uscc",
            "company",
            prefill=Prefill(source="login", field="uscc", authority=text("login")),
        ),
        question("name", "company"),
        question(
            "kind",
            "shop",
            FieldKind.CHOICE,
            choices=(
                Choice(value="dine_in", label=text("dine in")),
                Choice(value="take_away", label=text("take away")),
            ),
        ),
        question("seats", "shop", FieldKind.DECIMAL, minimum=Decimal(0), required=False),
    ),
    groups=(
        FieldGroup(id="company", name=text("company")),
        FieldGroup(id="shop", name=text("shop")),
    ),
    variants=(
        Variant(id="dine_in", name=text("dine in")),
        Variant(id="take_away", name=text("take away"), without=("c",)),
    ),
    rules=(
        Rule(
            id="small",
            text=text("at most 100 seats"),
            condition=Condition(field="seats", operator=Operator.AT_MOST, value=Decimal(100)),
        ),
    ),
    districts=(
        District(code="310104", name=text("Xuhui"), since=date(2024, 1, 1), promised_days={"b": 3}),
    ),
    variant_field="kind",
    issue_days=1,
)

CASE = Case(
    id="31010420261123-AB",
    one_thing="open_shop",
    version="1",
    variant="dine_in",
    district="310104",
    applicant_ref="enterprise:U1",
    state=CaseState.IN_PROGRESS,
    submitted_at=NOON,
    steps=(
        Step(
            item="a",
            department="market",
            state=StepState.GRANTED,
            receipt="R-A",
            status=ItemStatus.GRANTED,
            certificate=Certificate(number="C-1", name="licence", issued_on=date(2026, 11, 23)),
        ),
        Step(
            item="b",
            department="market",
            state=StepState.ACCEPTED,
            receipt="R-B",
            accepted_at=datetime(2026, 11, 18, 4, 0, tzinfo=UTC),
            suspensions=(
                Suspension(reason="inspection", since=datetime(2026, 11, 20, 4, tzinfo=UTC)),
            ),
        ),
        Step(
            item="c",
            department="market",
            state=StepState.WAITING,
            waits_for=("b", "construction_finished"),
            problem="DEPARTMENT_TIMEOUT",
            parked="x:c:file:1",
        ),
    ),
)

DRAFT = Draft(
    id="31010420261123-CD",
    one_thing="open_shop",
    version="1",
    variant=None,
    answers={"seats": Decimal("12.5"), "since": date(2026, 1, 2)},
    prefilled=(
        PrefilledAnswer(
            key="uscc",
            value="U1",
            provenance=Provenance(department="market", source="business_licence", as_of=NOON),
        ),
    ),
    shared=(SharedMaterial(code="B3", state="unavailable"),),
    materials={"A2": "f" * 64},
    problems=(Problem(code=ProblemCode.REQUIRED, text=text("name is required"), path=("name",)),),
    updated_at=NOON,
    pledges=(Pledge(code="C1", name=text("record"), text=text("we pledge"), item="c"),),
    deferrable=(
        Material(code="A3", name=text("sketch"), copies=1, fate=Fate.SUBMIT, later_days=3),
    ),
)


@dataclass
class FakeCatalogue:
    things: Sequence[OneThing] = (SHOP,)

    def all(self) -> Sequence[OneThing]:
        return self.things

    def find(self, one_thing: str, version: str | None = None) -> OneThing | None:
        return next(
            (t for t in self.things if t.id == one_thing and version in (None, t.version)), None
        )


@dataclass
class FakeDepartments:
    def all(self) -> Sequence[DepartmentView]:
        health = DepartmentHealth(up=False, since=NOON, reason=text("down"))
        return [DepartmentView(info=info, health=health) for info in infos()]


@dataclass
class FakeReads:
    """Answers from a table; remembers what it was asked."""

    records: Mapping[tuple[str, str, str, str], Reading] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def record(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        self.asked.append((department, register, lookup, key))
        return done(self.records.get((department, register, lookup, key), Reading(value=None)))

    def look_up(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        return self.record(department, register, lookup, key)

    def progress(self, department: str, service: str, receipt: str) -> Awaitable[Reading]:
        self.asked.append((department, service, receipt))
        value = Progress(receipt=receipt, status=ItemStatus.ACCEPTED, at=NOON)
        return done(
            Reading(
                value=value,
                provenance=Provenance(department=department, source=service, as_of=NOON),
            )
        )


def done(reading: Reading) -> Awaitable[Reading]:
    future: asyncio.Future[Reading] = asyncio.get_running_loop().create_future()
    future.set_result(reading)
    return future


class FakeApplications:
    """Every use case answers with what `outcome` holds, and remembers its arguments."""

    def __init__(self) -> None:
        self.outcome: Any = CASE
        self.bundle: str | None = None
        self.told: list[tuple[str, dict[str, Any]]] = []

    async def start(self, viewer: Viewer, **given: Any) -> Any:
        return self._told("start", given)

    async def save(self, viewer: Viewer, **given: Any) -> Any:
        return self._told("save", given)

    async def submit(self, viewer: Viewer, **given: Any) -> Any:
        return self._told("submit", given)

    async def supplement(self, viewer: Viewer, **given: Any) -> Any:
        return self._told("supplement", given)

    async def withdraw(self, viewer: Viewer, **given: Any) -> Any:
        return self._told("withdraw", given)

    async def report(self, viewer: Viewer, **given: Any) -> Any:
        return self._told("report", given)

    async def resolve_filing(self, viewer: Viewer, **given: Any) -> Any:
        return self._told("resolve_filing", given)

    async def draft(self, viewer: Viewer, draft: str) -> Draft | None:
        return DRAFT if draft == DRAFT.id else None

    async def case(self, viewer: Viewer, case: str) -> Case | None:
        return replace(CASE, bundle=self.bundle) if case == CASE.id else None

    async def cases(
        self, viewer: Viewer, *, first: int, after: str | None, state: str | None
    ) -> Page:
        self._told("cases", {"first": first, "after": after, "state": state})
        return Page(cases=(CASE,), cursor="next")

    async def timeline(self, viewer: Viewer, case: str) -> Sequence[Event]:
        return [
            Event(key="1", case=case, kind=EventKind.SUBMITTED, at=NOON, actor="applicant"),
            Event(
                key="2",
                case=case,
                kind=EventKind.PROGRESSED,
                at=NOON,
                actor="department:market",
                item="a",
                data={"status": "granted"},
            ),
            Event(
                key="3",
                case=case,
                kind=EventKind.FILING_RESOLVED,
                at=NOON,
                actor="clerk:7",
                item="c",
            ),
        ]

    def _told(self, name: str, given: dict[str, Any]) -> Any:
        self.told.append((name, given))
        return self.outcome


def rejected(*codes: ProblemCode, case: str | None = None) -> Rejected:
    return Rejected(
        problems=tuple(Problem(code=code, text=text(code.value), path=("x",)) for code in codes),
        case=case,
    )


class FakeClerks:
    """One parked filing waits; an order to look again is remembered."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    async def waiting(self, viewer: Viewer, **given: Any) -> WaitingPage:
        self.told.append(("waiting", given))
        wait = Wait(
            item="c",
            on=WaitOn.CLERK,
            why=WaitReason.CLARIFICATION,
            since=NOON,
            due_on=NOON.date(),
        )
        entry = Waiting(
            wait=wait,
            case=CASE.id,
            one_thing=CASE.one_thing,
            version=CASE.version,
            department="market",
            overdue=True,
            command=parse_reference(f"{CASE.id}:c:file:1"),
            receipt=None,
            attempts=2,
            problem="DEPARTMENT_TIMEOUT",
        )
        return WaitingPage(entries=(entry,), cursor="next")

    async def retry_filing(self, viewer: Viewer, **given: Any) -> Any:
        self.told.append(("retry_filing", given))
        return CASE


class FakeBundles:
    """Shows what it is given: neither signed nor checked."""

    def issued(self, signed: str) -> IssuedBundle:
        return IssuedBundle(
            signed=signed, check_code="CODE", check_url="https://gov.example/check/CODE"
        )

    def qr(self, text: str) -> str:
        return f"<svg><title>{text}</title></svg>"


class Desk:
    """One schema and one context; runs operations the way the gateway does."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self.schema = schema
        self.applications = FakeApplications()
        self.clerks = FakeClerks()
        self.reads = FakeReads()
        self.viewer = Viewer(
            subject="enterprise:U1", roles=frozenset({"enterprise"}), claims={"uscc": "U1"}
        )
        self.language: Any = "en"

    async def run(self, query: str, **variables: Any) -> Any:
        context = Context(
            viewer=self.viewer,
            language=self.language,
            now=NOON,
            catalogue=FakeCatalogue(),
            departments=FakeDepartments(),
            applications=self.applications,
            reads=self.reads,
            bundles=FakeBundles(),
            clerks=self.clerks,
        )
        result = await self.schema.execute(query, variable_values=variables, context_value=context)
        assert result.errors is None, result.errors
        return result.data


@pytest.fixture(scope="session")
def schema() -> strawberry.Schema:
    return build_schema(infos())


@pytest.fixture
def desk(schema: strawberry.Schema) -> Desk:
    return Desk(schema)


@pytest.fixture
def reject() -> Any:
    return rejected


@pytest.fixture
def department_infos() -> list[DepartmentInfo]:
    return infos()
