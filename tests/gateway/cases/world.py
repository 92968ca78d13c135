"""A small catalogue, departments that misbehave on request, and a running case service."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from adapters.contract import Changes, Unread
from adapters.errors import AdapterError, ContractBroken, NotDelivered, OutcomeUnknown
from adapters.errors import Refused as SaidNo
from gateway.cases.service import CaseService, Pace
from gateway.issuing.issuing import Issuing
from gateway.issuing.keys import IssuingKeys
from schema.domain.calendar import SHANGHAI, WorkingCalendar
from schema.domain.case import Case
from schema.domain.department import DepartmentInfo, Limits, ProgressMode, Repeats
from schema.domain.filing import (
    Applicant,
    Certificate,
    Filing,
    ItemStatus,
    Progress,
    Receipt,
    Supplement,
    Verdict,
    Withdrawal,
)
from schema.domain.one_thing import (
    Choice,
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
    Prefill,
    PrefillSource,
    RefusalPolicy,
    Variant,
)
from schema.domain.problem import ProblemCode
from schema.domain.reading import Provenance, Reading, Record
from schema.domain.text import Text
from schema.graph.ports import Draft, Rejected, Viewer

MORNING = datetime(2026, 9, 7, 10, tzinfo=SHANGHAI)
USCC = "91310104MA1FR0000X"
SHA = "a" * 64
BUSY, TRIES = ProblemCode.STORE_UNAVAILABLE, 5
LOOK_FIRST_S, LOOK_LAST_S = 0.01, 0.05  # to look at a case costs milliseconds of computing


def text(name: str) -> Text:
    return Text(zh=name, en=name)


class TestClock:
    """Business time that stands still until it is moved."""

    __test__ = False

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class FakeDepartment:
    """Keeps what it is given. `troubles` is what happens to the next calls, one each:

    lost (kept, reply lost), busy (not kept, not delivered), hang (kept, never answers), garbled
    (not kept, outcome unknown), no (refused), hearsay (kept, refused in words that prove nothing),
    doubt (not kept, refused in such words), as:N (kept, answered with the number N). After that
    it behaves.
    """

    id: str
    repeats: Repeats
    services: tuple[str, ...]
    clock: TestClock
    mode: ProgressMode = ProgressMode.POLL
    troubles: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)  # the same for look-ups: down
    posts: list[str] = field(default_factory=list)  # every reference as it came in
    filings: dict[str, Filing] = field(default_factory=dict)  # receipt -> filing
    told: dict[str, Progress] = field(default_factory=dict)
    feed: list[Progress | Unread] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    verdict: Verdict | AdapterError = field(default_factory=lambda: Verdict(matches=True))
    verified: list[Mapping[str, str]] = field(default_factory=list)
    verifications: tuple[str, ...] = ()
    ledger: Path | None = None
    lag_s: float = 0.01
    broken: set[str] = field(default_factory=set)  # receipts it answers nonsense about
    unknown: set[str] = field(default_factory=set)  # receipts it has forgotten

    @property
    def info(self) -> DepartmentInfo:
        return DepartmentInfo(
            id=self.id,
            name=text(self.id),
            owner="team",
            protocol="rest",
            repeats=self.repeats,
            progress=self.mode,
            limits=Limits(
                timeout_s=0.05,
                concurrency=4,
                rate_per_s=100,
                processing_s=0.01,
                lookup_lag_s=self.lag_s,
            ),
            services=self.services,
            registers=(),
            verifications=self.verifications,
        )

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Record | Sequence[Record] | AdapterError | None]:
        return {}

    async def verify(self, kind: str, claims: Mapping[str, str], *, budget: float) -> Verdict:
        self.verified.append(claims)
        if isinstance(self.verdict, AdapterError):
            raise self.verdict
        return self.verdict

    async def file(self, filing: Filing, *, budget: float) -> Receipt:
        self._came_in(filing.reference)
        trouble = self.troubles.pop(0) if self.troubles else "none"
        if trouble == "busy":
            raise NotDelivered(self.id, "busy")
        if trouble == "garbled":
            raise OutcomeUnknown(self.id, "garbled")
        if trouble == "no":
            raise SaidNo(self.id, "E01", "材料不符")
        if trouble == "doubt":
            raise SaidNo(self.id, "E01", "材料不符", proven=False)
        number = self._keep(filing)
        if trouble == "hearsay":
            raise SaidNo(self.id, "E01", "材料不符", proven=False)
        if trouble == "hang":
            await asyncio.sleep(budget)
        if trouble in ("lost", "hang"):
            raise OutcomeUnknown(self.id, "reply lost")
        said = trouble.removeprefix("as:") if trouble.startswith("as:") else number
        return Receipt(number=said, received_at=self.clock.now())

    def _keep(self, filing: Filing) -> str:
        if self.repeats is Repeats.KEY:
            known = next(
                (n for n, f in self.filings.items() if f.reference == filing.reference), None
            )
            if known:
                return known
        number = f"{self.id}-{len(self.filings) + 1}"
        self.filings[number] = filing
        return number

    def _came_in(self, reference: str) -> None:
        self.posts.append(reference)
        if self.ledger is not None:
            with self.ledger.open("a") as file:
                file.write(json.dumps([self.id, reference]) + "\n")

    async def find_filing(
        self, reference: str, service: str, *, budget: float
    ) -> Sequence[Receipt]:
        trouble = self.asks.pop(0) if self.asks else "none"
        if trouble == "down":
            raise OutcomeUnknown(self.id, "down")
        found = [n for n, f in self.filings.items() if f.reference == reference]
        return [Receipt(number=n, received_at=self.clock.now()) for n in found]

    async def supplement(self, supplement: Supplement, *, budget: float) -> None:
        self.posts.append(supplement.reference)
        trouble = self.troubles.pop(0) if self.troubles else "none"
        if trouble == "garbled":
            raise OutcomeUnknown(self.id, "garbled")
        self.supplements.append(supplement)
        if trouble == "lost":
            raise OutcomeUnknown(self.id, "reply lost")

    async def find_supplement(self, supplement: Supplement, *, budget: float) -> bool:
        return any(s.reference == supplement.reference for s in self.supplements)

    async def withdraw(self, withdrawal: Withdrawal, *, budget: float) -> None:
        self.posts.append(withdrawal.reference)
        trouble = self.troubles.pop(0) if self.troubles else "none"
        if trouble == "no":
            raise SaidNo(self.id, "E09", "已作出决定")
        self.withdrawals.append(withdrawal)
        if trouble == "lost":
            raise OutcomeUnknown(self.id, "reply lost")

    async def progress(
        self, receipts: Sequence[str], service: str, *, budget: float
    ) -> Mapping[str, Progress | AdapterError | None]:
        assert len(receipts) <= self.info.progress_batch
        if self.broken.intersection(receipts):
            raise ContractBroken(self.id, "/status")
        known = [receipt for receipt in receipts if receipt not in self.unknown]
        return dict.fromkeys(receipts) | {r: self._standing(r) for r in known}

    def _standing(self, receipt: str) -> Progress:
        received = Progress(receipt=receipt, status=ItemStatus.RECEIVED, at=MORNING)
        return self.told.get(receipt, received)

    async def changes(self, cursor: str | None, *, budget: float) -> Changes:
        start = int(cursor or 0)
        page = self.feed[start : start + 2]
        end = start + len(page)
        return Changes(
            progress=tuple(row for row in page if isinstance(row, Progress)),
            cursor=str(end),
            more=end < len(self.feed),
            unread=tuple(row for row in page if isinstance(row, Unread)) or None,
        )

    async def certificate(self, receipt: str, service: str, *, budget: float) -> Certificate | None:
        return certificate(receipt)

    def callback(
        self, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> Sequence[Progress]:
        return ()

    def says(self, receipt: str, status: ItemStatus, note: str | None = None) -> Progress:
        """Decide something now; polls and the feed tell it from here on."""
        with_certificate = certificate(receipt) if status is ItemStatus.GRANTED else None
        filing = self.filings.get(receipt)
        told = Progress(
            receipt=receipt,
            status=status,
            at=self.clock.now(),
            reference=filing.reference if filing else None,
            note=note,
            certificate=with_certificate,
        )
        self.told[receipt] = told
        self.feed.append(told)
        return told


def restored(department: FakeDepartment, ledger: Path) -> None:
    """What the department had received before this process began."""
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    for name, reference in (json.loads(line) for line in lines):
        if name == department.id:
            department.posts.append(reference)
            department.filings[f"{name}-{len(department.filings) + 1}"] = Filing(
                reference=reference,
                case=reference.partition(":")[0],
                item="A",
                service="service_A",
                answers={},
                applicant=Applicant(name="", identifier=""),
                submitted_at=MORNING,
            )


def certificate(receipt: str) -> Certificate:
    return Certificate(number=f"证-{receipt}", name="许可证", issued_on=MORNING.date())


@dataclass
class FakeReads:
    """Registers as a dict; what is missing is not there, a Reading is given as it is."""

    records: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def record(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        self.asked.append((register, key))
        found = self.records.get((register, key))
        source = Provenance(department=department, source=register, as_of=MORNING)

        async def answer() -> Reading:
            if isinstance(found, Reading):
                return found
            return Reading(value=found, provenance=source)

        return answer()

    def look_up(self, department: str, register: str, lookup: str, key: str) -> Awaitable[Reading]:
        return self.record(department, register, lookup, key)

    def progress(self, department: str, service: str, receipt: str) -> Awaitable[Reading]:
        raise NotImplementedError


def question(key: str, kind: FieldKind = FieldKind.TEXT, **more: Any) -> FormField:
    return FormField(key=key, label=text(key), kind=kind, group="all", **more)


def item(name: str, department: str, **more: Any) -> Item:
    values: dict[str, Any] = {"promised_days": 5, "statutory_days": 20, "fields": ("shop",)}
    return Item(
        id=name,
        name=text(name),
        department=department,
        service=f"service_{name}",
        visits_before=1,
        basis=text("law"),
        **{**values, **more},
    )


def prefill(source: str, name: str) -> Prefill:
    return Prefill(source=source, field=name, authority=text(source))


def shop_opening(policy: RefusalPolicy = RefusalPolicy.OTHERS_GO_ON) -> OneThing:
    """A first, then B and C side by side, D after both; B needs an upload and A's certificate."""
    after_a = (Edge(kind=EdgeKind.PRE, item="A"),)
    after_bc = (Edge(kind=EdgeKind.PRE, item="B"), Edge(kind=EdgeKind.PRE, item="C"))
    upload = Material(code="B1", name=text("图纸"), copies=1, fate=Fate.SUBMIT)
    licence = Material(code="B2", name=text("执照"), copies=1, fate=Fate.OUTPUT, of="A")
    identity = Material(
        code="A1", name=text("负责人身份证明"), copies=1, fate=Fate.SHARE, through="police"
    )
    return OneThing(
        id="open_shop",
        version="1",
        name=text("开店"),
        summary=text("开店"),
        lead_department="keyed",
        action="new_outlet",
        items=(
            item("A", "keyed", materials=(identity,), fields=("shop", "bossName", "bossIdNo")),
            item("B", "asked", edges=after_a, materials=(upload, licence)),
            item("C", "blind", edges=after_a, fields=("shop", "seats")),
            item("D", "asked", edges=after_bc),
        ),
        fields=(
            question("shop"),
            question("kind", FieldKind.CHOICE, choices=(Choice(value="店", label=text("店")),)),
            question("seats", FieldKind.INTEGER),
            question("district", FieldKind.DISTRICT, prefill=prefill("premises", "district")),
            question("bossName", personal="name", prefill=prefill("licence", "boss")),
            question("bossIdNo", personal="id_number", prefill=prefill("person", "id_number")),
            question("address"),
        ),
        variants=(Variant(id="店", name=text("店")),),
        rules=(),
        districts=(District(code="310104", name=text("徐汇"), since=MORNING.date()),),
        sources=(
            PrefillSource(
                name="licence", department="keyed", register="licence", lookup="uscc", key="uscc"
            ),
            PrefillSource(
                name="person",
                department="police",
                register="person",
                lookup="ref",
                key="licence.boss_ref",
            ),
            PrefillSource(
                name="premises",
                department="asked",
                register="property",
                lookup="address",
                key="address",
            ),
        ),
        groups=(FieldGroup(id="all", name=text("全部")),),
        district_field=None,
        issue_days=1,
        on_refusal=policy,
    )


