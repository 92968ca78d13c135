"""Numbers that carry a check character: credit code, resident id, electronic licence, case number.

A check tells a mistyped number from a possible one; it never says that the number was issued.
Nothing here normalises: lower case, spaces and full-width digits are refused, not repaired.
"""

import hashlib
import re
from datetime import date
from operator import mul

from stdnum.iso7064 import mod_37_36

# GB 32100-2015: no I, O, Z, S, V.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
# First the registering authority and the kind of body (letters occur), then the district: digits.
_USCC_SHAPE = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")

_RESIDENT_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
_RESIDENT_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_RESIDENT_CHECKS = "10X98765432"

_OLD_RESIDENT = re.compile(r"[1-9][0-9]{14}")
_LIKE_RESIDENT = re.compile(r"[0-9]{13,}X?")  # so many digits alone are no other document's
_OTHER_DOCUMENT = re.compile(r"(?=[A-Z]*[0-9])[0-9A-Z]{6,20}")

_LICENCE_SHAPE = re.compile(
    r"1\.2\.156\.3005\.2\."
    r"([0-9A-Z]{21})\.([0-9A-Z]{1,20})\.([0-9A-Z]{1,40})\.([0-9A-Z]{3})\.([0-9A-Z])"
)

# Crockford's base 32: no I, L, O, U, so that a number read out on the telephone stays itself.
CASE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CASE_SHAPE = re.compile(rf"([0-9]{{6}})([0-9]{{8}})-([{CASE_ALPHABET}]{{8}})([0-9A-Z])")
_DISTRICT_SHAPE = re.compile(r"[1-9][0-9]{5}")


def uscc_check(body: str) -> str:
    """The 18th character for the first 17 of a unified social credit code (GB 32100-2015)."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def is_uscc(number: str) -> bool:
    """Whether this is a well-formed credit code, letter-first ones (N…, A…) included."""
    return bool(_USCC_SHAPE.fullmatch(number)) and uscc_check(number[:17]) == number[17]


def resident_id_check(body: str) -> str:
    """The 18th character for the first 17 digits of a resident id (GB 11643, mod 11-2)."""
    if len(body) != len(_RESIDENT_WEIGHTS):
        raise ValueError("a resident id has 17 digits before its check character")
    total = sum(map(mul, map(int, body), _RESIDENT_WEIGHTS))
    return _RESIDENT_CHECKS[total % 11]


def is_resident_id(number: str) -> bool:
    """Whether this is a well-formed resident id with a real birthday.

    The district is not looked up: tables of abolished counties are incomplete, and a person must
    not be turned away for being born in one.
    """
    return (
        bool(_RESIDENT_SHAPE.fullmatch(number))
        and _is_real_day(number[6:14])
        and resident_id_check(number[:17]) == number[17]
    )


def is_document_number(number: str) -> bool:
    """Whether a person's document can have this number: a resident's, a permit's, a passport's.

    A resident's is held to its birthday and, of the 18 characters, to the last one.
    """
    if _OLD_RESIDENT.fullmatch(number):
        return _is_real_day(f"19{number[6:12]}")
    if _LIKE_RESIDENT.fullmatch(number):
        return is_resident_id(number)
    return bool(_OTHER_DOCUMENT.fullmatch(number))


def is_licence_id(number: str) -> bool:
    """Whether this is a well-formed electronic licence identifier (GB/T 36904-2018).

    The check character covers the four middle parts without their dots (ISO 7064 mod 37,36).
    """
    match = _LICENCE_SHAPE.fullmatch(number)
    return match is not None and mod_37_36.is_valid("".join(match.groups()))


def licence_id(kind: str, issuer: str, serial: str, version: str) -> str:
    """The identifier of an electronic licence, its check character computed."""
    check = mod_37_36.calc_check_digit(kind + issuer + serial + version)
    number = f"1.2.156.3005.2.{kind}.{issuer}.{serial}.{version}.{check}"
    if not _LICENCE_SHAPE.fullmatch(number):
        raise ValueError("kind is 21 characters, version 3, all of them 0-9 and A-Z")
    return number


def case_number(district: str, on: date, entropy: str) -> str:
    """The public number of a case: district, day, eight characters, one check character.

    `entropy` is any string unique to the case (a uuid will do); the same one gives the same number.
    """
    if not _DISTRICT_SHAPE.fullmatch(district):
        raise ValueError("a district is six digits (GB/T 2260)")
    if not entropy:
        raise ValueError("a case number needs entropy")
    head, tail = f"{district}{on:%Y%m%d}", _eight_characters(entropy)
    return f"{head}-{tail}{mod_37_36.calc_check_digit(head + tail)}"


def is_case_number(number: str) -> bool:
    """Whether this is a well-formed case number of ours."""
    match = _CASE_SHAPE.fullmatch(number)
    return (
        match is not None
        and _is_real_day(match[2])
        and bool(_DISTRICT_SHAPE.fullmatch(match[1]))
        and mod_37_36.is_valid("".join(match.groups()))
    )


def mask_id_number(number: str) -> str:
    """`3101**********1234`; anything shorter than an id number is hidden whole."""
    return _keep(number, 4, 4) if len(number) >= 15 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """`138****5678`; anything shorter than a mobile number is hidden whole."""
    return _keep(phone, 3, 4) if len(phone) >= 11 else "*" * len(phone)


def mask_name(name: str) -> str:
    """The first character, a star for each other one; a single character is hidden."""
    return _keep(name, 1, 0) if len(name) > 1 else "*" * len(name)


def _keep(text: str, head: int, tail: int) -> str:
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def _eight_characters(entropy: str) -> str:
    bits = int.from_bytes(hashlib.sha256(entropy.encode()).digest()[:5], "big")
    return "".join(CASE_ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))


def _is_real_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
