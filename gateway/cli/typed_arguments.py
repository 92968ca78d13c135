"""What was typed after a call, as its arguments: groups, numbered rows, kinds of values."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, DecimalException
from typing import Any

from adapters.findings import did_you_mean
from gateway.cli.output import MISUSED, Stop

Given = Sequence[tuple[str, str]]

TRIAL_APPLICANT: Mapping[str, str] = {
    "name": "联调测试单位",
    "identifier": "91310104MA188WXJ2E",
    "phone": "13800000000",
}
"""Who applies in a call made by hand, where nobody is named: invented, with a sound number."""

_APPLICANT = ("name", "identifier", "agent_name", "agent_id_number", "phone")
_MATERIAL = ("code", "name", "sha256", "size", "media_type")
_KINDS: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "integer": int,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def filing_arguments(given: Given, service: str, now: datetime) -> dict[str, Any]:
    """The arguments of a filing; Stop names what is missing or unknown."""
    names = {"reference", "case", "item", "service", "submitted_at"}
    held = grouped(given, names, {"answers", "applicant", "materials"})
    need(held, ("reference",))
    refuse(set(held["applicant"]) - set(_APPLICANT), "applicant.", _APPLICANT)
    return {
        "reference": held["reference"],
        "case": held.get("case", held["reference"]),
        "item": held.get("item", service),
        "service": service,
        "answers": _typed(held["answers"]),
        "applicant": {**TRIAL_APPLICANT, **held["applicant"]},
        "materials": _materials(held["materials"]),
        "outputs": {},
        "submitted_at": _moment(held.get("submitted_at"), now),
    }


def supplement_arguments(given: Given, service: str) -> dict[str, Any]:
    """The arguments of a supplement; Stop names what is missing or unknown."""
    held = grouped(given, {"reference", "receipt", "service", "note"}, {"answers", "materials"})
    need(held, ("reference", "receipt"))
    return {
        "reference": held["reference"],
        "receipt": held["receipt"],
        "service": service,
        "answers": _typed(held["answers"]),
        "materials": _materials(held["materials"]),
        "note": held.get("note"),
    }


def withdrawal_arguments(given: Given, service: str) -> dict[str, Any]:
    """The arguments of a withdrawal; Stop names what is missing or unknown."""
    names = ("reference", "receipt", "reason")
    held = grouped(given, {*names, "service"}, set())
    need(held, names)
    return {**{name: held[name] for name in names}, "service": service}


def _moment(text: str | None, now: datetime) -> datetime:
    if text is None:
        return now.replace(microsecond=0)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Stop(
            [f"submitted_at: {text!r} is no time with a zone"],
            next_step="write it like 2026-03-02T09:00:00+08:00",
            code=MISUSED,
        )
    return found


def _materials(rows: Mapping[str, str]) -> list[dict[str, Any]]:
    """`0.code=…`: the documents in the order of their numbers, each told as far as it must be."""
    found: dict[int, dict[str, str]] = {}
    for key, value in rows.items():
        number, _, name = key.partition(".")
        if not number.isdecimal() or not name:
            raise Stop(
                [f"materials.{key}: is no argument of this call"],
                next_step="number the documents: materials.0.code=…",
                code=MISUSED,
            )
        refuse({name} - set(_MATERIAL), f"materials.{number}.", _MATERIAL)
        found.setdefault(int(number), {})[name] = value
    return [_material(number, found[number]) for number in sorted(found)]


def _material(number: int, told: Mapping[str, str]) -> dict[str, Any]:
    need({f"materials.{number}.code": told.get("code")}, (f"materials.{number}.code",))
    size = told.get("size", "1")
    if not size.isdecimal():
        raise Stop([f"materials.{number}.size: {size!r} is no number of bytes"], code=MISUSED)
    return {
        "code": told["code"],
        "name": told.get("name", told["code"]),
        "sha256": told.get("sha256", "0" * 64),
        "size": int(size),
        "media_type": told.get("media_type", "application/pdf"),
    }


def _typed(answers: Mapping[str, str]) -> dict[str, Any]:
    return {name: _value(f"answers.{name}", text) for name, text in answers.items()}


def _value(name: str, text: str) -> Any:
    """A text; behind `decimal:`, `integer:`, `boolean:`, `date:`, `datetime:` a value of it."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in _KINDS:
        return text
    try:
        return _KINDS[kind](rest)
    except (ValueError, KeyError, DecimalException):
        raise Stop([f"{name}: {rest!r} is no {kind}"], code=MISUSED) from None


def only(given: Given, name: str) -> list[str]:
    """All values of the one argument a call takes."""
    refuse({key for key, _ in given} - {name}, "", (name,))
    values = [value for key, value in given if key == name]
    need({name: values or None}, (name,))
    return values


def of_service(given: Given, name: str) -> list[str]:
    """The same of a service's call, which `service=…` may name."""
    return only([pair for pair in given if pair[0] != "service"], name)


def grouped(given: Given, names: set[str], groups: set[str]) -> dict[str, Any]:
    """The arguments by name, those of a group (`answers.x=…`) below it; Stop for any other."""
    held: dict[str, Any] = {group: {} for group in groups}
    for key, value in given:
        group, dot, name = key.partition(".")
        if dot and group in groups:
            held[group][name] = value
        else:
            refuse({key} - names, "", (*sorted(names), *(f"{g}.<name>" for g in sorted(groups))))
            held[key] = value
    return held


def need(held: Mapping[str, Any], names: Sequence[str]) -> None:
    """Stop when one of these was not given."""
    missing = [name for name in names if not held.get(name)]
    if missing:
        step = "give " + " ".join(f"{name}=…" for name in missing)
        raise Stop([f"{name}: is missing" for name in missing], next_step=step, code=MISUSED)


def refuse(unknown: set[str], prefix: str, known: Sequence[str]) -> None:
    """Stop when there is any that the call does not know."""
    if unknown:
        name = min(unknown)
        raise Stop(
            [f"{prefix}{name}: is no argument of this call"],
            next_step=did_you_mean(name, known),
            code=MISUSED,
        )
