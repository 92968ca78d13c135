"""Whose personal data a draft is filled with, and for whom one may apply."""

from dataclasses import replace

from gateway.cases.prefill import Found, prefilled
from gateway.cases.visibility import owns_enterprise
from schema.catalogue import load
from schema.domain.answers import check
from schema.domain.form import form
from schema.domain.problem import ProblemCode
from schema.domain.reading import Reading
from schema.graph.ports import Viewer

USCC, OTHER = "91310104MA188WXJ2E", "91310105MA1MLAM003"
OWNER = Viewer(subject=f"enterprise:{USCC}", roles=frozenset({"enterprise"}), claims={"uscc": USCC})
PERSON = Reading(value={"person_ref": "P", "id_number": "310101197404133341", "name": "沈若梅"})
LICENCE = Reading(value={"enterprise_name": "小满", "legal_rep_name": "沈若梅"})


def test_id_number_of_another_enterprise_is_never_filled_in() -> None:
    one_thing = load().find("open_restaurant")
    assert one_thing is not None
    found = Found(readings={"person": PERSON, "licence": LICENCE})

    own = {p.key: p for p in prefilled(one_thing, OWNER.claims, found, own=True)}
    others = {p.key: p for p in prefilled(one_thing, OWNER.claims, found, own=False)}

    assert own["legalRepIdNo"].value == "310101197404133341"
    assert others["legalRepIdNo"].value is None
    problem = others["legalRepIdNo"].problem
    assert problem is not None
    assert problem.code is ProblemCode.NOT_ALLOWED_OR_ABSENT
    assert others["enterpriseName"].value == "小满"


def test_enterprise_is_owned_by_its_login_and_by_its_agent_only() -> None:
    citizen = Viewer(subject="person:1", roles=frozenset({"citizen"}))
    agent = replace(OWNER, subject="person:2", acting_for=OWNER.subject, roles=frozenset({"agent"}))

    assert owns_enterprise(OWNER, {"uscc": USCC})
    assert owns_enterprise(agent, {"uscc": USCC})
    assert not owns_enterprise(OWNER, {"uscc": OTHER})
    assert not owns_enterprise(citizen, {"uscc": USCC})
    assert not owns_enterprise(citizen, {})


def test_control_characters_are_refused_where_they_are_written() -> None:
    one_thing = load().find("open_restaurant")
    assert one_thing is not None
    whole = form(one_thing)

    problems = {
        p.path: p.code for p in check(whole, {"signText": "店\x0b招", "shopName": "小\n满"})
    }

    assert problems[("signText",)] is ProblemCode.BAD_FORMAT
    assert ("shopName",) not in problems
