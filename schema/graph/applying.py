"""The arguments that narrow a one thing down to one application, and what they select."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import strawberry

from schema.domain.answers import read
from schema.domain.condition import Answers
from schema.domain.form import form
from schema.domain.one_thing import Item, OneThing
from schema.domain.selection import select
from schema.graph.scalars import JSON

VariantArgument: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The variant; absent: as the answers say, else everything."),
]
AnswersArgument: TypeAlias = Annotated[
    JSON | None,
    strawberry.argument(description="Answers by field key; what is unknown yet stays in."),
]
RequiredAnswersArgument: TypeAlias = Annotated[
    JSON, strawberry.argument(description="Answers by field key.")
]
DistrictArgument: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The district code, whose promise may be shorter.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is known of an application, and the items it therefore needs."""

    variant: str | None
    answers: Answers
    items: tuple[Item, ...]


def answers_of(thing: OneThing, given: object) -> Answers:
    """The answers in the domain's own types; what cannot be read is not answered."""
    if not isinstance(given, Mapping):
        return {}
    return read(form(thing), given).values


def choice(thing: OneThing, variant: str | None, answers: object) -> Choice:
    """The items these answers lead to; without answers, every one the thing may need."""
    typed = answers_of(thing, answers)
    return Choice(variant=variant, answers=typed, items=select(thing, typed, variant))
