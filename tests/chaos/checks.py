"""What must never be found after a run: each check yields one sentence for each thing found."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from schema.catalogue import load
from schema.domain.case import Case, CaseState, EventKind, Step, StepState, Verb
from schema.domain.case_rules import TERMINAL, parse_reference, reference
from schema.domain.reducer import reduce
from schema.working_days import load_working_calendar
from tests.chaos.evidence import Evidence, event_of
from tests.chaos.plan import POINTS

_ENDS: Mapping[str, frozenset[CaseState]] = {
    "granted": frozenset({CaseState.DONE}),
    "supplement": frozenset({CaseState.DONE}),
    "refused": frozenset({CaseState.REFUSED}),
    "withdrawn": frozenset({CaseState.WITHDRAWN, CaseState.DONE}),
}
_NEVER_FILED = frozenset({StepState.WAITING, StepState.SKIPPED})
_DECIDED = frozenset({StepState.GRANTED, StepState.REFUSED, StepState.WITHDRAWN})
_ENDS_OF_LIVES = ("random", "stopped", "replaced", *POINTS)


def lost(evidence: Evidence) -> Iterator[str]:
    """Acknowledged, and not there: cases, filings, supplements, withdrawals."""
    for ack in evidence.submitted:
        case = evidence.cases.get(ack["case"])
        if case is None:
            yield f"{ack['case']}: acknowledged, and the store does not know it"
            continue
        for step in case.steps:
            yield from _not_filed(case, step, evidence)
    yield from _not_supplemented(evidence)
    yield from _not_withdrawn(evidence)
    known = {ack["number"] for ack in evidence.submitted}
    for number in sorted(set(range(evidence.plan.applications)) - known):
        yield f"application {number} was never acknowledged"


def _not_filed(case: Case, step: Step, evidence: Evidence) -> Iterator[str]:
    mine = reference(case.id, step.item, Verb.FILE, 1)  # also when it is filed anew
    waits_rightly = step.state in _NEVER_FILED or step.parked is not None
    if waits_rightly or mine in evidence.filings:
        return
    refused_at_once = step.state is StepState.REFUSED and step.receipt is None
    if not refused_at_once:
        yield f"{mine}: {step.state}, and no department has it"


def _not_supplemented(evidence: Evidence) -> Iterator[str]:
    """Every round that was acknowledged is looked for by its own reference."""
    handed_in: Counter[tuple[str, str]] = Counter()
    for ack in evidence.acks:
        if ack["kind"] != "supplemented" or not ack["accepted"]:
            continue
        case, item = ack["case"], ack["item"]
        handed_in[case, item] += 1
        times = handed_in[case, item]
        mine = reference(case, item, Verb.SUPPLEMENT, times + 1)
        if not _arrived(mine, times, evidence) and not _need_not_arrive(mine, evidence):
            yield f"{mine}: acknowledged, and it never arrived"


def _arrived(supplement: str, times: int, evidence: Evidence) -> bool:
    """Whether it is there. Where a department writes no reference down, there must be as many."""
    command = parse_reference(supplement)
    assert command is not None, supplement
    filed = evidence.filings.get(reference(command.case, command.item, Verb.FILE, 1), ())
    entries = [e for _, e in evidence.entries("supplement") if e["receipt"] in filed]
    named = {entry["reference"] for entry in entries}
    return supplement in named or (named == {""} and len(entries) >= times)


def _need_not_arrive(supplement: str, evidence: Evidence) -> bool:
    """A clerk is asked about it, its department said no to it, or the filing was taken back."""
    command = parse_reference(supplement)
    case = evidence.cases.get(command.case) if command else None
    if case is None or command is None:
        return False
    step = case.step(command.item)
    told = (event_of(row) for row in evidence.events.get(case.id, ()))
    declined = any(
        event.kind is EventKind.SUPPLEMENT_REFUSED and event.data.get("reference") == supplement
        for event in told
    )
    return declined or step.parked == supplement or step.state is StepState.WITHDRAWN


def _not_withdrawn(evidence: Evidence) -> Iterator[str]:
    for id_ in sorted(evidence.withdrawn):
        case = evidence.cases.get(id_)
        if case is None or case.withdrawal is None:
            yield f"{id_}: its withdrawal was acknowledged and is forgotten"


def doubled(evidence: Evidence) -> Iterator[str]:
    """Of effect more than once; what was found surplus and taken back is of no effect."""
    for mine, numbers in evidence.filings.items():
        effective = [number for number in numbers if number not in evidence.taken_back]
        if len(effective) > 1:
            yield f"{mine}: filed {len(effective)} times ({', '.join(effective)})"
    for kind in ("supplement", "withdrawal"):
        count = Counter(
            (department, entry["receipt"], entry["reference"])
            for department, entry in evidence.entries(kind)
        )
        for (department, receipt, mine), times in count.items():
            if times > 1:
                yield f"{department} {receipt}: {times} times {kind} {mine}"


def orphans(evidence: Evidence) -> Iterator[str]:
    """Of effect at a department, and no case owns it: unknown, under another number, left open."""
    for department, entry in evidence.entries("filing"):
        number, mine = entry["receipt"], entry["reference"]
        if number in evidence.taken_back:
            continue
        command = parse_reference(mine)
        case = evidence.cases.get(command.case) if command else None
        step = (
            next((s for s in case.steps if command and s.item == command.item), None)
            if case
            else None
        )
        if case is None or step is None:
            yield f"{department} {number}: {mine} is no case of ours"
        elif number not in _numbers(step) and step.parked is None:
            yield f"{department} {number}: {mine} is known as {step.receipt}"
        elif case.state in TERMINAL and number not in evidence.decided:
            yield f"{department} {number}: {mine} still lies there, the case is {case.state}"


def _numbers(step: Step) -> frozenset[str | None]:
    """What the case knows of at this department: the filing that counts, and surplus ones."""
    return frozenset(own_number(r) for r in (step.receipt, *(s.receipt for s in step.surplus)))


def own_number(receipt: str | None) -> str | None:
    """The department's own number of a receipt that also carries our reference."""
    return receipt.partition("/")[0] if receipt else receipt


