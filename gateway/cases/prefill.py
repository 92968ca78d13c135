"""First values from the registers, read wave by wave, and what they prove."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.cases import codec
from schema.domain.one_thing import FormField, OneThing, PrefillSource
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Reading
from schema.domain.text import Text
from schema.graph.ports import PrefilledAnswer, Reads

BUDGET_S = 4.0
LOGIN = "login"
_LATE = Problem(
    code=ProblemCode.DEPARTMENT_TIMEOUT,
    text=Text(zh="部门未在时限内答复，请自行填写。", en="No answer in time; please fill this in."),
)


_NOT_YOURS = Problem(
    code=ProblemCode.NOT_ALLOWED_OR_ABSENT,
    text=Text(
        zh="个人信息仅为本企业的申请预填，请自行填写。",
        en="Personal data are filled in for your own enterprise only; please fill this in.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the registers said, by source name."""

    readings: Mapping[str, Reading] = field(default_factory=dict)

    def value(self, source: str, name: str) -> Any | None:
        """One field of one source's record."""
        reading = self.readings.get(source)
        record = reading.value if reading else None
        if isinstance(record, Sequence) and not isinstance(record, str) and len(record) == 1:
            record = record[0]  # of several, the applicant says which is meant
        return record.get(name) if isinstance(record, Mapping) else None


def source_keys(
    one_thing: OneThing, answers: Mapping[str, Any], claims: Mapping[str, str], found: Found
) -> dict[str, str | None]:
    """The key each source is asked with; None while it is not known."""
    return {source.name: _key(source, answers, claims, found) for source in one_thing.sources}


def _key(
    source: PrefillSource, answers: Mapping[str, Any], claims: Mapping[str, str], found: Found
) -> str | None:
    name, dot, field_name = source.key.partition(".")
    if dot:
        value = found.value(name, field_name)
    else:
        value = answers.get(source.key) or claims.get(source.key)
    return str(value) if value not in (None, "") else None


async def read_sources(
    one_thing: OneThing, answers: Mapping[str, Any], claims: Mapping[str, str], reads: Reads
) -> Found:
    """Read every source whose key can be known, each wave at once. Never raises, always ends."""
    readings: dict[str, Reading] = {}
    try:
        async with asyncio.timeout(BUDGET_S):
            while wave := _wave(one_thing, answers, claims, readings):
                calls = [reads.record(s.department, s.register, s.lookup, key) for s, key in wave]
                said = await asyncio.gather(*calls)
                readings.update({s.name: r for (s, _), r in zip(wave, said, strict=True)})
    except TimeoutError:
        for source, _ in _wave(one_thing, answers, claims, readings):
            readings[source.name] = Reading(value=None, problem=_LATE)
    return Found(readings=readings)


def _wave(
    one_thing: OneThing,
    answers: Mapping[str, Any],
    claims: Mapping[str, str],
    readings: Mapping[str, Reading],
) -> list[tuple[PrefillSource, str]]:
    keys = source_keys(one_thing, answers, claims, Found(readings=readings))
    open_ = ((s, keys[s.name]) for s in one_thing.sources if s.name not in readings)
    return [(source, key) for source, key in open_ if key is not None]


def prefilled(
    one_thing: OneThing, claims: Mapping[str, str], found: Found, *, own: bool
) -> tuple[PrefilledAnswer, ...]:
    """For every field with a source: its first value, or why it stays open.

    Personal data are filled in only where the application is about the viewer's `own` enterprise.
    """
    return tuple(
        _answer(one_thing, field, claims, found) if own or not _private(field) else _closed(field)
        for field in one_thing.fields
        if field.prefill is not None
    )


def _private(question: FormField) -> bool:
    prefill = question.prefill
    return question.personal is not None and prefill is not None and prefill.source != LOGIN


def _closed(question: FormField) -> PrefilledAnswer:
    return PrefilledAnswer(key=question.key, value=None, provenance=None, problem=_NOT_YOURS)


def _answer(
    one_thing: OneThing, question: FormField, claims: Mapping[str, str], found: Found
) -> PrefilledAnswer:
    prefill = question.prefill
    if prefill is None or prefill.source == LOGIN:
        value = claims.get(prefill.field) if prefill else None
        return PrefilledAnswer(key=question.key, value=value, provenance=None)
    reading = found.readings.get(prefill.source) or _upstream(one_thing, prefill.source, found)
    value = codec.native(found.value(prefill.source, prefill.field))
    return PrefilledAnswer(
        key=question.key,
        value=value,
        provenance=reading.provenance if reading else None,
        problem=reading.problem if reading else None,
    )


def _upstream(one_thing: OneThing, name: str, found: Found) -> Reading | None:
    """A source that could not be asked because the one before it failed shares its problem."""
    source = next((s for s in one_thing.sources if s.name == name), None)
    before, dot, _ = source.key.partition(".") if source else ("", "", "")
    if not dot:
        return None
    reading = found.readings.get(before) or _upstream(one_thing, before, found)
    return Reading(value=None, problem=reading.problem) if reading and reading.problem else None
