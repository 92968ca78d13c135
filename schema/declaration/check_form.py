"""What can be wrong with a form: fields, their limits, and where their first values come from."""

import re
from collections.abc import Mapping

from schema.declaration.check_condition import check_condition
from schema.declaration.finding import Findings, did_you_mean
from schema.declaration.table import UNKNOWN
from schema.domain.one_thing import FieldKind, FormField, OneThing, PrefillSource
from schema.domain.order import find_cycle

LOGIN = "login"
LOGIN_CLAIMS = ("uscc", "agent_name", "agent_id_number", "phone")

_NUMBERS = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL})
_KEY = re.compile(r"[a-z][A-Za-z0-9]*")


def check_form(one_thing: OneThing, findings: Findings) -> None:
    """Note every mistake of the fields and of the prefill sources."""
    fields = {field.key: field for field in one_thing.fields}
    groups = [group.id for group in one_thing.groups]
    for field in one_thing.fields:
        at = f"fields.{field.key}"
        _check_limits(field, at, findings)
        _check_choices(field, at, findings)
        _check_group(field, groups, at, findings)
        _check_prefill(field, one_thing, at, findings)
        for condition in field.when:
            check_condition(condition, f"{at}.when", fields, findings)
    _check_circles(fields, findings)
    _check_sources(one_thing, fields, findings)


def _check_limits(field: FormField, at: str, findings: Findings) -> None:
    if field.key != UNKNOWN and not _KEY.fullmatch(field.key):
        findings.add(at, "a field key is letters and digits, beginning with a small letter")
    low, high = field.minimum, field.maximum
    if low is not None and high is not None and low > high:
        findings.add(f"{at}.minimum", f"the minimum {low} is above the maximum {high}")
    if (low is not None or high is not None) and field.kind not in _NUMBERS:
        findings.add(f"{at}.minimum", f"a {field.kind.value} has no minimum or maximum")
    if field.kind is not FieldKind.TEXT and (field.max_length or field.pattern):
        findings.add(f"{at}.max_length", f"a {field.kind.value} has no max_length or pattern")
    _check_pattern(field, at, findings)


def _check_pattern(field: FormField, at: str, findings: Findings) -> None:
    if field.pattern is None or field.pattern == UNKNOWN:
        return
    try:
        re.compile(field.pattern)
    except re.error as error:
        findings.add(f"{at}.pattern", f"is no regular expression: {error}")


def _check_choices(field: FormField, at: str, findings: Findings) -> None:
    if field.kind is FieldKind.CHOICE and not field.choices:
        findings.add(f"{at}.choices", "a choice needs choices")
    if field.kind is not FieldKind.CHOICE and field.choices:
        findings.add(f"{at}.choices", f"a {field.kind.value} has no choices")


def _check_group(field: FormField, groups: list[str], at: str, findings: Findings) -> None:
    if field.group not in (*groups, UNKNOWN):
        hint = did_you_mean(field.group, groups)
        findings.add(f"{at}.group", f'the group "{field.group}" is not declared{hint}')


def _check_prefill(field: FormField, one_thing: OneThing, at: str, findings: Findings) -> None:
    prefill = field.prefill
    if prefill is None:
        return
    sources = [LOGIN, *(source.name for source in one_thing.sources)]
    if prefill.source not in (*sources, UNKNOWN):
        hint = did_you_mean(prefill.source, sources)
        findings.add(f"{at}.prefill.source", f'the source "{prefill.source}" is unknown{hint}')
    if prefill.source == LOGIN and prefill.field not in (*LOGIN_CLAIMS, UNKNOWN):
        hint = did_you_mean(prefill.field, LOGIN_CLAIMS)
        findings.add(f"{at}.prefill.field", f'a login does not tell "{prefill.field}"{hint}')


def _check_circles(fields: Mapping[str, FormField], findings: Findings) -> None:
    cycle = find_cycle({key: [c.field for c in field.when] for key, field in fields.items()})
    if cycle:
        findings.add(f"fields.{cycle[0]}.when", f"asked in a circle: {' → '.join(cycle)}")


def _check_sources(
    one_thing: OneThing, fields: Mapping[str, FormField], findings: Findings
) -> None:
    names = [source.name for source in one_thing.sources]
    needed = {f.prefill.source for f in one_thing.fields if f.prefill}
    needed |= {source.key.partition(".")[0] for source in one_thing.sources if "." in source.key}
    for source in one_thing.sources:
        at = f"sources.{source.name}"
        if source.name == LOGIN:
            findings.add(at, f'"{LOGIN}" is what the login tells and cannot be declared')
        if source.name not in (*needed, UNKNOWN):
            findings.add(at, "no field is prefilled from it")
        _check_key(source, names, fields, findings)
    cycle = find_cycle({source.name: _depends_on(source, fields) for source in one_thing.sources})
    if cycle:
        findings.add(f"sources.{cycle[0]}.key", f"read in a circle: {' → '.join(cycle)}")


def _check_key(
    source: PrefillSource, names: list[str], fields: Mapping[str, FormField], findings: Findings
) -> None:
    at = f"sources.{source.name}.key"
    first, dot, _ = source.key.partition(".")
    if dot and first not in names:
        findings.add(at, f'the source "{first}" is unknown{did_you_mean(first, names)}')
    known = (*fields, *LOGIN_CLAIMS)
    if not dot and source.key not in (*known, UNKNOWN):
        hint = did_you_mean(source.key, known)
        findings.add(at, f'"{source.key}" is no field, claim or source.field{hint}')


def _depends_on(source: PrefillSource, fields: Mapping[str, FormField]) -> list[str]:
    """The sources that must be read before this one."""
    first, dot, _ = source.key.partition(".")
    if dot:
        return [first]
    field = fields.get(source.key)
    return [field.prefill.source] if field and field.prefill else []
