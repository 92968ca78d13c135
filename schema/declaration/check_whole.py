"""What can be wrong with a one thing as a whole: names, variants, rules, districts, consent."""

import re
from collections.abc import Iterator

from schema.declaration.check_condition import check_condition
from schema.declaration.finding import Findings, did_you_mean
from schema.declaration.table import UNKNOWN
from schema.domain.one_thing import (
    ConsentRule,
    District,
    FieldKind,
    FormField,
    OneThing,
    TallyFields,
    VoteFields,
)

_ID = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")
_CODE = re.compile(r"[0-9]{6}")
_SCOPES = ("building", "estate")


def check_whole(one_thing: OneThing, findings: Findings) -> None:
    """Note every mistake that is not of one field, item or material."""
    _check_names(one_thing, findings)
    _check_variants(one_thing, findings)
    _check_rules(one_thing, findings)
    _check_districts(one_thing, findings)
    _check_consent(one_thing, findings)


def _check_names(one_thing: OneThing, findings: Findings) -> None:
    if one_thing.id != UNKNOWN and not _ID.fullmatch(one_thing.id):
        findings.add("id", "an id is small letters, digits and _")
    if one_thing.version != UNKNOWN and not _VERSION.fullmatch(one_thing.version):
        findings.add("version", "a version is numbers and dots")
    departments = [item.department for item in one_thing.items]
    lead = one_thing.lead_department
    if lead not in (*departments, UNKNOWN):
        hint = did_you_mean(lead, departments)
        findings.add("lead_department", f'"{lead}" decides none of the items{hint}')


def _check_variants(one_thing: OneThing, findings: Findings) -> None:
    items = [item.id for item in one_thing.items]
    for variant in one_thing.variants:
        for name in variant.without:
            if name not in items:
                hint = did_you_mean(name, items)
                findings.add(
                    f"variants.{variant.id}.without", f'the item "{name}" is unknown{hint}'
                )
    key = one_thing.variant_field
    if key is None:
        if one_thing.variants:
            findings.add("variant_field", "is missing: which field names the variant?")
        return
    field = _named(one_thing, "variant_field", key, FieldKind.CHOICE, findings)
    choices = {choice.value for choice in field.choices} if field else set()
    names = {variant.id for variant in one_thing.variants}
    if field and choices != names:
        odd = ", ".join(sorted(choices ^ names))
        findings.add("variants", f"the choices of {key} and the variants differ: {odd}")


def _check_rules(one_thing: OneThing, findings: Findings) -> None:
    fields = {field.key: field for field in one_thing.fields}
    for rule in one_thing.rules:
        check_condition(rule.condition, f"rules.{rule.id}", fields, findings)


def _check_districts(one_thing: OneThing, findings: Findings) -> None:
    key = one_thing.district_field
    if key is not None:
        _named(one_thing, "district_field", key, FieldKind.DISTRICT, findings)
    if (key is None) is not (not one_thing.districts):
        findings.add("districts", "districts and district_field are declared together")
    for district in one_thing.districts:
        if district.code != UNKNOWN and not _CODE.fullmatch(district.code):
            findings.add(f"districts.{district.code}", "a district code has six digits")
        _check_promises(one_thing, district, findings)


def _check_promises(one_thing: OneThing, district: District, findings: Findings) -> None:
    promised = {item.id: item.promised_days for item in one_thing.items}
    for name, days in district.promised_days.items():
        at = f"districts.{district.code}.promised_days.{name}"
        if name not in promised:
            findings.add(at, f'the item "{name}" is unknown{did_you_mean(name, promised)}')
        elif days > promised[name]:
            findings.add(at, f"is longer than the promise of {promised[name]} days elsewhere")


def _check_consent(one_thing: OneThing, findings: Findings) -> None:
    vote = one_thing.vote
    if (vote is None) is not (not one_thing.consent):
        findings.add("consent", "consent rules and the vote they judge are declared together")
    if vote is None:
        return
    _named(one_thing, "vote.taken_on", vote.taken_on, FieldKind.DATE, findings)
    for name, tally in (("building", vote.building), ("estate", vote.estate)):
        for kind, key in _tally_keys(tally):
            _named(one_thing, f"vote.{name}", key, kind, findings)
    for rule in one_thing.consent:
        _check_consent_rule(rule, vote, findings)


def _check_consent_rule(rule: ConsentRule, vote: VoteFields, findings: Findings) -> None:
    at = f"consent.{rule.id}"
    if rule.scope not in (*_SCOPES, UNKNOWN):
        findings.add(
            f"{at}.scope", f'"{rule.scope}" is no scope{did_you_mean(rule.scope, _SCOPES)}'
        )
    if rule.agreement_area is None and rule.agreement_persons is None:
        findings.add(at, "asks for nobody's agreement")
    tally = vote.estate if rule.scope == "estate" else vote.building
    if rule.agreement_area is not None and tally.area_agreed is None:
        findings.add(at, f"the vote does not tell the area of the {rule.scope} that agreed")
    if rule.agreement_persons is not None and tally.persons_agreed is None:
        findings.add(at, f"the vote does not tell the persons of the {rule.scope} who agreed")


def _tally_keys(tally: TallyFields) -> Iterator[tuple[FieldKind, str]]:
    areas = (tally.area_total, tally.area_participating, tally.area_agreed)
    persons = (tally.persons_total, tally.persons_participating, tally.persons_agreed)
    yield from ((FieldKind.DECIMAL, key) for key in areas if key is not None)
    yield from ((FieldKind.INTEGER, key) for key in persons if key is not None)


def _named(
    one_thing: OneThing, at: str, key: str, kind: FieldKind, findings: Findings
) -> FormField | None:
    """The field that is named here, if it exists and is of this kind."""
    field = next((f for f in one_thing.fields if f.key == key), None)
    if field is None and key != UNKNOWN:
        hint = did_you_mean(key, (f.key for f in one_thing.fields))
        findings.add(at, f'the field "{key}" is unknown{hint}')
    elif field is not None and field.kind is not kind:
        findings.add(at, f'"{key}" is of kind {field.kind.value}, not {kind.value}')
        return None
    return field
