"""Every key of a scenario file, declared once: the reader obeys it, the documentation prints it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mocks.core.filed import Status
from mocks.scenarios.model import SUPPLEMENT

SAYABLE = tuple(s.value for s in Status if s is not Status.WITHDRAWN)  # the applicant's own
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "working", "rest")
ANSWERS = {
    "busy": 'answers with the department\'s own "system busy"',
    "maintenance": "answers 200 with an HTML page, as a proxy in maintenance does",
    "unavailable": "answers HTTP 503 without a body",
    "next_morning": "takes filings in, and enters them at nine the next working morning",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a value may be; `wanted` completes the sentence "write …"."""

    wanted: str
    right: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 10_000


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1e6


def _is_list_of(right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(right, value))


def _is_hour(value: Any) -> bool:
    hour, colon, minute = value.partition(":") if isinstance(value, str) else ("", "", "")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(value) == 5):
        return False
    return value == "24:00" or (int(hour) < 24 and int(minute) < 60)


def _is_target(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return _is_text(value)
    return bool(value) and all(map(_is_amount, value.values()))


def one_of(names: tuple[str, ...]) -> Kind:
    """One of these words."""
    return Kind(wanted=f"one of {', '.join(names)}", right=names.__contains__)


TEXT = Kind(wanted="a text that is not empty", right=_is_text)
TEXTS = Kind(wanted="a list of texts", right=_is_list_of(_is_text))
FLAG = Kind(wanted="true or false", right=lambda value: isinstance(value, bool))
COUNT = Kind(wanted="a whole number from 1 to 10000", right=_is_count)
ROUNDS = Kind(
    wanted="a whole number from 1 on, or a list of them",
    right=lambda value: _is_count(value) or _is_list_of(_is_count)(value),
)
AMOUNT = Kind(wanted="a number above 0 and up to 1000000", right=_is_amount)
SHARE = Kind(wanted="a number above 0 and up to 1", right=lambda v: _is_amount(v) and v <= 1)
HOUR = Kind(wanted='an hour like "09:30"; "24:00" ends a day', right=_is_hour)
DATE = Kind(wanted="a date like 2026-09-21, without quotes", right=lambda v: type(v) is date)
TARGET = Kind(
    wanted='the name of a state, or states with their weights like { passed = 3, failed = 1 }',
    right=_is_target,
)  # fmt: skip
WEEK = Kind(
    wanted=f"a list out of {', '.join(DAYS)}",
    right=_is_list_of(DAYS.__contains__),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: a value of a kind, or what is nested under it."""

    name: str
    meaning: str
    kind: Kind | None = None
    table: tuple["Key", ...] = ()
    many: str = ""  # of a table: "" one, "list" an array of tables, "named" one under each name
    required: bool = False


_WHERE = (
    Key(name="contains", kind=TEXT, required=True, meaning="what the text has in it"),
    Key(name="field", kind=TEXT,
        meaning="path to the text, like `form.enterprise_name`; without it any text will do"),
)  # fmt: skip
_AFTER = (
    Key(name="seconds", kind=AMOUNT, meaning="of the virtual clock"),
    Key(name="minutes", kind=AMOUNT, meaning="of the virtual clock"),
    Key(name="hours", kind=AMOUNT, meaning="of the virtual clock"),
    Key(name="working_days", kind=COUNT, meaning="by the State Council's calendar"),
    Key(name="calendar_days", kind=COUNT, meaning="every day counts"),
    Key(name="at", kind=HOUR, meaning="hour of the day, with days only; 10:00 when not told"),
)
_THEN = (
    Key(name="to", kind=TARGET, required=True,
        meaning="the next state, or several with weights: drawn by seed, department, reference"),
    Key(name="after", table=_AFTER, meaning="how long until then, in one unit"),
    Key(name="since", kind=one_of(("entry", "receipt")),
        meaning="what it is counted from: coming into this state (`entry`, when not told), or the "
        "receipt of the filing, less the time in which a supplement was awaited"),
    Key(name="on", kind=one_of((SUPPLEMENT,)), meaning="the event it waits for, instead of a time"),
    Key(name="round", kind=ROUNDS, meaning="only the first (1), second (2) … time in this state"),
    Key(name="where", table=_WHERE, many="list", meaning="only for filings that say so"),
)  # fmt: skip
_STATE = (
    Key(name="status", kind=one_of(SAYABLE),
        meaning="what the department says, in its own code; the state's own name when not told"),
    Key(name="note", kind=TEXT, meaning="the sentence beside it"),
    Key(name="materials", kind=TEXTS, meaning="what is asked for; the note lists it"),
    Key(name="reason", kind=TEXT, meaning="the department's code for a refusal's reason"),
    Key(name="certificate", kind=FLAG,
        meaning="whether the certificate is issued here; true in a granted state"),
    Key(name="days_back", kind=COUNT,
        meaning="the decision bears a date so many calendar days before it was entered"),
    Key(name="stays", kind=FLAG, meaning="nothing comes next, and that is meant"),
    Key(name="then", table=_THEN, many="list",
        meaning="ways on: of those that hold the one due first is taken, together due the first"),
)  # fmt: skip
_MEETS = (
    Key(name="departments", kind=TEXTS, meaning="only these departments' filings"),
    Key(name="services", kind=TEXTS, meaning="only filings for these services"),
    Key(name="references", kind=TEXTS, meaning="only filings under these references"),
    Key(name="where", table=_WHERE, many="list", meaning="only filings that say all of this"),
    Key(name="share", kind=SHARE, meaning="a part of the filings, drawn by seed and reference"),
)
_WINDOW = (
    Key(name="departments", kind=TEXTS, meaning="whose hours; everybody's when not told"),
    Key(name="days", kind=WEEK,
        meaning="weekdays, `working` or `rest` days; every day when not told"),
    Key(name="from", kind=HOUR, required=True, meaning="when it begins"),
    Key(name="until", kind=HOUR, required=True,
        meaning="when it ends; the next day, when that is not later than it begins"),
    Key(name="first", kind=DATE, meaning="not before this day"),
    Key(name="last", kind=DATE, meaning="not after this day"),
    Key(name="operations", kind=TEXTS,
        meaning="only these operations of the contract; all when not told"),
    Key(name="answer", kind=one_of(tuple(ANSWERS)),
        meaning="what a caller meets while it is closed; `busy` when not told"),
)  # fmt: skip
FILE = (
    Key(name="title", required=True, meaning="the scenario's name for people", table=(
        Key(name="zh", kind=TEXT, required=True, meaning="in Chinese"),
        Key(name="en", kind=TEXT, required=True, meaning="in English"),
    )),
    Key(name="meets", table=_MEETS, meaning="which filings it is for; all when not told"),
    Key(name="states", table=_STATE, many="named",
        meaning="states laid over the ordinary course of the service; `received` is the first"),
    Key(name="open", table=_WINDOW, many="list",
        meaning="office hours: outside all of them the department is closed"),
    Key(name="closed", table=_WINDOW, many="list", meaning="hours in which it is closed"),
)  # fmt: skip
