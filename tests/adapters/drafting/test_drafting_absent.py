"""What a WSDL refers to and nobody has leaves out who needs it, and refuses only what is all."""

import tomllib
from pathlib import Path

import pytest

from adapters.documents import BadContract, Documents, remembered
from adapters.drafting.draft import Drafted, draft_department
from adapters.drafting.files import Refused
from adapters.soap.dialect import load_contract
from tests.adapters.drafting.posted import manifest, questions

PLACES = ["gone.xsd", "https://standards.example/gone.xsd"]
TYPE = "<xs:complexType{0}><xs:sequence>{1}</xs:sequence></xs:complexType>"
ELEMENT = '<xs:element name="{0}">' + TYPE.format("", "{1}") + "</xs:element>"
NO = '<xs:element name="No" type="xs:string"/>'
KNOWN = NO + '<xs:element name="Area" type="xs:decimal"/>'
LOST = NO + '<xs:element ref="g:Person"/>'
THROUGH = '<xs:element name="No" type="t:Far"/>'
FAR = TYPE.format(' name="Far"', '<xs:element name="x" type="g:Gone"/>')
LINK = '<xs:{0} {1}schemaLocation="{2}"/>'


def operation(name: str) -> tuple[str, str, str]:
    """Its messages, its place in the port type, its binding."""
    messages = "".join(
        f'<w:message name="{name}{way}"><w:part name="p" element="t:{name}{way}"/></w:message>'
        for way in ("Ask", "Answer")
    )
    abstract = (
        f'<w:operation name="{name}"><w:input message="t:{name}Ask"/>'
        f'<w:output message="t:{name}Answer"/></w:operation>'
    )
    body = '<s:body use="literal"/>'
    bound = (
        f'<w:operation name="{name}"><s:operation soapAction=""/><w:input>{body}</w:input>'
        f"<w:output>{body}</w:output></w:operation>"
    )
    return messages, abstract, bound


def contract(link: str, **replies: str) -> str:
    """A WSDL whose operations are asked by No and give these; `link` stands in its schema."""
    elements = "".join(
        ELEMENT.format(f"{name}Ask", NO) + ELEMENT.format(f"{name}Answer", reply)
        for name, reply in replies.items()
    )
    messages, abstract, bound = map("".join, zip(*map(operation, replies), strict=True))
    return f"""<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t"
 xmlns:g="urn:g" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t"><w:types>
<xs:schema targetNamespace="urn:t" elementFormDefault="qualified">{link}{elements}{FAR}
</xs:schema></w:types>{messages}<w:portType name="P">{abstract}</w:portType>
<w:binding name="B" type="t:P"><s:binding style="document"
 transport="http://schemas.xmlsoap.org/soap/http"/>{bound}</w:binding><w:service name="S">
<w:port name="P" binding="t:B"><s:address location="http://town.example/a"/></w:port>
</w:service></w:definitions>"""


def drafted(folder: Path, link: str, **replies: str) -> Drafted:
    entry = folder / "town.wsdl"
    entry.write_text(contract(link, **replies), encoding="utf-8")
    return draft_department("town", entry, folder / "out")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("lost", [LOST, THROUGH])
@pytest.mark.parametrize("kind", ["import", "include", "redefine"])
def test_only_what_needs_the_missing_schema_is_left_out(
    kind: str, lost: str, place: str, tmp_path: Path
) -> None:
    space = 'namespace="urn:g" ' if kind == "import" else ""
    made = drafted(tmp_path, LINK.format(kind, space, place), GetParcel=KNOWN, GetOwner=lost)
    trouble = {o.name: o.trouble for o in made.contract.operations}

    assert trouble["GetParcel"] == ""
    assert f"which nothing defines without what is absent: {place}" in trouble["GetOwner"]
    assert [register.operation.name for register in made.registers] == ["GetParcel"]
    assert tomllib.loads(manifest(made))["contract"]["absent"] == [place]
    assert questions(made, "contract.absent")[0].endswith("Without it there is no GetOwner")
    assert made.findings == ()


@pytest.mark.parametrize("place", PLACES)
def test_a_contract_of_which_nothing_is_left_is_refused_with_how_to_mend_it(
    place: str, tmp_path: Path
) -> None:
    link = LINK.format("import", 'namespace="urn:g" ', place)

    with pytest.raises(Refused, match="refers to") as no:
        drafted(tmp_path, link, GetOwner=LOST)

    assert no.value.remedy.startswith("vendor it: ")
    assert not (tmp_path / "out").exists()


def test_a_missing_wsdl_without_which_there_is_no_service_is_named(tmp_path: Path) -> None:
    text = contract("", GetParcel=KNOWN)
    start, end = text.index("<w:portType"), text.index("<w:binding")
    moved = text[:start] + text[end:]
    entry = tmp_path / "town.wsdl"
    whole = moved.replace("<w:types>", '<w:import namespace="urn:t" location="p.wsdl"/><w:types>')
    entry.write_text(whole, encoding="utf-8")

    with pytest.raises(Refused, match=r"refers to p\.wsdl, which is not there"):
        draft_department("town", entry, tmp_path / "out")


def test_what_nobody_declared_absent_refuses_the_contract_as_before(tmp_path: Path) -> None:
    entry = tmp_path / "town.wsdl"
    link = LINK.format("import", 'namespace="urn:g" ', "gone.xsd")
    entry.write_text(contract(link, GetParcel=KNOWN), encoding="utf-8")

    known = remembered(Documents(tmp_path, absent=frozenset({"gone.xsd"})), entry, load_contract)
    assert known.shapes.element("{urn:t}GetParcelAnswer") is not None
    with pytest.raises(BadContract, match="which is not there"):
        remembered(Documents(tmp_path), entry, load_contract)
