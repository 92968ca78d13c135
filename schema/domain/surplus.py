"""Filings a department holds beyond the one that counts: each is withdrawn on its own.

The filing that counts is withdrawn in round 1; the surplus ones, in the order in which they were
first seen, in rounds 2, 3, …. So a reference says for ever which receipt it takes back.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from schema.domain.case import (
    Case,
    Command,
    Event,
    EventKind,
    Step,
    Surplus,
    SurplusState,
    Verb,
)
from schema.domain.reference import command, parse_reference

FIRST_ROUND = 2
_END = {
    EventKind.WITHDRAWN: SurplusState.WITHDRAWN,
    EventKind.SURPLUS_WITHDRAWN: SurplusState.WITHDRAWN,
    EventKind.WITHDRAWAL_REFUSED: SurplusState.KEPT,
    EventKind.SURPLUS_KEPT: SurplusState.KEPT,
}

_PARKING = frozenset({EventKind.FILING_PARKED, EventKind.FILING_RESOLVED, EventKind.FILING_RETRIED})


def found(step: Step, receipts: Iterable[str]) -> Step:
    """The step with these filings found beside its own."""
    known = {step.receipt, *(s.receipt for s in step.surplus)}
    new = (receipt for receipt in dict.fromkeys(receipts) if receipt not in known)
    return replace(step, surplus=(*step.surplus, *(Surplus(receipt=r) for r in new)))


def is_surplus(step: Step, receipt: str) -> bool:
    """Whether this number was found beside the step's own; a clerk may have made one its own."""
    return receipt != step.receipt and any(s.receipt == receipt for s in step.surplus)


def about(event: Event) -> Command | None:
    """The withdrawal of a surplus filing this event is about; None when it is about none."""
    named = parse_reference(str(event.data.get("reference", "")))
    return named if named is not None and is_beyond(named) else None


def ended(step: Step, receipt: str, state: SurplusState) -> Step:
    """The step once this is known of a surplus filing; what is known stays known."""
    return _changed(step, receipt, lambda s: replace(s, state=state, parked=None))


def told(step: Step, event: Event, withdrawal: Command) -> Step:
    """What an event tells about the withdrawal of one surplus filing."""
    receipt = _receipt(step, withdrawal)
    if receipt is None:
        return step
    end = _END.get(event.kind)
    if event.kind is EventKind.FILING_RESOLVED and event.data.get("receipt"):
        end = SurplusState.WITHDRAWN
    if end is not None:
        return ended(step, receipt, end)
    if event.kind not in _PARKING:
        return step
    parked = withdrawal.reference if event.kind is EventKind.FILING_PARKED else None
    return _changed(step, receipt, lambda s: replace(s, parked=parked))


def withdrawals(case: Case) -> Iterator[Command]:
    """The withdrawals still to be made, whatever state the case is in."""
    for step in case.steps:
        for number, one in enumerate(step.surplus, start=FIRST_ROUND):
            if one.state is SurplusState.WITHDRAWING and not _held_back(step, one):
                yield command(case.id, step.item, Verb.WITHDRAW, number)


def _held_back(step: Step, one: Surplus) -> bool:
    """While a clerk asks for the filing that counts, one beside it may be the only one there is."""
    return step.missing and step.parked is not None and one.parked is None


def wanted(step: Step, command: Command) -> bool:
    """Whether the surplus filing a command takes back is still to be taken back."""
    receipt = _receipt(step, command)
    return any(s.receipt == receipt and s.state is SurplusState.WITHDRAWING for s in step.surplus)


def is_beyond(command: Command) -> bool:
    """Whether a command takes back a surplus filing."""
    return command.verb is Verb.WITHDRAW and command.round >= FIRST_ROUND


def receipt_of(case: Case, command: Command) -> str | None:
    """The number at the department that a command is about, None when there is none (any more).

    A surplus withdrawal never names the step's own number.
    """
    return receipt_in(case.step(command.item), command)


def receipt_in(step: Step, command: Command) -> str | None:
    """The same, of the step the command is about."""
    return _receipt(step, command) if is_beyond(command) else step.receipt


def _receipt(step: Step, withdrawal: Command) -> str | None:
    index = withdrawal.round - FIRST_ROUND
    one = step.surplus[index] if index < len(step.surplus) else None
    return one.receipt if one is not None and one.receipt != step.receipt else None


def _changed(step: Step, receipt: str, change: Callable[[Surplus], Surplus]) -> Step:
    surplus = tuple(
        change(s) if s.receipt == receipt and s.state is SurplusState.WITHDRAWING else s
        for s in step.surplus
    )
    return replace(step, surplus=surplus)
