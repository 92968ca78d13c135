"""Texts that are read as numbers and days by whoever asked, whatever the contract calls them."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from random import Random

from mocks.anything.words import day_near
from mocks.core.clock import SHANGHAI
from mocks.core.numbers import resident_id

_RESIDENT = re.compile(r"[1-9]\d{5}(19|20)\d\d(0[1-9]|1[0-2])\d\d\d{3}[\dX]")
_OPENS = time(9, 30, tzinfo=SHANGHAI)


def _resident_id(text: str) -> str:
    """The text; ValueError for what is no number of a resident, its check character right."""
    if not _RESIDENT.fullmatch(text) or resident_id(text[:6], text[6:14], int(text[14:17])) != text:
        raise ValueError(text)
    return text


_READ: dict[str, Callable[[str], object]] = {
    "integer": int,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "epoch_s": int,
    "epoch_ms": int,
    "document_number": _resident_id,
    "token": lambda text: text.encode("ascii"),
}
_MADE: dict[str, Callable[[datetime, Random], str]] = {
    "integer": lambda moment, draw: str(draw.randint(1, 20)),
    "decimal": lambda moment, draw: f"{draw.randint(1, 200)}.5",
    "date": lambda moment, draw: moment.date().isoformat(),
    "datetime": lambda moment, draw: moment.isoformat(),
    "epoch_s": lambda moment, draw: str(int(moment.timestamp())),
    "epoch_ms": lambda moment, draw: str(int(moment.timestamp()) * 1000),
    "document_number": lambda moment, draw: resident_id(
        "310104", f"19{draw.randint(50, 99)}0{draw.randint(1, 9)}15", draw.randint(1, 999)
    ),
    "token": lambda moment, draw: draw.randbytes(16).hex(),
}


def formed(form: str, text: str | None, draw: Random, today: date) -> Iterator[str]:
    """A text of this form, unless there is one: `integer`, `date`, …, or a format like `%Y%m%d`."""
    if text is not None and not _reads(form, text):
        moment = datetime.combine(day_near(draw, today), _OPENS)
        made = _MADE.get(form)
        yield made(moment, draw) if made else moment.strftime(form)


def following(asked: str, form: str | None, text: str, today: date) -> Iterator[str]:
    """What is told of `asked` whoever asks: of this form, or a number, or digits as in `text`."""
    draw = Random(asked)
    if form is not None:
        yield from formed(form, "", draw, today)
        return
    digits = f"{today.year}{draw.randint(0, 999999):06d}"
    yield digits
    yield re.sub(r"\d", lambda found: draw.choice("0123456789"), text)


def _reads(form: str, text: str) -> bool:
    try:
        reader = _READ.get(form)
        _ = reader(text) if reader else datetime.strptime(text, form)  # noqa: DTZ007 - as read
    except (ValueError, ArithmeticError):
        return False
    return True
