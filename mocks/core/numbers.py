"""Identifiers with their check characters, and the arithmetic that turns an index into one."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from hashlib import blake2b
from operator import mul
from string import ascii_lowercase, ascii_uppercase, digits
from struct import Struct
from typing import Any, TypeVar

T = TypeVar("T")

SEED = 20190830  # of everything that is drawn, unless another is told
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I O S V Z
_BASE31 = {character: value for value, character in enumerate(USCC_ALPHABET)}
_DIGITS31 = str.maketrans({  # as int() reads them; what is none of them it does not read
    **{chr(code): "!" for code in range(128)},
    **dict(zip(USCC_ALPHABET, digits + ascii_lowercase, strict=False)),
})  # fmt: skip
_PAIRS = [first + second for first in USCC_ALPHABET for second in USCC_ALPHABET]
_BASE36 = {character: int(character, 36) for character in digits + ascii_uppercase}
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORG_CHECKS = "0X987654321"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_DIGEST = 8
_number = int.from_bytes
_NUMBERS = tuple(Struct(f">{count}Q").unpack for count in range(8))  # of as many digests
_JOINED = tuple("/".join(["%s"] * count) for count in range(6))
_ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))


def drawn(seed: int, *parts: object) -> int:
    """A number that looks random and is the same for ever for the same parts."""
    text = "/".join([str(part) for part in (seed, *parts)])
    return int.from_bytes(blake2b(text.encode(), digest_size=_DIGEST).digest(), "big")


class Shuffle:
    """A reversible disorder of 0 … size-1, so that neighbours do not look like neighbours."""

    def __init__(self, size: int, factor: int, shift: int) -> None:
        self.size, self._factor, self._shift = size, factor, shift
        self._inverse = pow(factor, -1, size)

    def hide(self, index: int) -> int:
        """Where `index` stands in the disorder."""
        return (index * self._factor + self._shift) % self.size

    def show(self, place: int) -> int:
        """The index that stands at `place`."""
        return (place - self._shift) * self._inverse % self.size


def in_base31(value: int, width: int) -> str:
    """`value` in the alphabet of the USCC."""
    text = ""
    while len(text) < width:
        value, digits_of_two = divmod(value, 961)
        text = _PAIRS[digits_of_two] + text
    return text[-width:]


def from_base31(text: str) -> int:
    """The inverse of `in_base31`; ValueError for a foreign character."""
    if not text.isascii():
        raise ValueError(text)
    return int(text.translate(_DIGITS31), 31)


def organisation_code(body: str) -> str:
    """The nine characters of GB 11714: eight and their check."""
    total = sum(map(mul, map(_BASE36.__getitem__, body), _ORG_WEIGHTS))
    return body + _ORG_CHECKS[total % 11]


def uscc(district: str, organisation: str, kind: str = "91") -> str:
    """A unified social credit code (GB 32100) with its check character."""
    body = kind + district + organisation
    total = sum(map(mul, map(_BASE31.__getitem__, body), _USCC_WEIGHTS))
    return body + USCC_ALPHABET[-total % 31]


def resident_id(district: str, born: str, order: int) -> str:
    """A resident id number (GB 11643) with its check character."""
    body = f"{district}{born}{order:03d}"
    total = sum(map(mul, map(int, body), _ID_WEIGHTS))
    return body + "10X98765432"[total % 11]


class Seeded:
    """Draws that are the same for ever for the same seed."""

    def __init__(self, seed: int, *, recalls: int = 0) -> None:
        """`recalls`: how many found records it may hold; none are held unless told."""
        self.seed, self.recalls = seed, recalls
        self._begun = blake2b(f"{seed}/".encode(), digest_size=_DIGEST)
        self.recalled: dict[tuple[object, ...], Any] = {}

    def drawn(self, *parts: object) -> int:
        """A large number, which is `drawn` of the seed and these; a record is made of a dozen."""
        return self.draw((_JOINED[len(parts)] % parts).encode())

    def draw(self, told: bytes) -> int:
        """`drawn` of parts that are written already, with a slash between them."""
        digest = self._begun.copy()
        digest.update(told)
        return _number(digest.digest(), "big")

    def about(self, subject: bytes, *whats: bytes) -> tuple[int, ...]:
        """What is drawn about one thing, `drawn(what, subject)` of each."""
        begun, name, drawn = self._begun.copy, b"/" + subject, b""
        for what in whats:
            digest = begun()
            digest.update(what + name)
            drawn += digest.digest()
        return _NUMBERS[len(whats)](drawn)

    def of(self, choices: Sequence[T], *parts: object) -> T:
        """One of the choices."""
        return choices[self.drawn(*parts) % len(choices)]

    def day(self, first: date, span: int, *parts: object) -> date:
        """One of `span` days from `first` on."""
        return date.fromordinal(first.toordinal() + self.drawn(*parts) % span)


_S = TypeVar("_S", bound=Seeded)


def recalled(find: Callable[[_S, str], T]) -> Callable[[_S, str], T]:
    """The same look-up by key, what it found lately kept where records may be held.

    What is drawn stays as it is for ever.
    """

    @wraps(find)
    def recalling(self: _S, key: str) -> T:
        kept, asked = self.recalled, (find, key)
        if asked in kept:
            answer: T = kept[asked]
            return answer
        found = find(self, key)
        if self.recalls:
            if len(kept) >= self.recalls:
                kept.clear()
            kept[asked] = found
        return found

    return recalling
