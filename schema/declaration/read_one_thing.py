"""Reads one TOML file into a one thing, or into everything that is wrong with it."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from schema.declaration.check_form import check_form
from schema.declaration.check_items import check_items
from schema.declaration.check_materials import check_materials
from schema.declaration.check_whole import check_whole
from schema.declaration.finding import Finding, Findings
from schema.declaration.read_form import (
    read_condition,
    read_fields,
    read_groups,
    read_sources,
)
from schema.declaration.read_items import read_items
from schema.declaration.table import Table
from schema.domain.one_thing import (
    ConsentRule,
    District,
    OneThing,
    RefusalPolicy,
    Rule,
    TallyFields,
    Variant,
    VoteFields,
)

_CHECKS = (check_form, check_items, check_materials, check_whole)


def read_file(path: Path) -> tuple[OneThing | None, tuple[Finding, ...]]:
    """The one thing this file declares and what is wrong with it; None when it is no TOML."""
    findings = Findings(path.name)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        findings.add("toml", f"cannot be read: {error}")
        return None, findings.all()
    except OSError as error:
        findings.add("file", f"cannot be opened: {error.strerror}")
        return None, findings.all()
    return read_data(data, path.name)


def read_data(data: Mapping[str, Any], file: str) -> tuple[OneThing, tuple[Finding, ...]]:
    """The one thing this TOML document declares, whole only if nothing is wrong with it."""
    findings = Findings(file)
    root = Table(data, "", findings)
    one_thing = _one_thing(root)
    root.close()
    for check in _CHECKS:
        check(one_thing, findings)
    return one_thing, findings.all()


def _one_thing(root: Table) -> OneThing:
    return OneThing(
        id=root.string("id"),
        version=root.string("version"),
        name=root.text("name"),
        summary=root.text("summary"),
        lead_department=root.string("lead_department"),
        action=root.string("action"),
        items=read_items(root),
        fields=read_fields(root),
        variants=tuple(_variant(row) for row in root.rows("variants", "id")),
        rules=tuple(_rule(row) for row in root.rows("rules", "id")),
        districts=tuple(_district(row) for row in root.rows("districts", "code")),
        sources=read_sources(root),
        consent=tuple(_consent(row) for row in root.rows("consent", "id")),
        variant_field=root.optional("variant_field"),
        district_field=root.optional("district_field"),
        applicant_field=root.optional("applicant_field"),
        issue_days=root.integer("issue_days", default=0),
        on_refusal=root.choice(
            "on_refusal", RefusalPolicy, RefusalPolicy.OTHERS_GO_ON, required=False
        ),
        groups=read_groups(root),
        vote=_vote(root),
        issued_at_window=root.boolean("issued_at_window", default=True),
    )


def _variant(row: Table) -> Variant:
    variant = Variant(id=row.string("id"), name=row.text(), without=row.strings("without"))
    row.close()
    return variant


def _rule(row: Table) -> Rule:
    rule = Rule(id=row.string("id"), condition=read_condition(row), text=row.text())
    row.close()
    return rule


def _district(row: Table) -> District:
    district = District(
        code=row.string("code"),
        name=row.text(),
        since=row.day("since"),
        promised_days=row.numbers("promised_days"),
    )
    row.close()
    return district


def _consent(row: Table) -> ConsentRule:
    rule = ConsentRule(
        id=row.string("id"),
        since=row.day("since"),
        basis=row.text(),
        scope=row.string("scope"),
        participation_area=row.share("participation_area"),
        participation_persons=row.share("participation_persons"),
        agreement_area=row.share("agreement_area"),
        agreement_persons=row.share("agreement_persons"),
        of_participants=row.boolean("of_participants", default=False),
    )
    row.close()
    return rule


def _vote(root: Table) -> VoteFields | None:
    table = root.table("vote", required=False)
    if table is None:
        return None
    vote = VoteFields(
        taken_on=table.string("taken_on"),
        building=_tally(table, "building"),
        estate=_tally(table, "estate"),
    )
    table.close()
    return vote


def _tally(vote: Table, key: str) -> TallyFields:
    table = vote.table(key, required=False)
    if table is None:
        return TallyFields()
    tally = TallyFields(
        area_total=table.optional("area_total"),
        area_participating=table.optional("area_participating"),
        area_agreed=table.optional("area_agreed"),
        persons_total=table.optional("persons_total"),
        persons_participating=table.optional("persons_participating"),
        persons_agreed=table.optional("persons_agreed"),
    )
    table.close()
    return tally
