"""The one form: every question once, its label, its check, the source of its first value."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import strawberry

from schema.domain.form import Form, Question, Section, form
from schema.domain.json_schema import json_schema
from schema.domain.one_thing import Choice, FieldKind, OneThing, Prefill
from schema.domain.text import Text
from schema.graph.applying import AnswersArgument, VariantArgument, choice
from schema.graph.fields import computed, plain
from schema.graph.scalars import JSON
from schema.graph.texts import TextType


@strawberry.type(name="Choice", description="One allowed answer.")
class ChoiceType:
    """Source: `schema.domain.one_thing.Choice`."""

    value: str = plain("The value to send.")
    label: TextType = plain("What it means.")


@strawberry.type(name="Prefill", description="Where a field's first value comes from.")
class PrefillType:
    """Source: `schema.domain.one_thing.Prefill`."""

    source: str = plain("login, or the name of a register read at the start.")
    field: str = plain("The field of that source.")
    authority: TextType = plain("The authority it is credited to.")


def _key(parent: strawberry.Parent[Question]) -> str:
    return parent.field.key


def _label(parent: strawberry.Parent[Question]) -> Text:
    return parent.field.label


def _kind(parent: strawberry.Parent[Question]) -> FieldKind:
    return parent.field.kind


def _required(parent: strawberry.Parent[Question]) -> bool:
    return parent.field.required


def _conditional(parent: strawberry.Parent[Question]) -> bool:
    return bool(parent.field.when)


def _choices(parent: strawberry.Parent[Question]) -> Sequence[Choice]:
    return parent.field.choices


def _minimum(parent: strawberry.Parent[Question]) -> Decimal | None:
    return parent.field.minimum


def _maximum(parent: strawberry.Parent[Question]) -> Decimal | None:
    return parent.field.maximum


def _max_length(parent: strawberry.Parent[Question]) -> int | None:
    return parent.field.max_length


def _unit(parent: strawberry.Parent[Question]) -> str | None:
    return parent.field.unit


def _personal(parent: strawberry.Parent[Question]) -> str | None:
    return parent.field.personal


def _prefill(parent: strawberry.Parent[Question]) -> Prefill | None:
    return parent.field.prefill


@strawberry.type(name="FormField", description="One question, asked once whichever items need it.")
class FormFieldType:
    """Source: `schema.domain.form.Question`."""

    key: str = computed(_key, "The key of its answer.")
    label: TextType = computed(_label, "The question.")
    kind: FieldKind = computed(_kind, "The type of its answer.")
    required: bool = computed(_required, "Whether it must be answered when it is asked.")
    conditional: bool = computed(_conditional, "Whether it is only asked after certain answers.")
    choices: list[ChoiceType] = computed(_choices, "The allowed answers of a choice.", size=6)
    minimum: Decimal | None = computed(_minimum, "The least value, included.")
    maximum: Decimal | None = computed(_maximum, "The greatest value, included.")
    max_length: int | None = computed(_max_length, "The greatest number of characters.")
    unit: str | None = computed(_unit, "The unit of its number.")
    personal: str | None = computed(_personal, "Its class of personal data, if it has one.")
    prefill: PrefillType | None = computed(_prefill, "Where its first value comes from.")
    asked_by: list[strawberry.ID] = plain("The items that need it.", size=4)


def _group_id(parent: strawberry.Parent[Section]) -> str:
    return parent.group.id


def _group_name(parent: strawberry.Parent[Section]) -> Text:
    return parent.group.name


def _questions_of_section(parent: strawberry.Parent[Section]) -> Sequence[Question]:
    return parent.questions


@strawberry.type(name="FormGroup", description="The questions under one heading.")
class FormGroupType:
    """Source: `schema.domain.form.Section`."""

    id: strawberry.ID = computed(_group_id, "Its id.")
    name: TextType = computed(_group_name, "The heading.")
    fields: list[FormFieldType] = computed(_questions_of_section, "Its questions.")


def _questions(parent: strawberry.Parent[Form]) -> Sequence[Question]:
    return parent.questions


def _count(parent: strawberry.Parent[Form]) -> int:
    return len(parent.questions)


def _prefilled(parent: strawberry.Parent[Form]) -> int:
    return sum(question.source is not None for question in parent.questions)


def _schema(parent: strawberry.Parent[Form]) -> Mapping[str, Any]:
    return json_schema(parent)


@strawberry.type(name="Form", description="The one form of these items.")
class FormType:
    """Source: `schema.domain.form.Form`."""

    groups: list[FormGroupType] = computed(
        lambda root: root.sections, "The form under its headings.", size=6
    )
    fields: list[FormFieldType] = computed(_questions, "Every question, in order.", size=40)
    field_count: int = computed(_count, "How many questions there are.")
    prefilled_count: int = computed(_prefilled, "How many of them come with a first value.")
    json_schema: JSON = computed(_schema, "The same as a JSON Schema 2020-12 document.")


def form_of(
    parent: strawberry.Parent[OneThing],
    variant: VariantArgument = None,
    answers: AnswersArgument = None,
) -> Form:
    return form(parent, choice(parent, variant, answers).items)
