"""Silver: what people wrote reaches the department exactly as they wrote it."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from adapters.conformance.bench import answered_ones, counter, is_raw, last_reply, tried
from adapters.conformance.examples import Json
from adapters.conformance.standin import Heard
from adapters.conformance.subject import Subject
from adapters.conformance.table import Result, judged, not_applicable

MARK = "mk7"
CHINESE = MARK + "小满饭店 <&> \"引号\" '单引号' ]]> 末"
RARE = MARK + "𠮷野家㐂𪚥龘"
ZEROS = "0070007"
AMOUNT = Decimal("70001.25")
DAYS = (date(2025, 12, 29), date(2027, 1, 1), date(2024, 12, 31))  # ISO years differ from these
MOMENT = datetime.fromisoformat("2025-12-31T23:59:59+08:00")
_ZONE = ZoneInfo("Asia/Shanghai")

Sound = Callable[[str], bool | None]
"""Of a value the department saw: whether it is what was planted; None when it is another thing."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One argument exchanged for another, and how to know it again."""

    where: str
    arguments: Json
    sound: Sound


async def _carried(subject: Subject, plants: Callable[[Json], Iterator[Plant]]) -> Result:
    """Every planted value, looked for in what the stand-in heard."""
    faults, count = [], 0
    async for name, plant, seen in _sent(subject, plants):
        if isinstance(seen, str):
            faults.append(f"{name}, {plant.where}: {seen}")
            continue
        verdicts = [verdict for text in seen if (verdict := plant.sound(text)) is not None]
        count += bool(verdicts)
        if False in verdicts:
            faults.append(f"{name}, {plant.where}: the department sees another value")
    if not count and not faults:
        return not_applicable("no request carries such a value as it is")
    return judged(faults, f"{count} planted values arrived exactly as they were")


async def _sent(
    subject: Subject, plants: Callable[[Json], Iterator[Plant]]
) -> AsyncIterator[tuple[str, Plant, list[str] | str]]:
    """Each plant with the values that were not in the request without it, or what went wrong."""
    async with counter(subject) as (standin, said), subject.on(standin.url) as department:
        for name, example in _senders(subject):
            said.reply = last_reply(example)
            await tried(department, example)
            usual = standin.heard[-1].values()
            for plant in plants(example["arguments"]):
                before = len(standin.heard)
                found = await tried(department, {**example, "arguments": plant.arguments})
                if is_raw(found):
                    yield name, plant, f"a raw exception, {found['fails'][4:]}"
                elif len(standin.heard) > before:
                    yield name, plant, _new(standin.heard[-1], usual)


def _new(heard: Heard, usual: list[str]) -> list[str]:
    return [text for text in heard.values() if text not in usual]


def _senders(subject: Subject) -> Iterator[tuple[str, Json]]:
    """One filing of every service; of a department that takes none, one look-up of each kind."""
    seen: set[str] = set()
    wanted = ("file",) if subject.manifest.services else ("read", "verify")
    for name, example in answered_ones(subject):
        told = example["arguments"]
        key = str(told.get("service") or told.get("lookup") or told.get("kind"))
        if example["call"] in wanted and key not in seen:
            seen.add(key)
            yield name, example


# where values are planted


def _exchanged(told: Json, group: str, key: str, value: Json) -> Json:
    return {**told, group: {**told[group], key: value}}


def _texts(told: Json, value: str, sound: Sound, digits: bool = False) -> Iterator[Plant]:
    for group in ("answers", "applicant", "claims"):
        for key, held in told.get(group, {}).items():
            if isinstance(held, str) and (held.isdigit() or not digits):
                yield Plant(f"{group}.{key}", _exchanged(told, group, key, value), sound)
    if "keys" in told:
        yield Plant("key", {**told, "keys": [value]}, sound)


def _typed(told: Json, tag: str, value: Json, sound: Sound) -> Iterator[Plant]:
    for key, held in told.get("answers", {}).items():
        if isinstance(held, dict) and tag in held:
            yield Plant(f"answers.{key}", _exchanged(told, "answers", key, {tag: value}), sound)


def _holds(planted: str, mark: str) -> Sound:
    def sound(text: str) -> bool | None:
        return planted in text if mark in text else None

    return sound


def _is_amount(text: str) -> bool | None:
    try:
        return Decimal(text) == AMOUNT if "7000" in text else None
    except InvalidOperation:
        return None


def _is_day(day: date) -> Sound:
    starts = [datetime(day.year, day.month, day.day, tzinfo=zone) for zone in (_ZONE, UTC)]
    epochs = {str(int(start.timestamp()) * scale) for start in starts for scale in (1, 1000)}

    def sound(text: str) -> bool | None:
        digits = "".join(c for c in text if c.isdigit())
        return digits[:8] == f"{day:%Y%m%d}" or text in epochs

    return sound


def _is_moment(text: str) -> bool | None:
    digits = "".join(c for c in text if c.isdigit())
    stamp = int(MOMENT.timestamp())
    told = {f"{at:%Y%m%d%H%M%S}" for at in (MOMENT, MOMENT.astimezone(UTC))}
    return digits[:14] in told or text in {str(stamp), str(stamp * 1000)}


# the checks


async def chinese_text(subject: Subject) -> Result:
    """Chinese text with everything XML and JSON treat specially."""
    return await _carried(subject, lambda told: _texts(told, CHINESE, _holds(CHINESE, MARK)))


async def rare_characters(subject: Subject) -> Result:
    """Characters beyond the basic plane, as personal names have them."""
    return await _carried(subject, lambda told: _texts(told, RARE, _holds(RARE, MARK)))


async def leading_zeros(subject: Subject) -> Result:
    """Numbers that are names keep their zeros."""
    return await _carried(subject, lambda told: _texts(told, ZEROS, _holds(ZEROS, "70007"), True))


async def decimals(subject: Subject) -> Result:
    """Amounts and areas keep their value to the last place."""
    return await _carried(subject, lambda told: _typed(told, "decimal", str(AMOUNT), _is_amount))


async def days(subject: Subject) -> Result:
    """Days at the turn of the year stay the days they are."""

    def plants(told: Json) -> Iterator[Plant]:
        for day in DAYS:
            yield from _typed(told, "date", day.isoformat(), _is_day(day))
        if "submitted_at" in told:
            changed = {**told, "submitted_at": {"datetime": MOMENT.isoformat()}}
            yield Plant("submitted_at", changed, _is_moment)

    return await _carried(subject, plants)
