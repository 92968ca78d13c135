"""What each department is asked in the matrix, and what is true of it.

Questions that change nothing are asked once on a good day: that is the truth. Those that change
something are new each time; what the department's ledger says is the truth.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from adapters.contract import Changes
from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError, OutcomeUnknown
from mocks.core.city import DEMO
from schema.domain.department import Repeats
from schema.domain.filing import Filing, Receipt, Supplement, Withdrawal
from tests.adapters.test_departments_speak import FILED, MATERIAL, READS, filing
from tests.faults.city import Mock

CASE = "31010420260921-ABCDEFGH7"
PATIENCE_S = 30.0
VERBS = (
    "read", "verify", "file", "find_filing", "progress", "certificate", "changes", "supplement",
    "withdraw",
)  # fmt: skip
WRITES = frozenset({"file", "supplement", "withdraw"})
_TOLD_TO_WAIT = "布局图（补正）"  # it asks for more
_SHELVED = "布局图（搁置）"  # it never decides
_AT_ONCE = 16
_FILLING = 80  # filings whose changes fill the first page of a feed
Ask = Callable[[DeclaredDepartment, float], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question about a look-up or service; it has no `truth` where it changes something.

    Then its deed is known by the `reference` of a filing, or else by the `receipt` it is about.
    """

    verb: str
    about: str
    ask: Ask
    truth: Any = None
    reference: str = ""
    receipt: str = ""


@dataclass(slots=True)
class Counter:
    """Everything one department can be asked: `patient` waits for answers as long as they take."""

    name: str
    mock: Mock
    patient: DeclaredDepartment
    asking: dict[str, list[Question]] = field(default_factory=lambda: defaultdict(list))
    taken: int = 0
    decided: dict[str, str] = field(default_factory=dict)  # receipts by service
    _waiting: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def verbs(self) -> list[str]:
        """What it offers, in the order of `VERBS`."""
        services = WRITES if self.name in FILED else frozenset[str]()
        return [verb for verb in VERBS if verb in services or self.asking.get(verb)]

    async def open(self) -> None:
        """Make a filing of each service, let it be decided, and ask all that can be asked."""
        filed = {service: self._filing(service) for service in FILED.get(self.name, ())}
        receipts = {
            service: await self.patient.file(one, budget=PATIENCE_S)
            for service, one in filed.items()
        }
        self.decided = {service: receipt.number for service, receipt in receipts.items()}
        await self._fill()
        self.mock.clock.advance(working_days=30)
        await self.mock.struck("none")  # what was due is decided now
        for verb, about, ask in self._all(filed, receipts):
            truth = await ask(self.patient, PATIENCE_S)
            if holds_error(truth):
                raise LookupError(f"{self.name}: {verb} {about} has no answer on a good day")
            if isinstance(truth, Changes) and not truth.more:
                raise LookupError(f"{self.name}: the first page of its feed is not full")
            question = Question(verb=verb, about=about, ask=ask, truth=truth)
            self.asking[verb].append(question)

    async def _fill(self) -> None:
        """Fill the first page of a feed: so it is the same whatever is filed later."""
        for _ in range(_FILLING if self.name == "greening" else 0):
            await self.patient.file(self._filing(FILED[self.name][0]), budget=PATIENCE_S)

    def _all(
        self, filed: Mapping[str, Filing], receipts: Mapping[str, Receipt]
    ) -> list[tuple[str, str, Ask]]:
        found: list[tuple[str, str, Ask]] = [
            ("read", f"{register}.{lookup}", partial(_read, register, lookup, DEMO[key]))
            for name, register, lookup, key, _ in READS
            if name == self.name
        ]
        found += [
            ("verify", kind, partial(_verify, kind)) for kind in self.patient.info.verifications
        ]
        if self.name == "greening":
            found.append(("changes", "feed", _changes))
        for service, one in filed.items():
            number = receipts[service].number
            found.append(("progress", service, partial(_progress, service, number)))
            if self.patient.info.repeats is not Repeats.BLIND:
                found.append(("find_filing", service, partial(_find, service, one.reference)))
            if self.name != "planning":
                found.append(("certificate", service, partial(_certificate, service, number)))
        return found

    async def question(self, verb: str, turn: int) -> Question:
        """The question of this verb whose turn it is."""
        if verb not in WRITES:
            known = self.asking[verb]
            return known[turn % len(known)]
        service = FILED[self.name][turn % len(FILED[self.name])]
        return await self._change(verb, service)

    def turns(self, verb: str, turn: int) -> range:
        """The turns in which each question comes once, where answers differ in their fields."""
        return range(turn, turn + (len(self.asking[verb]) if verb == "read" else 1))

    async def remind(self, *, refused: bool) -> None:
        """Ask everything on a good day, in this order: so each operation answered this last.

        `refused`: then every change again, of a filing that is decided and takes none.
        """
        self._waiting.clear()  # the filings to be changed are made anew, so the clock moves on
        services = len(FILED.get(self.name, ()))
        for verb in reversed(self.verbs):  # filings last, all of them by today's clock
            for turn in range(len(self.asking[verb]) if verb not in WRITES else services):
                with suppress(OutcomeUnknown):  # over a connection that a bad day left behind
                    await (await self.question(verb, turn)).ask(self.patient, PATIENCE_S)
        for service, receipt in self.decided.items() if refused else ():
            for change in (_supplement, _withdraw):
                with suppress(AdapterError):
                    await change(service, receipt, f"{CASE}:X:late:1", self.patient, PATIENCE_S)

    async def _change(self, verb: str, service: str) -> Question:
        if verb == "file":
            made = self._filing(service)
            ask: Ask = partial(_file, made)
            return Question(verb=verb, about=service, ask=ask, reference=made.reference)
        wanted = f"{verb} {service}"
        if not self._waiting[wanted]:
            await self._prepare(verb, service)
        receipt = self._waiting[wanted].pop()
        self.taken += 1
        reference = f"{CASE}:X:{verb}:{self.taken}"
        change = _supplement if verb == "supplement" else _withdraw
        ask = partial(change, service, receipt, reference)
        number = receipt.partition("/")[0]  # our reference may stand behind it
        return Question(verb=verb, about=service, ask=ask, reference=reference, receipt=number)

    async def _prepare(self, verb: str, service: str) -> None:
        """Make filings that can be supplemented, or withdrawn."""
        material = _TOLD_TO_WAIT if verb == "supplement" else _SHELVED
        for _ in range(_AT_ONCE):
            made = self._filing(service, material)
            with suppress(OutcomeUnknown):  # over a connection that a bad day left behind
                receipt = await self.patient.file(made, budget=PATIENCE_S)
                self._waiting[f"{verb} {service}"].append(receipt.number)
        if verb == "supplement":
            self.mock.clock.advance(working_days=5)

    def _filing(self, service: str, material: str = "布局图") -> Filing:
        self.taken += 1
        made = filing(self.name, service)
        return replace(
            made,
            reference=f"{CASE}:{made.item}:file:{self.taken}",
            materials=(replace(MATERIAL, name=material),),
        )


