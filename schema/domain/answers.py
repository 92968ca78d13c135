"""Answers to the form, read from JSON and judged: typed values, and every problem at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from schema.domain.form import Form
from schema.domain.formats import BEYOND, CHECKS, DATE, DECIMAL, FORMATS, PATTERNS, UNWRITABLE
from schema.domain.one_thing import FieldKind, FormField, Scalar
from schema.domain.problem import Problem, ProblemCode
from schema.domain.selection import asked
from schema.domain.text import Text

RawAnswers = Mapping[str, Any]

_UNKNOWN: Final = 20  # keys the form does not ask, each told by itself
_KEY: Final = 100  # characters of such a key
_PLACES: Final = 12
_NUMBERS = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL})


class Unreadable(Exception):
    """An answer that is not of its field's kind."""

    def __init__(self, code: ProblemCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Answers as typed values by field key, and what is wrong with the rest."""

    values: Mapping[str, Scalar]
    problems: tuple[Problem, ...]


def check(form: Form, answers: RawAnswers) -> tuple[Problem, ...]:
    """Everything that stands against these answers, in the order of the form."""
    return read(form, answers).problems


def read(form: Form, answers: RawAnswers) -> Checked:
    """Typed values of what is right, and a problem for everything that is wrong or missing.

    Null, and blank text, are the same as no answer.
    """
    fields = form.fields
    values: dict[str, Scalar] = {}
    wrong: dict[str, Problem] = {}
    for key, field in fields.items():
        raw = answers.get(key)
        if is_absent(field, raw):
            continue
        try:
            values[key] = read_value(field, raw)
        except Unreadable as unreadable:
            wrong[key] = _problem(unreadable.code, field)
    for key, field in fields.items():
        if key not in values and key not in wrong and _needed(field, values):
            wrong[key] = _problem(ProblemCode.REQUIRED, field)
    in_order = tuple(wrong[key] for key in fields if key in wrong)
    return Checked(values=values, problems=(*in_order, *_unknown(fields, answers)))


def is_absent(field: FormField, raw: Any) -> bool:
    """Whether this is no answer at all."""
    return raw is None or (
        field.kind is FieldKind.TEXT
        and field.pattern is None
        and isinstance(raw, str)
        and not raw.strip()
    )


def read_value(field: FormField, raw: Any) -> Scalar:
    """The typed value of one answer; raises Unreadable."""
    value = _READERS[field.kind](field, raw)
    if field.kind in _NUMBERS and not _within(field, value):
        raise Unreadable(ProblemCode.OUT_OF_RANGE)
    return value


def _needed(field: FormField, values: Mapping[str, Scalar]) -> bool:
    return field.required and asked(field, values)


def _within(field: FormField, value: Any) -> bool:
    return (field.minimum is None or value >= field.minimum) and (
        field.maximum is None or value <= field.maximum
    )


def _string(raw: Any) -> str:
    if not isinstance(raw, str):
        raise Unreadable(ProblemCode.WRONG_TYPE)
    return raw


def _text(field: FormField, raw: Any) -> Scalar:
    text = _string(raw)
    if UNWRITABLE.search(text):
        raise Unreadable(ProblemCode.BAD_FORMAT)
    if field.max_length is not None and len(text) > field.max_length:
        raise Unreadable(ProblemCode.OUT_OF_RANGE)
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        raise Unreadable(ProblemCode.BAD_FORMAT)
    return text


def _formatted(field: FormField, raw: Any) -> Scalar:
    text = _string(raw)
    name = FORMATS.get(field.kind)
    if not re.fullmatch(PATTERNS[field.kind], text) or (name and not CHECKS[name](text)):
        raise Unreadable(ProblemCode.BAD_FORMAT)
    return text


def _boolean(_: FormField, raw: Any) -> Scalar:
    if not isinstance(raw, bool):
        raise Unreadable(ProblemCode.WRONG_TYPE)
    return raw


def _integer(_: FormField, raw: Any) -> Scalar:
    """JSON has one kind of number: 3.0 is the integer 3."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Unreadable(ProblemCode.WRONG_TYPE)
    if not _is_whole(raw):
        raise Unreadable(ProblemCode.WRONG_TYPE)
    if not -BEYOND < raw < BEYOND:
        raise Unreadable(ProblemCode.BAD_FORMAT)
    return int(raw)


def _is_whole(raw: int | float | Decimal) -> bool:
    value = Decimal(raw)  # to_integral_value writes out no zeros of an exponent
    return value.is_finite() and value == value.to_integral_value()


def _decimal(field: FormField, raw: Any) -> Scalar:
    """A number, or the same in digits: money does not have to pass through a float."""
    if isinstance(raw, str):
        if not re.fullmatch(DECIMAL, raw):
            raise Unreadable(ProblemCode.BAD_FORMAT)
        return Decimal(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Unreadable(ProblemCode.WRONG_TYPE)
    value = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not value.is_finite():
        raise Unreadable(ProblemCode.WRONG_TYPE)
    if not -BEYOND < value < BEYOND:
        raise Unreadable(ProblemCode.BAD_FORMAT)
    if not _within(field, value):
        raise Unreadable(ProblemCode.OUT_OF_RANGE)
    # What a float has behind so many places is noise, and may be hundreds of digits.
    return round(value, _PLACES) if value.adjusted() < -_PLACES or isinstance(raw, float) else value


def _date(_: FormField, raw: Any) -> Scalar:
    if isinstance(raw, date):
        return raw
    text = _string(raw)
    if not re.fullmatch(DATE, text):
        raise Unreadable(ProblemCode.BAD_FORMAT)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(ProblemCode.BAD_FORMAT) from None


def _choice(field: FormField, raw: Any) -> Scalar:
    text = _string(raw)
    if text not in {choice.value for choice in field.choices}:
        raise Unreadable(ProblemCode.NOT_A_CHOICE)
    return text


_READERS: Mapping[FieldKind, Callable[[FormField, Any], Scalar]] = MappingProxyType(
    {
        FieldKind.TEXT: _text,
        FieldKind.INTEGER: _integer,
        FieldKind.DECIMAL: _decimal,
        FieldKind.BOOLEAN: _boolean,
        FieldKind.DATE: _date,
        FieldKind.CHOICE: _choice,
        FieldKind.PHONE: _formatted,
        FieldKind.POSTAL_CODE: _formatted,
        FieldKind.RESIDENT_ID: _formatted,
        FieldKind.DOCUMENT_NUMBER: _formatted,
        FieldKind.USCC: _formatted,
        FieldKind.DISTRICT: _formatted,
    }
)

_SENTENCES: Mapping[ProblemCode, tuple[str, str]] = MappingProxyType(
    {
        ProblemCode.REQUIRED: ("请填写{zh}", "{en} is required"),
        ProblemCode.WRONG_TYPE: ("{zh}的类型不正确", "{en} is of the wrong type"),
        ProblemCode.BAD_FORMAT: ("{zh}的格式不正确", "{en} is not written as it should be"),
        ProblemCode.NOT_A_CHOICE: ("{zh}不在可选范围内", "{en} is none of the choices"),
    }
)


# What is said of a number that is not written as it must be, where people have several documents.
_FORMS: Mapping[FieldKind, tuple[str, str]] = MappingProxyType(
    {
        FieldKind.RESIDENT_ID: (
            "{zh}应为18位号码：居民身份证、港澳台居民居住证或2023年起的外国人永久居留身份证的号码，"
            "请核对末位校验码；相关部门的系统不接受其他证件",
            "{en} must be the 18 characters of a resident identity card, of a residence permit for "
            "Hong Kong, Macao or Taiwan residents, or of a foreigner's permanent residence card of "
            "2023 or later, the check character right; the departments take no other document",
        ),
        FieldKind.DOCUMENT_NUMBER: (
            "{zh}应为居民身份证、护照、通行证或居留证件的号码：6至20位大写字母和数字，"
            "18位身份证件请核对末位校验码",
            "{en} must be the number of an identity card, a passport or a permit: 6 to 20 capital "
            "letters and digits, and of 18 digits the check character right",
        ),
    }
)


def _problem(code: ProblemCode, field: FormField) -> Problem:
    form = _FORMS.get(field.kind) if code is ProblemCode.BAD_FORMAT else None
    zh, en = form or _SENTENCES.get(code) or _limits(field)
    text = Text(zh=zh.format(zh=field.label.zh), en=en.format(en=field.label.en))
    return Problem(code=code, text=text, path=(field.key,))


def _limits(field: FormField) -> tuple[str, str]:
    """The sentence for an answer out of range says what the range is."""
    if field.kind is FieldKind.TEXT:
        return f"{{zh}}不得超过{field.max_length}个字", (
            f"{{en}} is longer than {field.max_length} characters"
        )
    low, high, unit = field.minimum, field.maximum, field.unit or ""
    if high is None:
        return f"{{zh}}不得小于{low}{unit}", f"{{en}} must be at least {low} {unit}".rstrip()
    if low is None:
        return f"{{zh}}不得大于{high}{unit}", f"{{en}} must be at most {high} {unit}".rstrip()
    zh = f"{{zh}}应在{low}至{high}{unit}之间"
    return zh, f"{{en}} must be between {low} and {high} {unit}".rstrip()


def _unknown(fields: Mapping[str, FormField], answers: RawAnswers) -> tuple[Problem, ...]:
    """A problem for each key the form does not ask; beyond a few, one that counts the others."""
    keys = [key for key in answers if key not in fields]
    problems = [_unasked(key) for key in keys[:_UNKNOWN]]
    if len(keys) > _UNKNOWN:
        more = len(keys) - _UNKNOWN
        text = Text(zh=f"表单中没有的另有{more}项", en=f"Nor does the form ask {more} others")
        problems.append(Problem(code=ProblemCode.UNKNOWN_FIELD, text=text, path=()))
    return tuple(problems)


def _unasked(key: str) -> Problem:
    told = key if len(key) <= _KEY else f"{key[:_KEY]}…"
    return Problem(
        code=ProblemCode.UNKNOWN_FIELD,
        text=Text(zh=f"表单中没有“{told}”这一项", en=f'The form does not ask "{told}"'),
        path=(told,),
    )
