"""A declaration with mistakes: every one is told, all at once, each with its place and a hint."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.catalogue import ONE_THINGS, CatalogueInvalid, load
from schema.declaration.read_one_thing import read_data
from schema.domain.plan import plan

RESTAURANT = (ONE_THINGS / "open_restaurant.toml").read_text("utf-8")
LIFT = (ONE_THINGS / "install_lift.toml").read_text("utf-8")
DOCUMENTS = {"open_restaurant.toml": RESTAURANT, "install_lift.toml": LIFT}

Mistake = tuple[str | None, str | None, str]  # None: it follows from the mistake above

# What is written instead of what, and what is said about it.
RESTAURANT_MISTAKES: list[Mistake] = [
    ('issue_days = 1', 'isue_days = 1', 'isue_days: unknown key — did you mean "issue_days"?'),
    ('lead_department = "market"', 'lead_department = "markte"',
     'lead_department: "markte" decides none of the items — did you mean "market"?'),
    ('on_refusal = "others_go_on"', 'on_refusal = "shrug"',
     'on_refusal: "shrug" is not a known refusal policy (one of: others_go_on, withdraw_others)'),
    ('district_field = "districtCode"', 'district_field = "distritCode"',
     'district_field: the field "distritCode" is unknown — did you mean "districtCode"?'),
    ('without = ["C", "D"]', 'without = ["C", "Q"]',
     'variants.网络售餐.without: the item "Q" is unknown (one of: A, B, C, D, E)'),
    ('field = "usableArea", at_most = 300', 'field = "usableArea", at_most = "300"',
     "rules.area_limit: compares the decimal usableArea with '300'"),
    ('en = "Xuhui", since = 2019-07-01', 'en = "Xuhui", since = "2019"',
     'districts.310104.since: must be a date such as 2026-01-31, not "2019"'),
    ('key = "licence.legal_rep_ref"', 'key = "license.legal_rep_ref"',
     'sources.person.key: the source "license" is unknown — did you mean "licence"?'),
    ('lookup = "address", key = "premisesAddress"', 'lookup = "address", key = "street"',
     "sources.premises.key: read in a circle: premises → premises"),
    ('{ key = "postalCode", zh = "邮政编码", en = "Postal code", kind = "postal_code"',
     '{ key = "postalCode", zh = "邮政编码", kind = "postalcode"',
     'fields.postalCode.kind: "postalcode" is not a known field kind'
     ' — did you mean "postal_code"?'),
    (None, None, "fields.postalCode.en: is missing"),
    ('source = "managers", field = "cert_no"', 'source = "manager", field = "cert_no"',
     'fields.foodSafetyManagerCertNo.prefill.source: the source "manager" is unknown'
     ' — did you mean "managers"?'),
    (None, None, "sources.managers: no field is prefilled from it"),
    ('source = "login", field = "phone"', 'source = "login", field = "fone"',
     'fields.agentPhone.prefill.field: a login does not tell "fone" — did you mean "phone"?'),
    ('group = "premises", minimum = -5, maximum = 150',
     'group = "premise", minimum = 150, maximum = -5',
     "fields.floor.minimum: the minimum 150 is above the maximum -5"),
    (None, None,
     'fields.floor.group: the group "premise" is not declared — did you mean "premises"?'),
    ('field = "rawFood", equals = true', 'field = "rawFod", equals = true',
     'fields.waterSource.when: compares the unknown field "rawFod" — did you mean "rawFood"?'),
    ('key = "sprinkler", zh', 'key = "smokeDetector", zh',
     'fields.smokeDetector: the key "smokeDetector" is declared more than once'),
    (None, None, 'items.C.fields: the field "sprinkler" is unknown'),
    ('code = "A4", zh = "公司章程", en = "Articles of association", copies = 2, fate = "submit"',
     'code = "A3", zh = "公司章程", en = "Articles of association", copies = 0, fate = "sumbit"',
     'items.A.materials.A3: the code "A3" is declared more than once'),
    (None, None, "items.A.materials.A3.copies: must be at least 1, not 0"),
    (None, None,
     'items.A.materials.A3.fate: "sumbit" is not a known fate — did you mean "submit"?'),
    ('fate = "duplicate", of = "A7" },\n  { code = "B8"',
     'fate = "duplicate", of = "A17" },\n  { code = "B8"',
     'items.B.materials.B7.of: the material "A17" is unknown — did you mean "A7"?'),
    ('statutory_days = 20\npromised_days = 5\nbasis = { zh = "《食品',
     'statutory_days = 20\npromised_days = 25\nbasis = { zh = "《食品',
     "items.B.promised_days: promises 25 days where the law allows 20"),
    ('parallel = ["B", "C"]', 'parallel = ["B", "A"]',
     "items.D.parallel: D and A are declared one after the other"),
    ('field = "diningSeats", at_least = 1', 'field = "exitCount", at_least = 1',
     'items.C.when: "exitCount" is not always asked and answered'),
    ('copies = 1, fate = "commitment", pledge = { zh = "本单位承诺：全体',
     'copies = 1, fate = "commitment", of = "E", pledge = { zh = "本单位承诺：全体',
     'items.C.materials.C7.of: the fate "commitment" has no "of"'),
    ('en = "Process chart", copies = 1, fate = "submit", later_days = 3',
     'en = "Process chart", copies = 1, fate = "form", later_days = 0',
     'items.B.materials.B9.later_days: the fate "form" leaves nothing to follow'),
    (None, None, "items.B.materials.B9.later_days: must be at least 1, not 0"),
    ('en = "Design of the sign", copies = 2, fate = "submit", later_days = 3',
     'en = "Design of the sign", copies = 2, fate = "submit", later_days = 9',
     "items.D.materials.D6.later_days:"
     " may follow within 9 days where D is decided within 5"),
    ('en = "Lease", copies = 2, fate = "submit" }',
     'en = "Lease", copies = 2, fate = "submit", later_days = 1, pledge = { zh = "承诺" } }',
     "items.A.materials.A7.later_days: cannot follow: it stands for D5 as well"),
    (None, None, "items.A.materials.A7.pledge.en: is missing"),
    (None, None, 'items.A.materials.A7.pledge: the fate "submit" is no pledge'),
    ('visits_before = 1\nstatutory_days = 2\n', 'visits_before = true\nstatutory_days = -2\n',
     "items.E.visits_before: must be an integer, not True"),
    (None, None, "items.E.statutory_days: must be at least 0, not -2"),
]  # fmt: skip

LIFT_MISTAKES: list[Mistake] = [
    ('agreement_area = "3/4"', 'agreement_area = "4/3"',
     'consent.2021_building.agreement_area: must be a share such as "2/3", not "4/3"'),
    ('scope = "estate", agreement_persons = "2/3"', 'scope = "state", agreement_persons = "2/3"',
     'consent.2016_estate.scope: "state" is no scope — did you mean "estate"?'),
    ('area_agreed = "buildingAreaAgreed"', 'area_agreed = "buildingOwners"',
     'vote.building: "buildingOwners" is of kind integer, not decimal'),
    ('taken_on = "voteDate"', 'taken_on = "votedOn"',
     'vote.taken_on: the field "votedOn" is unknown'),
    ('less_than = 2019-12-25 }] },\n  { key = "estateOwnersAgreed"',
     'lessthan = 2019-12-25 }] },\n  { key = "estateOwnersAgreed"',
     "fields.estateOwners.when.voteDate.field: needs exactly one comparison of: "
     "equals, in, not_in, at_most, at_least, more_than, less_than"),
    ('cross = ["L9"]', 'cross = ["L11"]',
     'items.L10.cross: the item "L11" is unknown — did you mean "L1"?'),
    (None, None, "items.L9.cross: L9 crosses L10, but L10 does not cross L9"),
    ('calendar_days = 10', 'calendar_days = 10\nafter_evnt = "x"',
     'items.L2.after_evnt: unknown key — did you mean "after_event"?'),
    ('code = "L5.2", zh = "实施计划批文", en = "Approved implementation plan", copies = 1, '
     'fate = "output", of = "L1"',
     'code = "L5.2", zh = "实施计划批文", en = "Approved implementation plan", copies = 1, '
     'fate = "output", of = "L3"',
     "items.L5.materials.L5.2.of: the result of L3 is not there yet: L3 does not come before L5"),
    ('fate = "duplicate", of = "L5.4"', 'fate = "duplicate", of = "L5.2"',
     'items.L6.materials.L6.4.of: "L5.2" is not submitted itself'),
]  # fmt: skip


def written(text: str, mistakes: list[Mistake]) -> str:
    for right, wrong, _ in mistakes:
        if right is not None and wrong is not None:
            assert right in text, right
            text = text.replace(right, wrong, 1)
    return text


def findings(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueInvalid) as caught:
        load(folder)
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("name", "text", "mistakes"),
    [
        ("open_restaurant.toml", RESTAURANT, RESTAURANT_MISTAKES),
        ("install_lift.toml", LIFT, LIFT_MISTAKES),
    ],
)
def test_every_mistake_is_told_at_once(
    tmp_path: Path, name: str, text: str, mistakes: list[Mistake]
) -> None:
    found = findings(tmp_path, name, written(text, mistakes))
    missed = [
        said for _, _, said in mistakes if not any(f"{name}:{said}" in line for line in found)
    ]
    assert missed == [], "\n".join(found)
    assert len(found) == len(set(found))


def test_one_mistake_makes_one_finding(tmp_path: Path) -> None:
    text = RESTAURANT.replace('group = "signboard", max_length', 'group = "sign", max_length', 1)
    assert findings(tmp_path, "open_restaurant.toml", text) == [
        'open_restaurant.toml:fields.signText.group: the group "sign" is not declared'
        ' — did you mean "signboard"?'
    ]


def test_cycle_is_told_with_its_names(tmp_path: Path) -> None:
    text = RESTAURANT.replace('service = "enterprise_registration"', "\\g", 1)
    text = text.replace("\\g", 'service = "enterprise_registration"\npre = ["E"]', 1)
    assert findings(tmp_path, "open_restaurant.toml", text) == [
        "open_restaurant.toml:items: the plan runs in a circle: A → B → E → A"
    ]


def test_wrong_types_everywhere_end_in_findings(tmp_path: Path) -> None:
    text = 'id = 7\nname = "x"\nitems = 3\nfields = [1]\nvariants = "no"\nvote = 1\nsources = {}\n'
    found = findings(tmp_path, "odd.toml", text)
    assert "odd.toml:id: must be a non-empty string, not 7" in found
    assert 'odd.toml:name: must be a table, not "x"' in found
    assert "odd.toml:items: must be an array of tables, not 3" in found
    assert "odd.toml:fields: must be an array of tables, not [1]" in found
    assert "odd.toml:vote: must be a table, not 1" in found
    assert "odd.toml:version: is missing" in found


def test_notice_stops_the_clock(tmp_path: Path) -> None:
    text = LIFT.replace("clock_stopped = true\nsuspending_event", "suspending_event", 1)
    assert findings(tmp_path, "install_lift.toml", text) == [
        "install_lift.toml:items.L2.calendar_days: "
        "a public notice stops the clock: clock_stopped = true and statutory_days = 0"
    ]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            "objection_made",
            '"objection_made" could never be settled: a suspending event ends in _raised',
        ),
        ("_raised", '"_raised" names nothing that is raised'),
    ],
)
def test_a_suspending_event_can_be_settled(tmp_path: Path, event: str, said: str) -> None:
    text = LIFT.replace('suspending_event = "objection_raised"', f'suspending_event = "{event}"')
    assert findings(tmp_path, "install_lift.toml", text) == [
        f"install_lift.toml:items.L2.suspending_event: {said}"
    ]


def test_a_supplement_has_at_least_a_day(tmp_path: Path) -> None:
    text = LIFT.replace("calendar_days = 10 ", "supplement_days = 0\ncalendar_days = 10 ", 1)
    [found] = findings(tmp_path, "install_lift.toml", text)
    assert found.startswith("install_lift.toml:items.L2.supplement_days: ")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else inside:
        yield from places(inner, (*path, key))


PLACES = {name: [*places(tomllib.loads(text))] for name, text in DOCUMENTS.items()}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, "", " ", "?", "A", "zh", True, 0, -1, 10**30, Decimal("NaN"), Decimal("0.5")),
        *([], [[]], {}, {"a": 1}, ["A", "A"], ["?"], [1], [{}]),
        *(date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)),
    ]
)


@given(name=st.sampled_from([*DOCUMENTS]), data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_reading_ends_in_findings(name: str, data: st.DataObject) -> None:
    document = tomllib.loads(DOCUMENTS[name], parse_float=Decimal)
    for path in data.draw(st.lists(st.sampled_from(PLACES[name]), min_size=1, max_size=4)):
        inner: Any = document
        try:
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = data.draw(ODD)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    thing, found = read_data(document, name)
    assert all(finding.sentence and finding.key for finding in found)
    if not found:
        plan(thing)
