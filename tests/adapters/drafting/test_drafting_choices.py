"""What a request leaves open is asked, not passed over; and whose data a field is, is guessed."""

import tomllib
from pathlib import Path

import pytest

from adapters.drafting.draft import Drafted, draft_department
from tests.adapters.drafting.posted import (
    TEXT,
    drafted,
    manifest,
    member,
    one_of,
    questions,
    texts,
)
from tests.adapters.drafting.test_drafting_any import wsdl

RECORD = texts("no", "area")
CHOICE = """<xs:complexType><xs:sequence><xs:element name="No" type="xs:string"/><xs:choice>
<xs:element name="Since" type="xs:string"/><xs:element name="Until" type="xs:string"/>
</xs:choice></xs:sequence></xs:complexType>"""
BY_EITHER = """<xs:complexType><xs:choice><xs:element name="Name" type="xs:string"/>
<xs:element name="CertNo" type="xs:string"/></xs:choice></xs:complexType>"""
NILLABLE = """<xs:complexType><xs:sequence><xs:element name="No" type="xs:string"/>
<xs:element name="On" type="xs:date" nillable="true"/>
<xs:element name="Many" type="xs:int" nillable="true"/>
<xs:element name="All" type="xs:boolean" nillable="true"/>
<xs:element name="At" type="xs:dateTime" nillable="true"/>
<xs:element name="Sum" type="xs:decimal" nillable="true"/></xs:sequence></xs:complexType>"""
GIVEN = """<xs:complexType><xs:sequence><xs:element name="No" type="xs:string"/>
<xs:element name="Area" type="xs:decimal"/></xs:sequence></xs:complexType>"""


def soap(request: str, folder: Path) -> Drafted:
    entry = folder / "any.wsdl"
    entry.write_text(wsdl("GetTitle", request, GIVEN), encoding="utf-8")
    return draft_department("town", entry, folder / "out")


def test_a_choice_beside_the_key_is_a_decision_and_the_register_stays(tmp_path: Path) -> None:
    made = soap(CHOICE, tmp_path)
    lookup = "registers.town_title.lookups.no.request"

    assert [register.key for register in made.registers] == ["no"]
    assert questions(made, lookup) == ["which is sent: Since or Until; the contract takes one"]
    assert questions(made, f"{lookup}.Since") == ["what to send as Since"]


@pytest.mark.parametrize("protocol", ["soap", "rest"])
def test_what_is_asked_by_one_of_several_is_asked_by_what_identifies(
    protocol: str, tmp_path: Path
) -> None:
    if protocol == "soap":
        made = soap(BY_EITHER, tmp_path)
        where = "registers.town_title.lookups.cert_no.request"
        said = "which is sent: Name or CertNo"
    else:
        made = drafted(tmp_path, {"getTitle": (one_of("name", "certNo"), RECORD)})
        where = "registers.town_title.lookups.cert_no.request.body"
        said = "which is sent in body: name or certNo"

    assert [register.key for register in made.registers] == ["cert_no"]
    assert questions(made, where) == [f"{said}; the contract takes one"]
    assert (made.findings, made.dropped) == ((), ())


def test_nil_can_be_sent_for_every_kind_and_is_asked_about(tmp_path: Path) -> None:
    made = soap(NILLABLE, tmp_path)

    assert questions(made, "registers.town_title.lookups.no.request") == [
        "whether nothing (nil) is sent as On, Many, All, At, Sum"
    ]
    assert (made.findings, made.dropped) == ((), ())


def test_the_one_value_that_may_be_nil_is_the_key(tmp_path: Path) -> None:
    request = member(account={"type": ["string", "null"]}, page={"type": "integer"})
    made = drafted(tmp_path, {"getTitle": (request, RECORD)})

    assert [register.key for register in made.registers] == ["account"]


def test_a_look_up_that_cannot_be_said_is_told_with_why(tmp_path: Path) -> None:
    made = drafted(tmp_path, {"getTitle": (texts("certNo"), texts("a|b", "c d"))})
    [(_, guess)] = made.guessed

    assert made.registers == ()
    assert guess.reason.endswith(
        "not drafted: its reply has no value besides the key that the mapping language can say"
    )


@pytest.mark.parametrize(
    ("name", "personal"),
    [
        ("ownerName", "name"),
        ("xm", "name"),
        ("given_name", "name"),
        ("voornamen", "name"),
        ("idCardNo", "id_number"),
        ("sfzh", "id_number"),
        ("Burgerservicenr", "id_number"),
        ("contactPhone", "phone"),
        ("lxdh", "phone"),
        ("projectName", None),
        ("certNo", None),
        ("hotel", None),
    ],
)
def test_whose_data_a_field_is_is_guessed_by_its_name(
    name: str, personal: str | None, tmp_path: Path
) -> None:
    made = drafted(tmp_path, {"getTitle": (texts("no"), member(no=TEXT, **{name: TEXT}))})
    fields = list(tomllib.loads(manifest(made))["registers"]["town_title"]["fields"].values())

    assert fields[-1].get("personal") == personal
    assert ("guessed personal by its name" in manifest(made)) is (personal is not None)


def test_whose_data_a_field_is_is_guessed_by_its_title(tmp_path: Path) -> None:
    owner = {"type": "string", "title": "权利人姓名"}
    number = {"type": "integer", "title": "联系电话"}
    made = drafted(tmp_path, {"getTitle": (texts("no"), member(no=TEXT, f1=owner, f2=number))})
    text = manifest(made)

    assert 'personal = "name" }  # guessed personal by its name' in text
    assert '# guessed personal by its name; then kind = "text", personal = "phone"' in text
    assert made.findings == ()
