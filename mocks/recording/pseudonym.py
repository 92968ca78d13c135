"""Other values of the same shape: the same for the same value and key, and no way back without it.

The key is made anew for each recording and kept nowhere.
"""

import hmac
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256

_AREA = "310101"
_FIRST_DAY, _DAYS = date(1950, 1, 1), 20_000
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_CHECKS = "10X98765432"
_LOWER, _UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Pseudonym = Callable[[bytes, str], str]


def _number(key: bytes, value: str) -> int:
    return int.from_bytes(hmac.new(key, value.encode(), sha256).digest())


def resident_id(key: bytes, value: str) -> str:
    """Another resident id with a right check digit; eighteen digits become eighteen."""
    number = _number(key, value.upper())
    number, days = divmod(number, _DAYS)
    born = (_FIRST_DAY + timedelta(days=days)).strftime("%Y%m%d")
    made = _checked(f"{_AREA}{born}{number % 999:03d}")
    if made[-1] == "X" and value.isdigit():  # which may stand in JSON as a number
        made = _checked(f"{_AREA}{born}{number % 999 + 1:03d}")
    return made


def _checked(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]


def phone(key: bytes, value: str) -> str:
    """The same text with another number at its end: its last eight digits are others."""
    digits = "".join(c for c in value if c.isdigit())
    others = list(f"{_number(key, digits[-11:]) % 10**8:08d}")
    backwards = (others.pop() if c.isdigit() and others else c for c in reversed(value))
    return "".join(backwards)[::-1]


def same_shape(key: bytes, value: str) -> str:
    """Digits for digits, letters for letters; everything else stays."""
    made: list[str] = []
    number = _number(key, value)
    for character in value:
        number, step = divmod(number, 26)
        if number < 26:
            number = _number(key, value + "".join(made))
        made.append(_like(character, step))
    return "".join(made)


def _like(character: str, step: int) -> str:
    if character.isdigit():
        return str(step % 10)
    if character.isascii() and character.isalpha():
        return (_UPPER if character.isupper() else _LOWER)[step]
    return "某" if character.isalpha() else character
