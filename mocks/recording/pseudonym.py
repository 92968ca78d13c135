"""Other values of the same shape: the same for the same value and key, and no way back without it.

The key is made anew for each recording and kept nowhere.
"""

import hmac
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from itertools import count, islice

_AREA = "310101"
_FIRST_DAY, _DAYS = date(1950, 1, 1), 20_000
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_CHECKS = "10X98765432"
_LOWER, _UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NOUGHT_TO_NINE, _NOT_ZERO = "0123456789", "123456789"
# Each is in GB 2312, Big5 and Shift JIS too.
_HAN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄宇宙洪荒日月明"
_OF_PLACES = frozenset("省市区县旗路街道弄巷村里坊镇乡号栋幢座室楼层〇一二三四五六七八九十")
_FIRST_HAN = "\u3400"
_LOCAL = re.compile(r"\d{7,8}\Z")
_DAY = re.compile(r"((?:19|20)\d\d)(\D?)(0[1-9]|1[0-2])(\D?)(0[1-9]|[12]\d|3[01])(?!\d)")
_LONGEST = 256  # of a value that is tried letter by letter
Pseudonym = Callable[[bytes, str], str]


def _number(key: bytes, value: str) -> int:
    return int.from_bytes(hmac.new(key, _octets(value), sha256).digest())


def _octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")  # a half pair is possible in JSON


def resident_id(key: bytes, value: str) -> str:
    """Another resident id with a right check digit; eighteen digits become eighteen."""
    number = _number(key, value.upper())
    number, days = divmod(number, _DAYS)
    born = (_FIRST_DAY + timedelta(days=days)).strftime("%Y%m%d")
    made = _checked(f"{_AREA}{born}{number % 999:03d}")
    if made[-1] == "X" and value.isdigit():  # which may stand in JSON as a number
        made = _checked(f"{_AREA}{born}{number % 999 + 1:03d}")
    return made.lower() if value.endswith("x") else made


def _checked(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]


def phone(key: bytes, value: str) -> str:
    """The same text with another number at its end: its last eight digits are others."""
    return _ending(value, _number(key, _digits(value)[-11:]), 8)


def landline(key: bytes, value: str) -> str:
    """The same text with another number at its end; area, and the first digit behind it, stay."""
    local = _LOCAL.search(value)
    number = local[0] if local else _digits(value)
    return _ending(value, _number(key, number), len(number) - 1)


def _digits(value: str) -> str:
    return "".join(c for c in value if c.isdigit())


def _ending(value: str, number: int, digits: int) -> str:
    others = list(f"{number % 10**digits:0{digits}d}")
    backwards = (others.pop() if c.isdigit() and others else c for c in reversed(value))
    return "".join(backwards)[::-1]


def email(key: bytes, value: str) -> str:
    """Another address, where nobody is."""
    return same_shape(key, value.partition("@")[0].lower()) + "@example.com"


def day(key: bytes, value: str) -> str:
    """Another day of the calendar, told the same way; other texts become others of their shape."""
    told = _DAY.match(value)
    if told is None:
        return same_shape(key, value)
    other = _FIRST_DAY + timedelta(days=_number(key, told[1] + told[3] + told[5]) % _DAYS)
    shown = f"{other:%Y}{told[2]}{other:%m}{told[4]}{other:%d}"
    return shown + value[told.end() :]


def same_shape(key: bytes, value: str) -> str:
    """Digits for digits, letters for letters, a number stays one; everything else stays."""
    draws = _draws(key, value)
    made = "".join(map(_like, value, draws))
    if _no_number(value, made):
        made = _NOT_ZERO[next(draws) % 9] + made[1:]
    return made


def place(key: bytes, value: str) -> str:
    """Another address of the same shape that looks like one: streets stay streets, floors floors.

    What is known by that look is found again when it is replayed.
    """
    made = same_shape(key, value)
    return "".join(old if old in _OF_PLACES else new for old, new in zip(value, made, strict=True))


def _no_number(value: str, made: str) -> bool:
    """Whether it begins with a nought the value did not: it may stand in JSON as a number."""
    return made[:1] == "0" != value[:1]


def fitting(key: bytes, value: str, fits: Callable[[str], bool]) -> str:
    """Another value of the same shape that fits, as near to `same_shape` as there is one.

    The value itself where none was found.
    """
    made = same_shape(key, value)
    if fits(made):
        return made
    kept = value
    for at, drawn in enumerate(islice(_draws(key, value), len(value[:_LONGEST]))):
        others = (kept[:at] + one + kept[at + 1 :] for one in _likes(value[at], drawn))
        kept = next((one for one in others if not _no_number(value, one) and fits(one)), kept)
    return kept


def _draws(key: bytes, value: str) -> Iterator[int]:
    """Numbers without end, which only the key and the value decide."""
    own = hmac.new(key, _octets(value), sha256).digest()
    for number in count():
        yield from hmac.new(own, str(number).encode(), sha256).digest()


def _alphabet(character: str) -> str:
    if character.isdigit():
        return _NOUGHT_TO_NINE
    if not character.isalpha():
        return character
    if character >= _FIRST_HAN:
        return _HAN
    return _UPPER if character.isupper() else _LOWER  # in every charset, whatever the text's is


def _like(character: str, drawn: int) -> str:
    alphabet = _alphabet(character)
    return alphabet[drawn % len(alphabet)]


def _likes(character: str, drawn: int) -> Iterator[str]:
    """All that are like it, itself left out, from a drawn one on."""
    alphabet = _alphabet(character)
    at = drawn % len(alphabet)
    return (other for other in alphabet[at:] + alphabet[:at] if other != character)
