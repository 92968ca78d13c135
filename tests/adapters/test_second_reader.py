"""The second reader: from the gathered files alone it reads what we read, or says what differs."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from adapters.conformance.second_reading import difference, read_alike
from adapters.conformance.subject import Subject
from adapters.conformance.tiers import State
from adapters.documents import BadContract, Documents
from adapters.soap.dialect import load_contract
from adapters.soap.envelope import SOAP11, SOAP12
from adapters.soap.second_reader import CannotTell, Disagrees, SecondOperation, SecondReader, ours
from adapters.soap.xml import Element
from tests.adapters.conformance.bad.departments import BAD
from tests.adapters.conformance.bad.model import Change, copied, edited
from tests.adapters.conftest import CONTRACTS
from tests.adapters.examples import subject_of
from tests.adapters.loading.cases import DOCUMENTS
from tests.adapters.loading.test_foreign_contracts import WSDLS, found
from tests.adapters.loading.test_hostile_documents import run

PERMITS = CONTRACTS / "permits/contract/permits.wsdl"
PLAN = "contract/plan-case.wsdl"
FORMS = ("soap_12", "soap_groups", "soap_header_parts", "soap_rpc_literal", "soap_recursion")
OWN = [PERMITS, *(DOCUMENTS / form / "contract/land.wsdl" for form in FORMS)]


def operation(name: str, entry: Path = PERMITS) -> SecondOperation:
    return SecondReader(Documents(entry.parent), entry).operation("Permits", "P", name)


def request(inside: str, space: str = SOAP11, tag: str = "File") -> Element:
    return etree.fromstring(
        f'<s:Envelope xmlns:s="{space}"><s:Body><{tag} xmlns="urn:permits">{inside}</{tag}>'
        "</s:Body></s:Envelope>"
    )


def read_by_both(folder: Path, entry: Path) -> tuple[int, int]:
    """How many operations both describe alike, and of how many zeep cannot tell."""
    contract, alike, untold = load_contract(Documents(folder), entry), 0, 0
    second = SecondReader(Documents(folder), entry)
    for service, ports in contract.wsdl.services().items():
        for name in ports:
            port = contract.wsdl.port(service, name)
            for own in port.operations.values():
                try:
                    its = second.operation(service, name, own.name).described
                except CannotTell:
                    untold += 1
                    continue
                assert its == ours(port, own)
                alike += 1
    return alike, untold


@pytest.mark.parametrize("entry", OWN, ids=lambda path: path.parents[1].name)
def test_both_describe_the_operations_alike(entry: Path) -> None:
    alike, untold = read_by_both(entry.parent, entry.resolve())
    assert alike > 0
    assert untold == 0


def test_both_follow_imports_within_the_folder() -> None:
    folder = DOCUMENTS / "soap_imports/contract"
    assert read_by_both(folder, (folder / "service/land.wsdl").resolve()) == (1, 0)


@pytest.mark.parametrize("place", WSDLS)
def test_both_describe_foreign_contracts_alike(place: str) -> None:
    folder, entry = found(place)
    alike, untold = read_by_both(folder, entry)
    assert alike >= WSDLS[place]
    assert untold == 0


# what it cannot tell


def test_a_one_way_operation_is_left_to_us(tmp_path: Path) -> None:
    entry = tmp_path / "permits.wsdl"
    output = '<wsdl:output message="tns:FileOut"/>'
    bound = (
        '<soap:operation soapAction="urn:File"/><wsdl:input><soap:body use="literal"/>'
        '</wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>'
    )
    text = PERMITS.read_text("utf-8")
    assert output in text
    assert bound in text
    text = text.replace(output, "").replace(bound, bound.partition("<wsdl:output>")[0])
    entry.write_text(text, "utf-8")
    with pytest.raises(CannotTell, match=r"File: .*one-way"):
        operation("File", entry)
    assert operation("Read", entry).described.action == "urn:Read"


@pytest.mark.parametrize("form", ["soap_redefine", "soap_other_ports"])
def test_a_form_zeep_does_not_know_is_told_with_its_reason(form: str) -> None:
    entry = DOCUMENTS / form / "contract/land.wsdl"
    load_contract(Documents(entry.parent), entry.resolve())
    with pytest.raises(CannotTell, match="ValueError: No "):
        SecondReader(Documents(entry.parent), entry.resolve())


def test_parts_that_are_chosen_are_left_to_us() -> None:
    entry = DOCUMENTS / "soap_chosen_parts/contract/land.wsdl"
    assert read_by_both(entry.parent, entry.resolve()) == (0, 1)


# nothing else is touched


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def imported(folder: Path, location: str, head: str = "") -> Path:
    """A WSDL whose schema imports from this location."""
    folder.mkdir(parents=True)
    link = f'<xs:import namespace="urn:x" schemaLocation="{location}"/>'
    text = PERMITS.read_text("utf-8")
    start = text.index(">", text.index("<xs:schema ")) + 1
    text = text[:start] + link + text[start:]
    entry = folder / "permits.wsdl"
    entry.write_text(text.replace("<wsdl:definitions", f"{head}<wsdl:definitions", 1), "utf-8")
    return entry


def test_nothing_is_opened_or_fetched_beyond_the_contract(
    tmp_path: Path, listener: socket.socket
) -> None:
    remote = f"http://127.0.0.1:{listener.getsockname()[1]}/x.xsd"
    outside = tmp_path / "outside.xsd"
    outside.write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>', "utf-8")
    dtd = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    asked = {
        "remote": imported(tmp_path / "a/contract", remote),
        "outside": imported(tmp_path / "b/contract", "../../outside.xsd"),
        "absolute": imported(tmp_path / "c/contract", outside.as_uri()),
        "dtd": imported(tmp_path / "d/contract", "x.xsd", head=dtd),
        "good": PERMITS,
    }
    told = run([[name, "second", str(entry)] for name, entry in asked.items()], tmp_path)
    assert {name: one["tried"] for name, one in told.items()} == {name: [] for name in asked}
    assert {name for name, one in told.items() if not one["error"]} == {"good"}
    assert all(one["error"].startswith("CannotTell: ") for n, one in told.items() if n != "good")
    with pytest.raises(BlockingIOError):
        listener.accept()


# messages

WHOLE = (
    '<Ref>r</Ref><Shop>小满 &amp; Co</Shop><Area unit="m2">186.50</Area>'
    "<Opening>2026-12-01</Opening>"
)


def tree(node: Element) -> object:
    return node.tag, dict(node.attrib), node.text, [tree(child) for child in node]


def test_a_request_in_the_contracts_order_is_written_alike() -> None:
    file = operation("File")
    body = file.body(request(WHOLE))
    assert body is not None
    assert tree(file.request.retold(body)) == tree(body)


@pytest.mark.parametrize(
    "inside",
    [
        "<Shop>s</Shop><Ref>r</Ref>",
        "<Shop>s</Shop>",
        "<Ref>r</Ref><Shop>s</Shop><Colour>red</Colour>",
        '<Ref xmlns="urn:other">r</Ref><Shop>s</Shop>',
    ],
)
def test_a_request_against_the_contract_is_refused(inside: str) -> None:
    file = operation("File")
    body = file.body(request(inside))
    assert body is not None
    with pytest.raises(Disagrees):
        file.request.retold(body)


def test_an_empty_text_tells_nothing() -> None:
    file = operation("File")
    body = file.body(request("<Ref></Ref><Shop>s</Shop>"))
    assert body is not None
    with pytest.raises(CannotTell, match="empty"):
        file.request.retold(body)


def test_an_envelope_of_another_version_is_refused() -> None:
    with pytest.raises(Disagrees, match="not of http://schemas"):
        operation("File").body(request(WHOLE, SOAP12))


def test_a_fault_is_read_by_its_code() -> None:
    fault = etree.fromstring(
        f'<s:Envelope xmlns:s="{SOAP11}"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
        "<faultstring>busy</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    assert operation("File").fault(fault) == "s:Server"
    with pytest.raises(Disagrees, match="no code"):
        operation("File").fault(etree.fromstring(etree.tostring(fault).replace(b"s:Server", b"")))


# the check


async def examined(tmp_path: Path, change: Change) -> tuple[State, str]:
    good = subject_of("planning")
    folder = copied("planning", tmp_path, change)
    result = await read_alike(Subject(folder=folder, credentials=good.credentials))
    return result.state, result.evidence


async def test_a_message_described_twice_is_told_with_both_meanings(tmp_path: Path) -> None:
    state, evidence = await examined(tmp_path, BAD["second_reader"].change)
    assert state is State.FAILED
    assert evidence.startswith("GetParcel: request is to us ('{")
    assert "GetParcel'" in evidence.partition("to zeep")[0]
    assert "QueryCase'" in evidence.partition("to zeep")[2]


async def test_a_recorded_reply_of_other_elements_is_noticed(tmp_path: Path) -> None:
    def other(folder: Path) -> None:
        path = folder / "examples/read-parcel-parcel_no-found.json"
        whole = json.loads(path.read_text("utf-8"))
        reply = whole["exchanges"][0]["reply"]
        reply["body"] = reply["body"].replace("PlanUnit", "PlannedUnit")
        path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")

    state, evidence = await examined(tmp_path, other)
    assert state is State.FAILED
    assert "read-parcel-parcel_no-found.json, the reply: zeep refuses it" in evidence


def with_attributes(told: str) -> Change:
    """A parcel with three more attributes, as its record in an example writes them."""
    declared = "".join(
        f'<xs:attribute name="{name}" type="xs:{kind}"/>'
        for name, kind in (("smart", "boolean"), ("share", "decimal"), ("told", "dateTime"))
    )

    def change(folder: Path) -> None:
        files = [
            p for p in (folder / "contract").iterdir() if 'name="asOf"' in p.read_text("utf-8")
        ]
        for path in files:
            whole = path.read_text("utf-8")
            start = whole.index('<xs:attribute name="asOf"')
            edited(f"contract/{path.name}", (whole[start:][:24], declared + whole[start:][:24]))(
                folder
            )
        path = folder / "examples/read-parcel-parcel_no-found.json"
        text = path.read_text("utf-8")
        assert "<ns0:Parcel asOf=" in text
        path.write_text(text.replace("<ns0:Parcel ", "<ns0:Parcel " + told), "utf-8")

    return change


async def test_attributes_that_tell_the_same_value_are_read_alike(tmp_path: Path) -> None:
    told = r"smart=\"0\" share=\"1.50\" told=\"2026-03-02T01:00:00.000Z\" "
    assert (await examined(tmp_path, with_attributes(told)))[0] is State.PASSED


@pytest.mark.parametrize(
    ("mine", "its", "said"),
    [
        ('smart="0"', 'smart="false"', None),
        ('n="1.50"', 'n="1.5"', None),
        ('smart="0"', 'smart="true"', "Meter: attribute smart is '0' to us, 'true' to zeep"),
        ('smart="0"', "", "Meter: attribute smart is '0' to us, absent to zeep"),
        ("", 'n="1"', "Meter: attribute n is absent to us, '1' to zeep"),
    ],
)
def test_an_attribute_that_differs_is_named_with_both_readings(
    mine: str, its: str, said: str | None
) -> None:
    own, other = (etree.fromstring(f"<Meter {told}>1</Meter>") for told in (mine, its))
    assert difference(own, other, "Meter") == said


async def test_a_contract_zeep_cannot_read_is_not_applicable(tmp_path: Path) -> None:
    other = (
        '<wsdl:binding name="Http" type="tns:PlanCasePort">'
        '<http:binding xmlns:http="http://schemas.xmlsoap.org/wsdl/http/" verb="GET"/>'
        "</wsdl:binding><wsdl:service "
    )
    port = '<wsdl:port name="Http" binding="tns:Http"/></wsdl:service>'
    change = edited(PLAN, ("<wsdl:service ", other), ("</wsdl:service>", port))
    state, evidence = await examined(tmp_path, change)
    assert state is State.NOT_APPLICABLE
    assert evidence.startswith("zeep cannot read the contract: ValueError: No `http:address`")


async def test_a_department_without_a_wsdl_is_not_applicable() -> None:
    assert (await read_alike(subject_of("fire"))).state is State.NOT_APPLICABLE


def test_a_contract_outside_its_folder_is_no_reading() -> None:
    with pytest.raises((BadContract, CannotTell)):
        SecondReader(Documents(PERMITS.parent), PERMITS.parent / "none.wsdl")
