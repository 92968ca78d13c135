"""What one entry of the ledger makes of a filing. Whatever was decided is in the entry.

Ledgers of earlier versions say no state and no scenario: those filings take the ordinary course,
and their state is the one that has the status they were brought to.
"""

from dataclasses import replace
from datetime import datetime

from mocks.core.filed import Certificate, Due, Filed, Status
from mocks.core.ledger import Entry
from mocks.scenarios.model import START, Course


def opened(entry: Entry, course: Course) -> Filed:
    """The filing as it was taken in; entered later than it came, when the office was closed."""
    at = datetime.fromisoformat(entry.get("entered_at") or entry["at"])
    return Filed(
        number=entry["receipt"],
        reference=entry["reference"],
        service=entry["service"],
        fields=entry["fields"],
        digest=entry["digest"],
        key=entry["key"],
        received_at=at,
        real_at=datetime.fromisoformat(entry["real_at"]),
        status=Status.RECEIVED,
        status_at=at,
        course=course,
        state=START,
        entered_at=at,
        rounds={START: 1},
        history=(Due(status=Status.RECEIVED, at=at, state=START),),
    )


def supplemented(filed: Filed, entry: Entry) -> Filed:
    """With what was handed in; where it was awaited, the pause is over."""
    at = datetime.fromisoformat(entry["at"])
    return _moved(
        replace(
            filed,
            fields={**filed.fields, **entry["fields"]},
            supplements=(*filed.supplements, entry["reference"]),
            supplemented_at=at,
        ),
        {"status": Status.ACCEPTED, **entry},
    )


def decided(filed: Filed, entry: Entry) -> Filed:
    """In the next state of its course, with what was decided in it."""
    paper = entry["certificate"]
    moved = _moved(filed, entry)
    return replace(moved, certificate=Certificate.of(paper) if paper else moved.certificate)


def withdrawn(filed: Filed, entry: Entry) -> Filed:
    """Taken back: nothing more comes."""
    return _moved(
        replace(
            filed, withdrawal_reason=entry["reason"], withdrawn_under=entry["reference"]
        ),
        {**entry, "status": Status.WITHDRAWN, "state": Status.WITHDRAWN.value},
    )  # fmt: skip


def _moved(filed: Filed, entry: Entry) -> Filed:
    status, at = Status(entry["status"]), datetime.fromisoformat(entry["at"])
    state = entry.get("state") or _with_status(filed.course, status)
    said_at = datetime.fromisoformat(entry.get("dated") or entry["at"])
    pauses = filed.pauses
    if filed.status is Status.SUPPLEMENT:  # what merely may follow stops no clock
        pauses = (*pauses, (filed.entered_at, at))
    return replace(
        filed,
        status=status,
        status_at=said_at,
        note=entry.get("note"),
        reason=entry.get("reason_code"),
        state=state,
        entered_at=at,
        rounds={**filed.rounds, state: filed.rounds.get(state, 0) + 1},
        pauses=pauses,
        history=(*filed.history, Due(status=status, at=said_at, state=state)),
    )


def _with_status(course: Course, status: Status) -> str:
    found = [name for name, state in course.states.items() if state.status is status]
    return found[-1] if found else status.value