def stuck(evidence: Evidence) -> Iterator[str]:
    """Not at an end, and no clerk has been asked: cases and commands."""
    parked = {row["reference"] for row in evidence.deliveries if row["state"] == "parked"}
    for case in evidence.cases.values():
        asked = {step.parked for step in case.steps}
        asked |= {surplus.parked for step in case.steps for surplus in step.surplus}
        waits = bool(asked & parked)
        if case.state not in TERMINAL and not waits:
            steps = ", ".join(f"{s.item} {s.state}" for s in case.steps)
            yield f"{case.id}: {case.state} ({steps})"
    for row in evidence.deliveries:
        if row["state"] not in ("done", "parked"):
            yield f"{row['reference']}: {row['state']}"
    for row in evidence.engine:
        yield f"{row['id']}: {row['status']} in the engine"


def replay(evidence: Evidence) -> Iterator[str]:
    """The state shown is not what the events tell, or the events are not in order."""
    catalogue, calendar = load(), load_working_calendar()
    for id_, case in evidence.cases.items():
        told: Case | None = None
        one_thing = catalogue.find(case.one_thing, case.version)
        assert one_thing is not None, case.version
        for row in evidence.events.get(id_, ()):
            told = reduce(told, event_of(row), one_thing, calendar)
        if told != case:
            yield f"{id_}: replaying its events gives another case than is stored"
        yield from _out_of_order(id_, evidence)


def _out_of_order(id_: str, evidence: Evidence) -> Iterator[str]:
    events = evidence.events.get(id_, ())
    numbers = [row["n"] for row in events]
    if numbers != list(range(1, len(events) + 1)):
        yield f"{id_}: its events are numbered {numbers}"
    moments = [row["recorded_at"] for row in events]
    if any(later < earlier for earlier, later in pairwise(moments)):
        yield f"{id_}: its events were recorded against the clock"


def untold(evidence: Evidence) -> Iterator[str]:
    """Shown as decided one way, and decided another way, or not at all."""
    for case in evidence.cases.values():
        for step in case.steps:
            number = own_number(step.receipt)
            if number is None or step.state not in _DECIDED:
                continue
            decided = evidence.decided.get(number)
            if decided != step.state.value:
                yield f"{case.id}:{step.item}: shown as {step.state}, its department says {decided}"


def ends(evidence: Evidence) -> Iterator[str]:
    """At an end that was not to be, or on a way that was not: nobody lets a request lapse."""
    for ack in evidence.submitted:
        case = evidence.cases.get(ack["case"])
        if case is None:
            continue
        for step in case.steps:
            if step.lapsed:
                yield f"{case.id}:{step.item}: lapsed, and its applicant adds what is asked for"
        if case.state in TERMINAL and case.state not in _ENDS[ack["fate"]]:
            yield f"{case.id}: {case.state}, though it was made to be {ack['fate']}"


def answers(evidence: Evidence) -> Iterator[str]:
    """Asked twice with one id, answered differently; or answered as nobody should be."""
    for ack in evidence.submitted:
        if len({tuple(answer) for answer in ack["answers"]}) > 1:
            yield f"application {ack['number']}: {ack['answers']}"
    for ack in evidence.acks:
        if ack["kind"] in ("unexpected", "internal"):
            yield f"{ack}"


def lives(evidence: Evidence) -> Iterator[str]:
    """A gateway that ended by itself, or would not stop."""
    for life in evidence.starts:
        if life.get("end") not in _ENDS_OF_LIVES:
            yield f"{life}"


def store(evidence: Evidence) -> Iterator[str]:
    """A damaged store."""
    if evidence.integrity != "ok":
        yield evidence.integrity


CHECKS: Mapping[str, Callable[[Evidence], Iterator[str]]] = {
    "lost": lost,
    "doubled": doubled,
    "orphans": orphans,
    "stuck": stuck,
    "replay": replay,
    "untold": untold,
    "ends": ends,
    "answers": answers,
    "lives": lives,
    "store": store,
}
