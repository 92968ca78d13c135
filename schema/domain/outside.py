"""Events outside every department: what is reported once, and objections raised and settled."""

from collections.abc import Iterable, Sequence

from schema.domain.one_thing import Item
from schema.domain.plan import ORDERING

RAISED, SETTLED = "_raised", "_settled"


def settling(raised: str) -> str:
    """The event that settles what this one raised."""
    return raised.removesuffix(RAISED) + SETTLED


def raising(event: str) -> str | None:
    """The event that raises what this one raises or settles; None when it does neither."""
    for end in (RAISED, SETTLED):
        if event.endswith(end):
            return event.removesuffix(end) + RAISED
    return None


def awaited_events(items: Iterable[Item]) -> frozenset[str]:
    """Every outside event these items declare, with what settles what they declare."""
    found = set()
    for item in items:
        if item.after_event:
            found.add(item.after_event)
        if item.suspending_event:
            found |= {item.suspending_event, settling(item.suspending_event)}
    return frozenset(found)


def standing(reported: Sequence[str], event: str) -> tuple[str, ...]:
    """What stands reported after this event: what is settled is no longer raised, and back."""
    raised = raising(event)
    gone = {event} if raised is None else {raised, settling(raised)}
    return (*(name for name in reported if name not in gone), event)


def may_be_reported(reported: Sequence[str], event: str) -> bool:
    """Whether it would change anything: only what is raised can be settled."""
    raised = raising(event)
    if raised is None:
        return True
    return (raised in reported) is (event != raised)


def held_by(item: Item, others: Iterable[Item], reported: Sequence[str]) -> tuple[str, ...]:
    """What must be settled before the item starts: objections to what comes before it."""
    before = {edge.item for edge in item.edges if edge.kind in ORDERING}
    return tuple(
        settling(other.suspending_event)
        for other in others
        if other.id in before and other.suspending_event in reported and other.suspending_event
    )
