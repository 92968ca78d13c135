"""How the construction department writes dates and times."""

from datetime import date, datetime


def moment(at: datetime | None) -> str | None:
    """Local time without an offset."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else None


def day(on: date | None) -> str | None:
    """A date in eight digits."""
    return f"{on:%Y%m%d}" if on else None
