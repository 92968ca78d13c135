"""Registers become types by themselves; values carry their frame; personal data is masked."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLObjectType

from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Provenance, Reading
from schema.domain.text import Text
from schema.graph.build import build_schema, core
from schema.graph.masking import masked
from schema.graph.ports import Viewer

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LICENCE = {
    "uscc": "U1",
    "enterprise_name": "小满餐饮",
    "registered_capital": Decimal("1000000.10"),
    "establish_date": date(2020, 2, 29),
    "legal_rep_name": "沈若梅",
    "legal_rep_ref": "P1",
    "premises_cert_no": None,
}


def known(value: Any, *, stale: bool = False, problem: Problem | None = None) -> Reading:
    origin = Provenance(department="market", source="business_licence", as_of=AT, stale=stale)
    return Reading(value=value, provenance=origin, problem=problem)


async def test_a_register_is_read_by_its_key_with_provenance(desk: Any) -> None:
    desk.reads.records = {("market", "business_licence", "uscc", "U1"): known(LICENCE)}

    data = await desk.run(
        """{ businessLicence(uscc: "U1") {
             value { enterpriseName registeredCapital establishDate legalRepName }
             provenance { department departmentName { zh local } source asOf stale }
             problem { code } } }"""
    )

    assert data["businessLicence"] == {
        "value": {
            "enterpriseName": "小满餐饮",
            "registeredCapital": "1000000.10",
            "establishDate": "2020-02-29",
            "legalRepName": "沈若梅",
        },
        "provenance": {
            "department": "market",
            "departmentName": {"zh": "market局", "local": "the market office"},
            "source": "business_licence",
            "asOf": "2026-11-23T04:00:00+00:00",
            "stale": False,
        },
        "problem": None,
    }


async def test_links_lead_to_other_departments(desk: Any) -> None:
    person = {"person_ref": "P1", "id_number": "310104198001011234", "name": "沈若梅"}
    desk.reads.records = {
        ("market", "business_licence", "uscc", "U1"): known(LICENCE),
        ("police", "person", "person_ref", "P1"): known(person),
    }

    data = await desk.run(
        '{ businessLicence(uscc: "U1") { value {'
        " legalRep { value { idNumber name } } premises { value { area } problem { code } } } } }"
    )

    assert data["businessLicence"]["value"] == {
        "legalRep": {"value": {"idNumber": "3101**********1234", "name": "沈**"}},
        "premises": {"value": None, "problem": None},
    }
    assert desk.reads.asked == [
        ("market", "business_licence", "uscc", "U1"),
        ("police", "person", "person_ref", "P1"),
    ]


async def test_a_person_sees_their_own_data_in_full(desk: Any) -> None:
    desk.viewer = Viewer(subject="person:P1", roles=frozenset({"citizen"}))
    person = {"person_ref": "P1", "id_number": "310104198001011234", "name": "沈若梅"}
    desk.reads.records = {("police", "person", "person_ref", "P1"): known(person)}

    data = await desk.run('{ person(personRef: "P1") { value { idNumber name } } }')

    assert data["person"]["value"] == {"idNumber": "310104198001011234", "name": "沈若梅"}


async def test_another_enterprise_sees_a_masked_name(desk: Any) -> None:
    desk.viewer = Viewer(subject="enterprise:U2", roles=frozenset(), claims={"uscc": "U2"})
    desk.reads.records = {("market", "business_licence", "uscc", "U1"): known(LICENCE)}

    data = await desk.run('{ businessLicence(uscc: "U1") { value { legalRepName } } }')

    assert data["businessLicence"]["value"] == {"legalRepName": "沈**"}


async def test_a_department_that_is_down_is_data_with_its_last_value(desk: Any) -> None:
    problem = Problem(
        code=ProblemCode.DEPARTMENT_TIMEOUT, text=Text(zh="未答复", en="no answer"), retry_at=AT
    )
    desk.reads.records = {
        ("market", "business_licence", "uscc", "U1"): known(LICENCE, stale=True, problem=problem)
    }

    data = await desk.run(
        '{ businessLicence(uscc: "U1") { value { uscc } provenance { stale asOf }'
        " problem { code message text { zh } retryAt path } } }"
    )

    assert data["businessLicence"] == {
        "value": {"uscc": "U1"},
        "provenance": {"stale": True, "asOf": "2026-11-23T04:00:00+00:00"},
        "problem": {
            "code": "DEPARTMENT_TIMEOUT",
            "message": "no answer",
            "text": {"zh": "未答复"},
            "retryAt": "2026-11-23T04:00:00+00:00",
            "path": [],
        },
    }


async def test_a_second_lookup_has_its_own_field_and_a_list_lookup_gives_values(desk: Any) -> None:
    desk.reads.records = {
        ("housing", "property", "address", "here"): known(
            {"cert_no": "C", "area": Decimal("186.5")}
        ),
        ("health", "health_certificate", "uscc", "U1"): known([{"number": "1", "uscc": "U1"}]),
    }

    data = await desk.run(
        '{ propertyByAddress(address: "here") { value { certNo area floorCount } }'
        ' healthCertificateByUscc(uscc: "U1") { values { number } } }'
    )

    assert data == {
        "propertyByAddress": {"value": {"certNo": "C", "area": "186.5", "floorCount": None}},
        "healthCertificateByUscc": {"values": [{"number": "1"}]},
    }


def test_nullability_follows_required(schema: Any) -> None:
    licence = core(schema).type_map["BusinessLicence"]
    assert isinstance(licence, GraphQLObjectType)
    types = {name: str(field.type) for name, field in licence.fields.items()}

    assert types["registeredCapital"] == "Decimal!"
    assert types["premisesCertNo"] == "String"
    assert types["legalRep"] == "PersonReading!"
    assert "nowhere" not in types


def test_two_schemas_live_in_one_process(department_infos: Any) -> None:
    small = build_schema(department_infos[:1])

    assert "businessLicence" in small.as_str()
    assert "legalRep:" not in small.as_str()
    assert build_schema([]).as_str() != small.as_str()


def test_registers_of_one_name_are_refused(department_infos: Any) -> None:
    market = department_infos[0]
    again = replace(
        department_infos[2], registers=(replace(market.registers[0], department="housing"),)
    )

    with pytest.raises(ValueError, match=r"housing\.business_licence has the name of market\."):
        build_schema([market, again])


def test_a_register_named_like_a_type_of_the_graph_is_refused(department_infos: Any) -> None:
    market = department_infos[0]
    clash = replace(market, registers=(replace(market.registers[0], id="case", links=()),))

    with pytest.raises(ValueError, match="case"):
        build_schema([clash])


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("id_number", "310104198001011234", "3101**********1234"),
        ("phone", "13812345678", "138****5678"),
        ("name", "张三丰", "张**"),
        ("name", "", ""),
        ("address", "somewhere", "*********"),
        ("phone", None, None),
    ],
)
def test_masks(kind: str, value: str | None, shown: str | None) -> None:
    assert masked(kind, value) == shown
