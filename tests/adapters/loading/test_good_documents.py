"""Contracts in many forms: each loads offline, lists its operations and survives one call."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree

from adapters.documents import Documents
from adapters.rest.document import OpenApi, load_openapi
from adapters.soap.dialect import load_contract
from adapters.soap.encoded import plain
from adapters.soap.wrappers import wrappers
from adapters.soap.wsdl import BadChoice, Port, Wsdl
from tests.adapters.conftest import Counter, made
from tests.adapters.loading.cases import Case, case, department, names

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"


def wsdl_of(told: Case) -> Wsdl:
    documents = Documents(told.folder / "contract", told.copies)
    return load_contract(documents, told.entry).wsdl


def port_of(wsdl: Wsdl) -> Port:
    return wsdl.port("LandRecords", "Records")


def openapi_of(told: Case) -> OpenApi:
    return load_openapi(Documents(told.folder / "contract", told.copies), told.entry)


def assert_valid_soap(told: Case, body: bytes) -> None:
    """The request's Header and Body satisfy the contract."""
    wsdl = wsdl_of(told)
    port = port_of(wsdl)
    schema = wsdl.schemas.validator(wrappers(port))
    root = etree.fromstring(body)
    space = SOAP12 if port.soap12 else SOAP11
    inside: Any = root.find(f"{{{space}}}Body")
    head: Any = root.find(f"{{{space}}}Header")
    request = port.operations["Find"].request
    children = [plain(inside, request.tag)] if request.encoded else list(inside)
    for node in [*children, *([] if head is None else head)]:
        schema.assertValid(node)


def assert_valid_json(told: Case, body: bytes) -> None:
    """The request's body satisfies the contract."""
    document = openapi_of(told)
    schema = document.operations["find"].body if "find" in document.operations else None
    if schema is not None and body.startswith(b"{"):
        document.validator(schema).validate(orjson.loads(body))


@pytest.mark.parametrize("name", names())
async def test_document_survives_one_call(name: str, tmp_path: Path, counter: Counter) -> None:
    told = case(name)
    land, findings = made(department(told, tmp_path), counter.url)
    assert land is not None, findings
    if told.protocol == "soap":
        space = SOAP12 if port_of(wsdl_of(told)).soap12 else SOAP11
        kind = "application/soap+xml" if space == SOAP12 else "text/xml"
        counter.says(
            f'<s:Envelope xmlns:s="{space}"><s:Body>{told.answer}</s:Body></s:Envelope>',
            kind=f"{kind}; charset=utf-8",
        )
    else:
        counter.says(told.answer, kind="application/json")
    found = await land.read("record", "id", ["k1"], budget=5)
    await land.aclose()
    assert found == {"k1": {"id": "k1", "name": told.expected}}
    heard = counter.heard[0]
    for fragment in told.sent:
        assert fragment in heard.decode()
    body = heard.partition(b"\r\n\r\n")[2]
    (assert_valid_soap if told.protocol == "soap" else assert_valid_json)(told, body)


@pytest.mark.parametrize("name", names())
async def test_a_reply_against_the_contract_is_broken_in_every_form(
    name: str, tmp_path: Path, counter: Counter
) -> None:
    told = case(name)
    land, findings = made(department(told, tmp_path), counter.url)
    assert land is not None, findings
    if told.protocol == "soap":
        space = SOAP12 if port_of(wsdl_of(told)).soap12 else SOAP11
        kind = "application/soap+xml" if space == SOAP12 else "text/xml"
        wrong = told.answer.replace(">k1</", "><wrong/></")
        whole = f'<s:Envelope xmlns:s="{space}"><s:Body>{wrong}</s:Body></s:Envelope>'
        counter.says(whole, kind=f"{kind}; charset=utf-8")
    else:
        counter.says(told.answer.replace('"id": "k1"', '"id": 1'), kind="application/json")
    found: Any = None
    try:
        found = (await land.read("record", "id", ["k1"], budget=5))["k1"]
    except Exception as error:  # a whole call's failure is raised, a row's is its value
        found = error
    await land.aclose()
    assert type(found).__name__ == "ContractBroken"


@pytest.mark.parametrize("name", [n for n in names() if case(n).refused])
def test_an_operation_that_cannot_be_served_is_refused_alone(name: str) -> None:
    told = case(name)
    refused = (
        port_of(wsdl_of(told)).refused if told.protocol == "soap" else openapi_of(told).refused
    )
    assert refused.keys() == told.refused.keys()
    for operation, words in told.refused.items():
        assert words in refused[operation]


def test_a_refused_operation_is_a_finding_where_it_is_mapped(tmp_path: Path) -> None:
    told = case("soap_other_ports")
    folder = department(told, tmp_path, lookup='operation = "Tell"\nrequest.Id = "key"')
    land, findings = made(folder, "http://127.0.0.1:9")
    assert land is None
    (finding,) = findings
    assert finding.startswith(
        "department.toml:registers.record.lookups.id.operation: 'Tell' is one-way: no reply would "
        "ever say what became of a request"
    )


@pytest.mark.parametrize(("port", "words"), [("Get", "not a SOAP port"), ("Jms", "not HTTP")])
def test_a_port_that_cannot_be_spoken_to_is_refused(port: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wsdl_of(case("soap_other_ports")).port("LandRecords", port)


def test_a_port_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(BadChoice, match="has no port 'None'") as raised:
        wsdl_of(case("soap_other_ports")).port("LandRecords", "None")

    assert raised.value.known == ["Records", "Get", "Jms"]


def test_webhooks_are_listed() -> None:
    for name in names():
        told = case(name)
        if told.hooks:
            document = openapi_of(told)
            assert document.webhooks() == told.hooks
            assert document.webhook(told.hooks[0]) is not None


def test_a_vendored_file_that_is_not_pinned_is_a_finding(tmp_path: Path) -> None:
    told = case("soap_vendored")
    folder = department(told, tmp_path)
    manifest = folder / "department.toml"
    text = manifest.read_text("utf-8")
    start = text.index("more = ")
    manifest.write_text(text[:start] + "more = {}" + text[text.index("\n", start) :], "utf-8")
    _, findings = made(folder, "http://127.0.0.1:9")
    assert len([f for f in findings if "is not pinned — add it with its sha256 to more" in f]) == 2
