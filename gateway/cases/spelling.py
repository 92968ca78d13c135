"""The same number written otherwise: in other case, with blanks, full width, behind a prefix.

Such a number is never taken for ours by itself: two filings may differ in nothing else. It counts
where the department declares which filing is meant; elsewhere that it came is said, and no more.
"""

import unicodedata
from collections.abc import Collection

_LEAST = 4  # characters that tell a number from a part of one


def alike(one: str, other: str) -> bool:
    """Whether these may be one number, spelt twice."""
    a, b = _plain(one).casefold(), _plain(other).casefold()
    shorter = min(len(a), len(b))
    return a == b or (shorter >= _LEAST and (a.endswith(b) or b.endswith(a)))


def others(number: str) -> Collection[str]:
    """How the same number might have been spelt, this spelling left out."""
    plain = _plain(number)
    return {plain, plain.upper(), plain.lower(), number.strip()} - {number, ""}


def _plain(number: str) -> str:
    """Half width, without blanks."""
    return "".join(unicodedata.normalize("NFKC", number).split())
