"""The police's identity service as a client meets it."""

from typing import Any

import pytest
from lxml import etree

from mocks.core.city import DEMO

ASK = (
    '<?xml version="1.0" encoding="UTF-8"?><ROWS><INFO><SBM>onething</SBM></INFO>'
    "<ROW><GMSFHM>公民身份号码</GMSFHM><XM>姓名</XM></ROW>{rows}</ROWS>"
)
ROW = '<ROW FSD="310104" YWLX="企业开办"><GMSFHM>{0}</GMSFHM><XM>{1}</XM></ROW>'
PERSONS = (
    "<ROWS><INFO><SBM>onething</SBM></INFO><ROW><RYBH>人员编号</RYBH></ROW>"
    "<ROW><RYBH>{0}</RYBH></ROW><ROW><RYBH>RY000000000X</RYBH></ROW></ROWS>"
)
LICENCE = "police-demo-licence"


@pytest.fixture
def police(department: Any, transport: Any) -> Any:
    running = department("police")
    service = running.client(transport=transport)

    def ask(operation: str, conditions: str, licence: str = LICENCE) -> Any:
        answer = service[operation](inLicense=licence, inConditions=conditions)
        root = etree.fromstring(answer.encode())
        kind = "check" if operation == "nciicCheck" else "person"
        file = running.kit.contract_dir / f"inner-{kind}-response.xsd"
        etree.XMLSchema(etree.parse(file)).assertValid(root)
        return root

    ask.running = running  # type: ignore[attr-defined]  # the tests of bad days need it
    return ask


def results(root: Any) -> list[str]:
    return [e.text for e in root.iter("result_gmsfhm", "result_xm", "errormesage", "ErrorCode")]


def check(police: Any, *people: tuple[str, str]) -> list[str]:
    rows = "".join(ROW.format(*person) for person in people)
    return results(police("nciicCheck", ASK.format(rows=rows)))


def test_a_number_and_its_name_agree(police: Any) -> None:
    answer = check(police, (DEMO["legal_rep_id_number"], "沈若梅"))
    assert answer == ["一致", "一致"]


def test_another_name_is_a_conclusion_and_no_error(police: Any) -> None:
    answer = check(police, (DEMO["legal_rep_id_number"], "沈若兰"))
    assert answer == ["一致", "不一致"]


def test_an_unknown_number_is_said_not_to_be_there(police: Any) -> None:
    unknown = "110101199003078451"
    assert check(police, (unknown, "某人")) == ["库中无此号，请到户籍所在地进行核实！"]


def test_several_people_are_checked_at_once(police: Any) -> None:
    people = [
        (DEMO["legal_rep_id_number"], "沈若梅"),
        (DEMO["agent_id_number"], "别名"),
    ]
    assert check(police, *people) == ["一致", "一致", "一致", "不一致"]


def test_persons_are_found_by_reference_and_unknown_ones_named(police: Any) -> None:
    root = police("nciicQueryPerson", PERSONS.format(DEMO["person_ref"]))
    assert root.findtext("ROW/OUTPUT/xm") == "沈若梅"
    assert root.findtext("ROW/OUTPUT/gmsfhm") == DEMO["legal_rep_id_number"]
    assert results(root) == ["库中无此人"]


@pytest.mark.parametrize(
    ("conditions", "licence", "code"),
    [
        (ASK.format(rows=ROW.format("1", "2")), "someone-else", "-80"),
        ("not xml", LICENCE, "-10"),
        (ASK.format(rows=""), LICENCE, "-10"),
        (ASK.format(rows=ROW.format("1", "2")).replace("姓名", "名字"), LICENCE, "-10"),
        ("<!DOCTYPE ROWS [<!ENTITY x 'y'>]><ROWS/>", LICENCE, "-10"),
    ],
)
def test_what_is_wrong_comes_back_as_an_error_document(
    police: Any, conditions: str, licence: str, code: str
) -> None:
    root = police("nciicCheck", conditions, licence)
    assert root.tag == "RESPONSE"
    assert root.get("errorcode") == code


def test_a_busy_service_answers_with_an_error_document(police: Any) -> None:
    police.running.spoil(operation="nciicCheck", kind="busy")
    assert check(police, ("1", "2")) == ["-91"]
    assert results(police("nciicQueryPerson", PERSONS.format("RY1"))) == ["库中无此人"] * 2
