"""The two versions of the program a rolling upgrade goes between, there and back.

The second one brings the tables to a version the first does not know, and says that it can live
with them. So the first works on over them while it is replaced, and starts on them on the way back.
"""

from pathlib import Path

from gateway.cases.probe import VERSION

FIRST, SECOND = VERSION, "deliver-2"
THERE_AND_BACK = (FIRST, SECOND, FIRST)
SECOND_TABLES = "second"  # the revision of second_version/second.py
_MIGRATIONS = {SECOND: Path(__file__).with_name("second_version")}


def migrations_of(version: str) -> Path | None:
    """The migrations this version brings beside ours."""
    return _MIGRATIONS.get(version)
