"""What still stands against submitting an application: all of it, at once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.cases import rejection
from gateway.cases.payloads import Payload, Upload
from gateway.cases.promises import NONE, Promisable, Promises, promisable
from schema.domain.answers import read
from schema.domain.condition import Answers
from schema.domain.eligibility import judge
from schema.domain.form import form
from schema.domain.one_thing import Item, OneThing
from schema.domain.problem import Problem
from schema.domain.selection import materials_of, select, submitted, variant_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An application as it would be submitted now."""

    values: Answers
    items: tuple[Item, ...]
    variant: str | None
    problems: tuple[Problem, ...]
    promisable: Promisable
    promises: Promises  # those of the promises made that count


def standing(
    one_thing: OneThing, payload: Payload, on: date, made: Promises | None = None
) -> Standing:
    """Judge what was handed in: eligibility, answers, materials, promises, verifications.

    Promises are made on submitting: against a draft, which has none yet (None), none is missing.
    """
    values = read(form(one_thing), payload.answers).values
    items = select(one_thing, values)
    asked_for = form(one_thing, items)
    elsewhere = {field.key for field in one_thing.fields} - set(asked_for.fields)
    answers = {k: v for k, v in payload.answers.items() if k not in elsewhere}
    may = promisable(items, values, payload.materials)
    promises = may.kept(made or NONE)
    problems = (
        *judge(one_thing, values, on).failing,
        *read(asked_for, answers).problems,
        *_materials(items, values, payload.materials, promises.deferred),
        *(may.problems(made) if made is not None else ()),
        *(s.problem for s in payload.shared if s.state == "mismatch" and s.problem is not None),
    )
    return Standing(
        values=values,
        items=items,
        variant=variant_of(one_thing, values),
        problems=problems,
        promisable=may,
        promises=promises,
    )


def _materials(
    items: tuple[Item, ...],
    values: Answers,
    uploads: Mapping[str, Upload],
    deferred: Collection[str],
) -> Iterator[Problem]:
    for material in submitted(items, values):
        if material.code not in uploads and material.code not in deferred:
            yield rejection.missing_material(material.code, material.name)
    asked_for = {material.code for material in materials_of(items, values)}
    for code, upload in uploads.items():
        if code not in asked_for or upload.size < 0:
            yield rejection.unknown_material(code)


def district_of(one_thing: OneThing, answers: Mapping[str, Any]) -> str | None:
    """The district the answers name."""
    code = answers.get(one_thing.district_field) if one_thing.district_field else None
    return code if isinstance(code, str) and len(code) == 6 and code.isdigit() else None
