"""Which items, fields and materials one application needs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from schema.domain.condition import Answers, all_hold, none_fails
from schema.domain.one_thing import Fate, FormField, Item, Material, OneThing, Variant

NO_ANSWERS: Answers = {}


def variant_of(one_thing: OneThing, answers: Answers) -> str | None:
    """The variant the answers name, known or not; None when they name none."""
    answer = answers.get(one_thing.variant_field) if one_thing.variant_field else None
    return answer if isinstance(answer, str) else None


def find_variant(one_thing: OneThing, variant: str | None) -> Variant | None:
    """The declared variant with this id."""
    return next((v for v in one_thing.variants if v.id == variant), None)


def select(
    one_thing: OneThing, answers: Answers = NO_ANSWERS, variant: str | None = None
) -> tuple[Item, ...]:
    """The items this application needs, in declared order.

    An item stays in until its variant or an answer rules it out.
    """
    chosen = find_variant(one_thing, variant or variant_of(one_thing, answers))
    without = chosen.without if chosen else ()
    return tuple(
        item
        for item in one_thing.items
        if item.id not in without and none_fails(item.when, answers)
    )


def fields_of(one_thing: OneThing, items: Sequence[Item]) -> tuple[FormField, ...]:
    """The union of the items' fields, each once, in declared order."""
    asked = {key for item in items for key in item.fields}
    return tuple(field for field in one_thing.fields if field.key in asked)


def materials_of(items: Sequence[Item], answers: Answers = NO_ANSWERS) -> tuple[Material, ...]:
    """Every material of these items, with the fate it has among them.

    An output of an item that is not selected, or a duplicate of a material that is not asked
    for, has nothing to stand in for it and is submitted.
    """
    asked = {
        material.code: material
        for item in items
        for material in item.materials
        if none_fails(material.when, answers)
    }
    selected = {item.id for item in items}
    return tuple(_in_scope(material, selected, asked) for material in asked.values())


def submitted(items: Sequence[Item], answers: Answers = NO_ANSWERS) -> tuple[Material, ...]:
    """The materials the applicant uploads."""
    return tuple(m for m in materials_of(items, answers) if m.fate is Fate.SUBMIT)


def deferrable(items: Sequence[Item], answers: Answers = NO_ANSWERS) -> tuple[Material, ...]:
    """The uploads that may follow after submission (容缺)."""
    return tuple(m for m in submitted(items, answers) if m.later_days is not None)


def asked(field: FormField, answers: Answers) -> bool:
    """Whether the question is put, given the answers so far."""
    return all_hold(field.when, answers)


def _in_scope(
    material: Material, selected: Collection[str], asked: Mapping[str, Material]
) -> Material:
    orphan = (material.fate is Fate.OUTPUT and material.of not in selected) or (
        material.fate is Fate.DUPLICATE and material.of not in asked
    )
    return replace(material, fate=Fate.SUBMIT, of=None) if orphan else material