@dataclass(frozen=True)
class OneCatalogue:
    """A catalogue of one."""

    one_thing: OneThing

    def all(self) -> Sequence[OneThing]:
        return [self.one_thing]

    def find(self, one_thing: str, version: str | None = None) -> OneThing | None:
        there = one_thing == self.one_thing.id and version in (None, self.one_thing.version)
        return self.one_thing if there else None


OWNER = Viewer(subject=f"enterprise:{USCC}", roles=frozenset({"enterprise"}), claims={"uscc": USCC})
STRANGER = Viewer(subject="enterprise:other", roles=frozenset({"enterprise"}))
CLERK = Viewer(subject="person:clerk", roles=frozenset({"clerk"}))


async def insisted(send: Callable[[], Awaitable[Case | Rejected]]) -> Case | Rejected:
    """The answer of a store that has time: of a hundred at once on a busy machine the last may wait
    longer than a transaction may take. Who is told so sends the same again, as a client does.
    """
    answer = await send()
    for _ in range(TRIES):
        if isinstance(answer, Case) or answer.problems[0].code is not BUSY:
            break
        answer = await send()
    return answer


@dataclass
class World:
    """Everything one test needs."""

    path: Path
    clock: TestClock
    departments: dict[str, FakeDepartment]
    reads: FakeReads
    service: CaseService
    changed: int = 0

    @property
    def keyed(self) -> FakeDepartment:
        return self.departments["keyed"]

    @property
    def asked(self) -> FakeDepartment:
        return self.departments["asked"]

    @property
    def blind(self) -> FakeDepartment:
        return self.departments["blind"]

    @property
    def police(self) -> FakeDepartment:
        return self.departments["police"]

    async def draft(self, request_id: str = "start-1", **answers: Any) -> Draft:
        given = {"shop": "小满", "seats": 20, "address": "天平路188号", **answers}
        draft = await self.service.applications.start(
            OWNER, one_thing="open_shop", answers=given, request_id=request_id
        )
        assert isinstance(draft, Draft), draft
        return draft

    async def submit(self, draft: str, request_id: str = "submit-1") -> Case | Rejected:
        return await self.service.applications.submit(
            OWNER, draft=draft, answers={}, materials={"B1": SHA}, request_id=request_id
        )

    async def case(self) -> Case:
        """A case, submitted."""
        submitted = await self.submit((await self.draft()).id)
        assert isinstance(submitted, Case), submitted
        return submitted

    async def until(self, case: str, fact: Callable[[Case], bool], seconds: float = 30.0) -> Case:
        """The case as soon as the fact holds; looked at less often the longer it takes."""
        pause_s = LOOK_FIRST_S
        async with asyncio.timeout(seconds):
            while True:
                found = await self.service.store.case(case)
                assert found is not None
                if fact(found):
                    return found
                await asyncio.sleep(pause_s)
                pause_s = min(1.5 * pause_s, LOOK_LAST_S)

    async def until_state(self, case: str, item: str, state: str) -> Case:
        return await self.until(case, lambda c: c.step(item).state == state)

    async def grant(self, case: str, item: str, department: FakeDepartment) -> Case:
        """File, decide and tell at once."""
        filed = await self.until(case, lambda c: c.step(item).receipt is not None)
        receipt = filed.step(item).receipt
        assert receipt is not None
        told = department.says(receipt, ItemStatus.GRANTED)
        await self.service.intake(department.id, [told])
        return await self.until_state(case, item, "granted")


