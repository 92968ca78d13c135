"""A bug as the log may know it: its kind and place, never its message, which may hold data."""

import traceback
from pathlib import PurePath


def where(bug: BaseException) -> dict[str, str]:
    """The kind of an unexpected exception and the line that raised it."""
    frames = traceback.extract_tb(bug.__traceback__)
    place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return {"kind": type(bug).__name__, "place": place}
