"""The form as JSON Schema 2020-12, so that any form renderer can show it.

It accepts what `answers` accepts, with two things JSON Schema cannot say: numbers are numbers here
(the service also takes decimals as digits in a string), and a question that depends on a date is
marked with `x-when` only.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from schema.domain.form import Form, Question
from schema.domain.formats import BEYOND, DATE, FORMATS, PATTERNS
from schema.domain.one_thing import Condition, FieldKind, FormField, Operator, Scalar

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Json = dict[str, Any]

_TYPES: Mapping[FieldKind, str] = MappingProxyType(
    {FieldKind.INTEGER: "integer", FieldKind.DECIMAL: "number", FieldKind.BOOLEAN: "boolean"}
)


def json_schema(form: Form) -> Json:
    """A JSON Schema 2020-12 document of this form; titles in Chinese, English beside them."""
    one_thing = form.one_thing
    questions = form.questions
    conditional = [q.field for q in questions if q.field.required and _expressible(q.field, form)]
    return {
        "$schema": DIALECT,
        "$id": f"urn:onething:{one_thing.id}:{one_thing.version}:form",
        "title": one_thing.name.zh,
        "x-title-en": one_thing.name.en,
        "type": "object",
        "properties": {q.field.key: _property(q) for q in questions},
        "required": [q.field.key for q in questions if _always(q.field)],
        "additionalProperties": False,
        "x-groups": [
            {"id": s.group.id, "title": s.group.name.zh, "x-title-en": s.group.name.en}
            for s in form.sections
        ],
        **({"allOf": [_rule(field) for field in conditional]} if conditional else {}),
    }


def _always(field: FormField) -> bool:
    return field.required and not field.when


def _property(question: Question) -> Json:
    field = question.field
    return {
        "title": field.label.zh,
        "x-title-en": field.label.en,
        **_restrict(_shape(field), field),
        **_notes(question),
    }


def _shape(field: FormField) -> Json:
    """What the kind demands of a value."""
    match field.kind:
        case FieldKind.TEXT:
            return _text_shape(field)
        case FieldKind.DATE:
            return {"type": "string", "format": "date", "pattern": DATE}
        case FieldKind.CHOICE:
            return {"type": "string", "enum": [choice.value for choice in field.choices]}
        case FieldKind.INTEGER | FieldKind.DECIMAL | FieldKind.BOOLEAN:
            limits = {"minimum": field.minimum, "maximum": field.maximum}
            given = {name: number(v) for name, v in limits.items() if v is not None}
            if field.kind is not FieldKind.BOOLEAN:
                given = {
                    **({} if "minimum" in given else {"exclusiveMinimum": -BEYOND}),
                    **({} if "maximum" in given else {"exclusiveMaximum": BEYOND}),
                    **given,
                }
            return {"type": _TYPES[field.kind], **given}
        case _:
            shape: Json = {"type": "string", "pattern": PATTERNS[field.kind]}
            return {**shape, "format": FORMATS[field.kind]} if field.kind in FORMATS else shape


def _text_shape(field: FormField) -> Json:
    shape: Json = {"type": "string"}
    if field.max_length is not None:
        shape["maxLength"] = field.max_length
    if field.pattern is not None:
        shape["pattern"] = f"^(?:{field.pattern})$"
    elif _always(field):
        shape["pattern"] = r"\S"
    return shape


def _restrict(shape: Json, field: FormField) -> Json:
    """A question that may stay open accepts null as well."""
    if _always(field):
        return shape
    shape["type"] = [shape["type"], "null"]
    if "enum" in shape:
        shape["enum"] = [*shape["enum"], None]
    return shape


def _notes(question: Question) -> Json:
    """What a renderer may want to know beyond validation."""
    field, notes = question.field, {"x-group": question.field.group}
    extra: Json = {**notes, "x-kind": field.kind.value, "x-items": list(question.asked_by)}
    if field.unit:
        extra["x-unit"] = field.unit
    if field.choices:
        extra["x-choices"] = [
            {"const": c.value, "title": c.label.zh, "x-title-en": c.label.en} for c in field.choices
        ]
    if field.prefill:
        extra["x-prefill"] = {
            "source": field.prefill.source,
            "field": field.prefill.field,
            "authority": {"zh": field.prefill.authority.zh, "en": field.prefill.authority.en},
        }
    if field.when:
        extra["x-when"] = [_told(condition) for condition in field.when]
    return extra


def _expressible(field: FormField, form: Form) -> bool:
    """Whether JSON Schema can say when this field is asked: it cannot order dates."""
    fields = form.fields
    return bool(field.when) and all(
        c.field in fields and fields[c.field].kind is not FieldKind.DATE for c in field.when
    )


def _rule(field: FormField) -> Json:
    """If every condition holds, then the answer is needed."""
    answer: Json = {"not": {"type": "null"}}
    if field.kind is FieldKind.TEXT and field.pattern is None:
        answer["pattern"] = r"\S"
    holds = {
        "allOf": [{"properties": {c.field: _test(c)}, "required": [c.field]} for c in field.when]
    }
    return {"if": holds, "then": {"properties": {field.key: answer}, "required": [field.key]}}


_TESTS: Mapping[Operator, Callable[[Any], Json]] = MappingProxyType(
    {
        Operator.EQUALS: lambda value: {"const": value},
        Operator.IN: lambda value: {"enum": value},
        Operator.NOT_IN: lambda value: {"not": {"enum": [*value, None]}},
        Operator.AT_MOST: lambda value: {"type": "number", "maximum": value},
        Operator.AT_LEAST: lambda value: {"type": "number", "minimum": value},
        Operator.MORE_THAN: lambda value: {"type": "number", "exclusiveMinimum": value},
        Operator.LESS_THAN: lambda value: {"type": "number", "exclusiveMaximum": value},
    }
)


def _test(condition: Condition) -> Json:
    return _TESTS[condition.operator](_plain(condition.value))


def _told(condition: Condition) -> Json:
    return {"field": condition.field, condition.operator.value: _plain(condition.value)}


def _plain(value: Scalar | tuple[Scalar, ...]) -> Any:
    """The JSON value of a condition's value."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return number(value)
    return value.isoformat() if isinstance(value, date) else value


def number(value: Decimal) -> int | float:
    """A JSON number: an integer where nothing is lost by it."""
    return int(value) if value == value.to_integral_value() else float(value)
