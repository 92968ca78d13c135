"""How the construction department writes dates and times."""

from datetime import date, datetime


def moment(at: datetime | None) -> str | None:
    """Local time without an offset."""
    return at.replace(tzinfo=None).isoformat(" ", "seconds") if at else None


def day(on: date | None) -> str | None:
    """A date in eight digits."""
    return on.isoformat().replace("-", "") if on else None