def holds_error(value: Any) -> bool:
    """Whether some row of an answer is an error."""
    return isinstance(value, Mapping) and any(isinstance(v, AdapterError) for v in value.values())


async def _read(register: str, lookup: str, key: str, of: DeclaredDepartment, budget: float) -> Any:
    return await of.read(register, lookup, [key], budget=budget)


async def _verify(kind: str, of: DeclaredDepartment, budget: float) -> Any:
    claims = {"name": DEMO["legal_rep_name"], "id_number": DEMO["legal_rep_id_number"]}
    return await of.verify(kind, claims, budget=budget)


async def _changes(of: DeclaredDepartment, budget: float) -> Any:
    return await of.changes(None, budget=budget)


async def _progress(service: str, number: str, of: DeclaredDepartment, budget: float) -> Any:
    return await of.progress([number], service, budget=budget)


async def _find(service: str, reference: str, of: DeclaredDepartment, budget: float) -> Any:
    return await of.find_filing(reference, service, budget=budget)


async def _certificate(service: str, number: str, of: DeclaredDepartment, budget: float) -> Any:
    return await of.certificate(number, service, budget=budget)


async def _file(made: Filing, of: DeclaredDepartment, budget: float) -> Any:
    return await of.file(made, budget=budget)


async def _supplement(
    service: str, receipt: str, reference: str, of: DeclaredDepartment, budget: float
) -> Any:
    told = Supplement(
        reference=reference,
        receipt=receipt,
        service=service,
        answers={"note": "已更换"},
        materials=(MATERIAL,),
    )
    return await of.supplement(told, budget=budget)


async def _withdraw(
    service: str, receipt: str, reference: str, of: DeclaredDepartment, budget: float
) -> Any:
    told = Withdrawal(reference=reference, receipt=receipt, service=service, reason="不办了")
    return await of.withdraw(told, budget=budget)
