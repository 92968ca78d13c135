"""What follows from an event, told apart from what cannot be read of what is stored."""

from gateway.cases.errors import NothingFollows
from schema.domain.calendar import WorkingCalendar
from schema.domain.case import Case, Event
from schema.domain.one_thing import OneThing
from schema.domain.reducer import reduce


def follows(
    case: Case | None, event: Event, one_thing: OneThing, calendar: WorkingCalendar
) -> Case:
    """The case after this event; NothingFollows where it says what no case can become.

    A case that a newer gateway stored and this one cannot read is another matter: then the event
    may be right, and whoever brought it is to bring it again.
    """
    try:
        return reduce(case, event, one_thing, calendar)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise NothingFollows(type(error).__name__) from error
