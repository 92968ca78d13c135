"""One step from its dated facts: sorted by date, folded; the order of arrival changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from schema.domain.case import Mark, Step, StepState, Suspension
from schema.domain.filing import Certificate, ItemStatus

DECIDED = {
    ItemStatus.GRANTED: StepState.GRANTED,
    ItemStatus.REFUSED: StepState.REFUSED,
    ItemStatus.WITHDRAWN: StepState.WITHDRAWN,
}
SETTLED = frozenset({StepState.GRANTED, StepState.REFUSED, StepState.WITHDRAWN, StepState.SKIPPED})
STATUSES = frozenset(status.value for status in ItemStatus)

# Facts of one moment are told in the order in which work is done.
_RANK = {
    "received": 0,
    "accepted": 1,
    "conditionally_accepted": 1,
    "inspection": 2,
    "notice": 2,
    "supplement_requested": 2,
    "supplement_sent": 3,
    "supplement_delivered": 4,
    "supplement_refused": 4,
    "granted": 5,
    "refused": 5,
    "withdrawn": 5,
}


@dataclass(slots=True)
class _Fold:
    """The step so far, while its marks are walked in order."""

    state: StepState | None = None
    base: StepState = StepState.RECEIVED  # where a supplement returns to
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    status: ItemStatus | None = None
    status_at: datetime | None = None
    round: int = 1
    request: str | None = None
    refusal: str | None = None
    certificate: Certificate | None = None
    suspensions: list[Suspension] = field(default_factory=list)

    def resume(self, at: datetime) -> None:
        if self.suspensions and self.suspensions[-1].until is None:
            self.suspensions[-1] = replace(self.suspensions[-1], until=at)

    def suspend(self, reason: str, at: datetime) -> None:
        self.resume(at)
        self.suspensions.append(Suspension(reason=reason, since=at))


def _received(fold: _Fold, mark: Mark) -> None:
    if fold.state is None:
        fold.state = StepState.RECEIVED


def _accepted(fold: _Fold, mark: Mark) -> None:
    fold.resume(mark.at)
    fold.accepted_at = fold.accepted_at or mark.at
    fold.state = fold.base = StepState.ACCEPTED


def _inspected(fold: _Fold, mark: Mark) -> None:
    """An inspection or a public notice: accepted, and the clock stands still."""
    fold.accepted_at = fold.accepted_at or mark.at
    fold.base = StepState.ACCEPTED
    fold.suspend(mark.kind, mark.at)
    fold.state = StepState(mark.kind)


def _supplement_requested(fold: _Fold, mark: Mark) -> None:
    fold.suspend("supplement", mark.at)
    fold.state = StepState.SUPPLEMENT_REQUESTED
    fold.request = mark.note


def _supplement_sent(fold: _Fold, mark: Mark) -> None:
    if fold.state is StepState.SUPPLEMENT_REQUESTED:
        fold.state = StepState.SUPPLEMENTING
    fold.round += 1


def _supplement_delivered(fold: _Fold, mark: Mark) -> None:
    if fold.state is StepState.SUPPLEMENTING:
        fold.resume(mark.at)
        fold.state, fold.request = fold.base, None


def _supplement_refused(fold: _Fold, mark: Mark) -> None:
    if fold.state is StepState.SUPPLEMENTING:
        fold.state, fold.request = StepState.SUPPLEMENT_REQUESTED, mark.note or fold.request


def _decided(fold: _Fold, mark: Mark) -> None:
    fold.resume(mark.at)
    fold.state = DECIDED[ItemStatus(mark.kind)]
    fold.decided_at, fold.request = mark.at, None
    fold.refusal, fold.certificate = mark.refusal, mark.certificate


_TELL: dict[str, Callable[[_Fold, Mark], None]] = {
    "received": _received,
    "accepted": _accepted,
    "conditionally_accepted": _accepted,
    "inspection": _inspected,
    "notice": _inspected,
    "supplement_requested": _supplement_requested,
    "supplement_sent": _supplement_sent,
    "supplement_delivered": _supplement_delivered,
    "supplement_refused": _supplement_refused,
    "granted": _decided,
    "refused": _decided,
    "withdrawn": _decided,
}


def decision(step: Step) -> Mark | None:
    """The decision this step has, if it has one; a step never has two."""
    return next((m for m in step.history if m.kind in DECIDED), None)


def add_mark(step: Step, mark: Mark) -> Step:
    """The step with one more fact. Told twice it changes nothing; a second decision is not one."""
    if step.state is StepState.SKIPPED:
        return step
    kept, said = _merged(step.history, mark), decision(step)
    if said is not None and mark.kind in DECIDED and mark.kind != said.kind:
        return step
    return _folded(step, kept)


def _merged(history: tuple[Mark, ...], mark: Mark) -> tuple[Mark, ...]:
    for known in history:
        if known.kind == mark.kind and (known.at == mark.at or mark.kind in DECIDED):
            return tuple(_richer(m, mark) if m is known else m for m in history)
    return tuple(sorted((*history, mark), key=_position))


def _richer(known: Mark, told: Mark) -> Mark:
    """What two tellings of one fact say together; the earlier date of a decision counts."""
    return Mark(
        kind=known.kind,
        at=min(known.at, told.at),
        note=known.note or told.note,
        refusal=known.refusal or told.refusal,
        certificate=known.certificate or told.certificate,
    )


def _position(mark: Mark) -> tuple[datetime, int, str]:
    return mark.at, _RANK[mark.kind], mark.kind


def _folded(step: Step, history: tuple[Mark, ...]) -> Step:
    fold = _Fold()
    for mark in sorted(history, key=_position):
        _TELL[mark.kind](fold, mark)
        if mark.kind in STATUSES:
            fold.status, fold.status_at = ItemStatus(mark.kind), mark.at
        if mark.kind in DECIDED:
            break
    return replace(
        step,
        history=history,
        state=fold.state or step.state,
        status=fold.status,
        status_at=fold.status_at,
        accepted_at=fold.accepted_at,
        decided_at=fold.decided_at,
        round=fold.round,
        request=fold.request,
        refusal=fold.refusal,
        certificate=fold.certificate,
        suspensions=tuple(fold.suspensions),
    )
