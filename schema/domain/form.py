"""The one form: the union of the items' fields, each asked once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schema.domain.condition import Answers
from schema.domain.one_thing import FieldGroup, FormField, Item, OneThing, Scalar
from schema.domain.selection import NO_ANSWERS, asked, fields_of, select


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field of the form and the items that need its answer."""

    field: FormField
    asked_by: tuple[str, ...]

    @property
    def source(self) -> str | None:
        """Where the first value comes from; None when the applicant has to enter it."""
        return self.field.prefill.source if self.field.prefill else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The questions under one heading."""

    group: FieldGroup
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is asked, under headings, in the order of the declaration."""

    one_thing: OneThing
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order."""
        return tuple(question for section in self.sections for question in section.questions)

    @property
    def fields(self) -> Mapping[str, FormField]:
        """Every field by its key, in order."""
        return {question.field.key: question.field for question in self.questions}


_MOST: Final = 64  # forms that are kept
_made: dict[tuple[int, ...], tuple[Sequence[Item], Form]] = {}


def form(one_thing: OneThing, items: Sequence[Item] | None = None) -> Form:
    """The form of these items; of everything the one thing may need when none are named.

    Made once for the same ones: an application is judged again and again, and it takes a third of
    that.
    """
    chosen = one_thing.items if items is None else tuple(items)
    # Whose numbers these are is kept along, so that they are nobody else's meanwhile.
    key = (id(one_thing), *map(id, chosen))
    known = _made.get(key)
    if known is not None:
        return known[1]
    made = _form(one_thing, chosen)
    if len(_made) >= _MOST:
        _made.clear()
    _made[key] = (chosen, made)
    return made


def _form(one_thing: OneThing, chosen: Sequence[Item]) -> Form:
    fields = fields_of(one_thing, chosen)
    sections = (
        Section(group=group, questions=_questions(group, fields, chosen))
        for group in one_thing.groups
    )
    return Form(one_thing=one_thing, sections=tuple(s for s in sections if s.questions))


def form_for(
    one_thing: OneThing, answers: Answers = NO_ANSWERS, variant: str | None = None
) -> Form:
    """The form of the items these answers need."""
    return form(one_thing, select(one_thing, answers, variant))


def item_answers(item: Item, form: Form, answers: Answers) -> Mapping[str, Scalar | None]:
    """The answers one department is to see: this item's fields, None where not asked."""
    fields = form.fields
    return {
        key: answers.get(key) if asked(fields[key], answers) else None
        for key in item.fields
        if key in fields
    }


def _questions(
    group: FieldGroup, fields: Sequence[FormField], items: Sequence[Item]
) -> tuple[Question, ...]:
    return tuple(
        Question(field=field, asked_by=tuple(item.id for item in items if field.key in item.fields))
        for field in fields
        if field.group == group.id
    )
