"""One step from its dated facts: sorted by date, folded; the order of arrival changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from schema.domain.case import UNNAMED, Mark, Step, StepState, Suspension
from schema.domain.filing import Certificate, ItemStatus

DECIDED = {
    ItemStatus.GRANTED: StepState.GRANTED,
    ItemStatus.REFUSED: StepState.REFUSED,
    ItemStatus.WITHDRAWN: StepState.WITHDRAWN,
}
SETTLED = frozenset({StepState.GRANTED, StepState.REFUSED, StepState.WITHDRAWN, StepState.SKIPPED})
OBJECTION = frozenset({"raised", "settled"})
STATUSES = frozenset(status.value for status in ItemStatus)

# Facts of one moment are told in the order in which work is done.
_RANK = {
    "received": 0,
    "accepted": 1,
    "conditionally_accepted": 1,
    "deemed_accepted": 1,
    "inspection": 2,
    "notice": 2,
    "supplement_requested": 2,
    "raised": 2,
    "settled": 3,
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

    step: Step
    state: StepState | None = None
    since: datetime | None = None
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
    held: list[Suspension] = field(default_factory=list)  # by objections, whatever else stands
    owes: tuple[str, ...] = ()
    conditional: bool = False
    sent: Mark | None = None  # the supplement on its way
    answers: bool = False  # the supplement on its way answers a request: the clock stands still

    def resume(self, at: datetime) -> None:
        if self.suspensions and self.suspensions[-1].until is None:
            self.suspensions[-1] = replace(self.suspensions[-1], until=at)

    def suspend(self, reason: str, at: datetime) -> None:
        self.resume(at)
        self.suspensions.append(Suspension(reason=reason, since=at))

    def accept(self, at: datetime) -> None:
        if self.accepted_at is None:
            self.accepted_at, self.owes = at, self.step.deferred

    def overtake(self) -> None:
        """The department goes on: what answered its request has served its purpose."""
        if self.answers:
            self.sent, self.answers = None, False


def _received(fold: _Fold, mark: Mark) -> None:
    if fold.state is None:
        fold.state = StepState.RECEIVED


def _accepted(fold: _Fold, mark: Mark) -> None:
    fold.accept(mark.at)
    if fold.conditional:
        fold.owes = ()  # nothing is held against it any more
    fold.resume(mark.at)
    fold.overtake()
    fold.state = fold.base = StepState.ACCEPTED


def _conditionally_accepted(fold: _Fold, mark: Mark) -> None:
    """Accepted although something is still to follow: the clock runs (容缺受理)."""
    fold.accept(mark.at)
    fold.owes, fold.conditional = fold.owes or (UNNAMED,), True
    fold.resume(mark.at)
    fold.overtake()
    fold.state = fold.base = StepState.ACCEPTED
    fold.request = mark.note


def _deemed_accepted(fold: _Fold, mark: Mark) -> None:
    """Asked for nothing in time: accepted from the day it was received (行政许可法 §32)."""
    if fold.state in (None, StepState.RECEIVED) and not fold.suspensions:
        fold.accept(fold.step.filed_at or mark.at)
        fold.state = fold.base = StepState.ACCEPTED


def _raised(fold: _Fold, mark: Mark) -> None:
    """An objection holds the clock, in whatever state the step is."""
    if not fold.held or fold.held[-1].until is not None:
        fold.held.append(Suspension(reason=mark.note or "objection", since=mark.at))


def _settled(fold: _Fold, mark: Mark) -> None:
    if fold.held and fold.held[-1].until is None:
        fold.held[-1] = replace(fold.held[-1], until=mark.at)


def _inspected(fold: _Fold, mark: Mark) -> None:
    """An inspection or a public notice: accepted, and the clock stands still."""
    fold.accept(mark.at)
    fold.base = StepState.ACCEPTED
    fold.suspend(mark.kind, mark.at)
    fold.overtake()
    fold.state = StepState(mark.kind)


def _supplement_requested(fold: _Fold, mark: Mark) -> None:
    fold.suspend("supplement", mark.at)
    fold.overtake()
    fold.state = StepState.SUPPLEMENT_REQUESTED
    fold.request = mark.note


def _supplement_sent(fold: _Fold, mark: Mark) -> None:
    fold.round += 1
    fold.answers = fold.state is StepState.SUPPLEMENT_REQUESTED
    if fold.answers or fold.owes:
        fold.sent = mark
    if fold.answers or (fold.owes and fold.state is StepState.ACCEPTED):
        fold.state = StepState.SUPPLEMENTING


def _supplement_delivered(fold: _Fold, mark: Mark) -> None:
    if fold.sent is None:
        return
    brought = fold.sent.materials
    if brought is not None:
        fold.owes = tuple(code for code in fold.owes if code not in (*brought, UNNAMED))
    elif not fold.answers:
        fold.owes = ()
    _arrived(fold, mark)


def _arrived(fold: _Fold, mark: Mark) -> None:
    if fold.answers:
        fold.resume(mark.at)
    if fold.state is StepState.SUPPLEMENTING:
        fold.state, fold.request = fold.base, None
    fold.sent, fold.answers = None, False


def _supplement_refused(fold: _Fold, mark: Mark) -> None:
    if fold.sent is None:
        return
    if fold.state is StepState.SUPPLEMENTING:
        fold.state = StepState.SUPPLEMENT_REQUESTED if fold.answers else fold.base
        fold.request = mark.note or fold.request
    fold.sent, fold.answers = None, False


def _decided(fold: _Fold, mark: Mark) -> None:
    fold.resume(mark.at)
    _settled(fold, mark)
    fold.state = DECIDED[ItemStatus(mark.kind)]
    fold.decided_at, fold.request = mark.at, None
    fold.refusal, fold.certificate = mark.refusal, mark.certificate
    fold.sent, fold.owes = None, ()


_TELL: dict[str, Callable[[_Fold, Mark], None]] = {
    "received": _received,
    "accepted": _accepted,
    "conditionally_accepted": _conditionally_accepted,
    "deemed_accepted": _deemed_accepted,
    "inspection": _inspected,
    "notice": _inspected,
    "supplement_requested": _supplement_requested,
    "raised": _raised,
    "settled": _settled,
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


def said(step: Step) -> Step:
    """The step in the state its department put it in, whatever was done about it since."""
    state = StepState.FILING if step.receipt is None else StepState.RECEIVED
    return _folded(replace(step, state=state), step.history)


def began(step: Step) -> datetime | None:
    """Since when it is in its state, as its facts date it; None when none of them put it there."""
    fold = _walked(step, step.history)
    if fold.state is None:
        return step.filed_at if step.state is StepState.RECEIVED else None
    return fold.since if fold.state is step.state else None


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
        materials=known.materials if told.materials is None else told.materials,
    )


def _position(mark: Mark) -> tuple[datetime, int, str]:
    return mark.at, _RANK[mark.kind], mark.kind


def _walked(step: Step, history: tuple[Mark, ...]) -> _Fold:
    fold = _Fold(step=step, round=step.first_round)
    for mark in sorted(history, key=_position):
        before = fold.state
        _TELL[mark.kind](fold, mark)
        fold.since = fold.since if fold.state is before else mark.at
        if mark.kind in STATUSES:
            fold.status, fold.status_at = ItemStatus(mark.kind), mark.at
        if mark.kind in DECIDED:
            break
    return fold


def received(step: Step, at: datetime) -> Step:
    """The step when its department had it by then; told late, it does not move it."""
    if step.filed_at is None or step.filed_at <= at:
        return step
    return replace(_folded(replace(step, filed_at=at), step.history), state=step.state)


def _there_by(step: Step, history: tuple[Mark, ...]) -> datetime | None:
    """When it was received: not after the first thing its department said of it."""
    said = [mark.at for mark in history if mark.kind in STATUSES]
    return min([step.filed_at, *said]) if step.filed_at is not None else None


def _folded(step: Step, history: tuple[Mark, ...]) -> Step:
    step = replace(step, filed_at=_there_by(step, history))
    fold = _walked(step, history)
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
        suspensions=tuple(sorted((*fold.suspensions, *fold.held), key=lambda s: s.since)),
        owes=fold.owes,
        supplementing=fold.sent is not None,
    )
