"""Gold: a filing whose reply was lost is found or taken once, as the department declares."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import count

from adapters.calls import Rim
from adapters.conformance.bench import answered_ones, tried
from adapters.conformance.examples import Json
from adapters.conformance.recorded import Recorded
from adapters.conformance.standin import standing
from adapters.conformance.subject import NOW, Subject
from adapters.conformance.table import Result, judged, not_applicable, skipped
from adapters.department import DeclaredDepartment
from schema.domain.department import Repeats

BLIND = (
    "it is declared blind: it neither honours a key nor can be asked, so a lost reply "
    "always needs a clerk; nothing can be checked"
)


def moving_rim() -> Rim:
    """A rim that never says the same twice: what must not change is then what we make it of."""
    numbers = count(1)
    return replace(
        Rim(now=NOW.timestamp, new_id=lambda: f"call-{next(numbers)}", nonce=lambda: b"0" * 16),
        now=lambda: NOW.timestamp() + next(numbers),
    )


async def repeats_hold(subject: Subject) -> Result:
    """The reply is lost after the filing was taken; then what is declared is tried."""
    if not subject.manifest.services:
        return not_applicable("it takes no filings")
    if subject.manifest.repeats is Repeats.BLIND:
        return skipped(BLIND)
    faults = [fault async for fault in _faults(subject)]
    how = "sent again" if subject.manifest.repeats is Repeats.KEY else "looked up"
    services = len(subject.manifest.services)
    return judged(faults, f"{services} service(s): {how} after a lost reply, each filed once")


async def _faults(subject: Subject) -> AsyncIterator[str]:
    for name, example in _filings(subject):
        desk = Recorded(subject, lose=1)
        async with (
            standing(desk.behave) as standin,
            subject.on(standin.url, moving_rim()) as department,
        ):
            lost = await tried(department, example)
            if not str(lost.get("fails", "")).startswith("OutcomeUnknown"):
                yield f"{name}: a lost reply is not OutcomeUnknown"
                continue
            fault = await _recovered(subject, department, desk, example)
        if fault:
            yield f"{name}: {fault}"


async def _recovered(
    subject: Subject, department: DeclaredDepartment, desk: Recorded, example: Json
) -> str | None:
    number = example["gives"]["number"]
    if subject.manifest.repeats is Repeats.KEY:
        again = await tried(department, example)
        if desk.filings != 1:
            return "sent again it is another filing: the key is not the same"
        return None if again.get("gives", {}).get("number") == number else "no receipt, sent again"
    told = example["arguments"]
    ask = {"reference": told["reference"], "service": told["service"]}
    found = await tried(department, {"call": "find_filing", "arguments": ask})
    numbers = [one["number"] for one in found.get("gives", ())]
    return None if numbers == [number] else f"find_filing gives {len(numbers)} other receipt(s)"


def _filings(subject: Subject) -> Iterator[tuple[str, Json]]:
    seen: set[str] = set()
    for name, example in answered_ones(subject):
        service = example["arguments"].get("service", "")
        if example["call"] == "file" and service not in seen:
            seen.add(service)
            yield name, example
