"""The same number written otherwise: in other case, with blanks, full width.

Such a number is never taken for ours by itself: two filings may differ in nothing else. It counts
where the department declares which filing is meant; elsewhere that it came is said, and no more.
"""

import unicodedata
from collections.abc import Collection


def alike(one: str, other: str) -> bool:
    """Whether these may be one number, spelt twice."""
    return _plain(one).casefold() == _plain(other).casefold()


def others(number: str) -> Collection[str]:
    """How the same number might have been spelt, this spelling left out."""
    plain = _plain(number)
    return {plain, plain.upper(), plain.lower(), number.strip()} - {number, ""}


def _plain(number: str) -> str:
    """Half width, without blanks."""
    return "".join(unicodedata.normalize("NFKC", number).split())
