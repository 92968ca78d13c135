"""Certificates with their electronic licence identifiers (GB/T 36904) and check characters."""

from datetime import date, timedelta

from mocks.core.filed import Certificate, Paper

ROOT = "1.2.156.3005.2"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_character(text: str) -> str:
    """The ISO 7064 mod 37,36 check character of a text of digits and capital letters."""
    product = 36
    for character in text:
        product = (product + _ALPHABET.index(character)) % 36 or 36
        product = product * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def licence_id(type_code: str, issuer: str, serial: str, version: str = "001") -> str:
    """The identifier of one electronic licence, check character included."""
    check = check_character(type_code + issuer + serial + version)
    return f"{ROOT}.{type_code}.{issuer}.{serial}.{version}.{check}"


def issue(paper: Paper, day: date, seq: int) -> Certificate:
    """A certificate of that day; `seq` makes its number unique in the department."""
    until = None
    if paper.years:
        until = date(day.year + paper.years, day.month, min(day.day, 28)) - timedelta(days=1)
    return Certificate(
        number=paper.number.format(day=day, seq=seq),
        name=paper.name,
        licence_id=licence_id(paper.type_code, paper.issuer, f"{day:%Y%m%d}{seq:06d}"),
        issued_on=day,
        valid_until=until,
    )