def make_world(
    path: Path,
    one_thing: OneThing | None = None,
    *,
    poll_every_s: float = 60.0,
    store_url: str | None = None,
    departments: dict[str, FakeDepartment] | None = None,
    lease_s: float = 15.0,
    **more: Any,
) -> World:
    clock = TestClock()
    departments = departments or {
        "keyed": FakeDepartment(
            id="keyed",
            repeats=Repeats.KEY,
            services=("service_A",),
            clock=clock,
            mode=ProgressMode.CALLBACK,
        ),
        "asked": FakeDepartment(
            id="asked",
            repeats=Repeats.LOOKUP,
            services=("service_B", "service_D"),
            clock=clock,
            mode=ProgressMode.FEED,
        ),
        "blind": FakeDepartment(
            id="blind", repeats=Repeats.BLIND, services=("service_C",), clock=clock
        ),
        "police": FakeDepartment(
            id="police",
            repeats=Repeats.BLIND,
            services=(),
            clock=clock,
            mode=ProgressMode.NONE,
            verifications=("identity",),
        ),
    }
    reads = FakeReads(
        records={
            ("licence", USCC): {"boss": "沈若梅", "boss_ref": "p1"},
            ("person", "p1"): {"id_number": "310104198001010016"},
            ("property", "天平路188号"): {"district": "310104"},
        }
    )
    signing = Issuing(
        IssuingKeys(OKPKey.generate_key("Ed25519")),
        address="https://gov.example",
        departments={name: text(name) for name in departments},
    )
    service = CaseService(
        store_url=store_url or f"sqlite:///{path}",
        departments=departments,
        catalogue=OneCatalogue(one_thing or shop_opening()),
        clock=clock,
        calendar=WorkingCalendar(known_years=frozenset({2026})),
        reads=lambda viewer: reads,
        signing=signing,
        pace=Pace(
            poll_every_s=poll_every_s, sweep_every_s=60.0, dequeue_every_s=0.05, lease_s=lease_s
        ),
        **more,
    )
    return World(path=path, clock=clock, departments=departments, reads=reads, service=service)
