"""Mocks of WSDL contracts: every reply is valid, by validators and a client that are not theirs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from requests.models import Response

from mocks.anything.exchange import Asked
from tests.mocks.anything.mocked import (
    RPC,
    SOAP,
    Case,
    in_body,
    on_the_wire,
    soap_mock,
    soap_request,
    zeep_client,
)

XS = "{http://www.w3.org/2001/XMLSchema}"
SEEDS = 4


def oracles(case: Case) -> list[etree.XMLSchema]:
    """Validators built from the files as they are, or from the schema inside of the WSDL."""
    if case.xsd:
        return [etree.XMLSchema(etree.parse(str(case.root / name))) for name in case.xsd]
    document = etree.parse(str(case.root / case.file))
    return [etree.XMLSchema(etree.ElementTree(schema)) for schema in document.iter(f"{XS}schema")]


def wrong(validators: list[etree.XMLSchema], element: etree._Element) -> list[str]:
    """What none of the validators bears; empty when one of them knows the element and agrees."""
    alone = etree.fromstring(etree.tostring(element))
    said = []
    for validator in validators:
        if validator.validate(alone):
            return []
        said.append(str(validator.error_log))
    return said


@pytest.mark.parametrize("case", SOAP, ids=str)
def test_every_operation_answers_a_valid_request_with_a_valid_reply(case: Case) -> None:
    mock, validators = soap_mock(case.mock()), oracles(case)

    for name in mock.contract.port.operations:
        for seed in range(SEEDS):
            asked = soap_request(mock, name, seed, attempt=seed)
            answer = mock.answer(asked)

            assert answer.status == 200, answer.body.decode()
            assert answer.mistakes == ()
            [element] = in_body(answer)
            assert wrong(validators, element) == []


@pytest.mark.parametrize("case", [*SOAP, RPC], ids=str)
def test_a_foreign_client_understands_every_reply_over_the_wire(case: Case) -> None:
    served = case.mock()
    mock = soap_mock(served)
    with on_the_wire(served) as base:
        client = zeep_client(f"{base}{mock.options.path}?wsdl")
        port = mock.contract.port
        binding = client.bind(port.service, port.name)._binding
        for name in port.operations:
            asked = soap_request(mock, name)
            reply = httpx.post(
                base + asked.path, content=asked.body, headers=dict(asked.headers), trust_env=False
            )

            assert reply.status_code == 200, reply.text
            understood = binding.process_reply(client, binding.get(name), as_requests(reply))
            assert understood is not None


def as_requests(reply: httpx.Response) -> Response:
    """The reply as zeep's own transport gives it."""
    made = Response()
    made.status_code, made._content = reply.status_code, reply.content
    made.headers.update(reply.headers)
    return made


def test_a_foreign_client_asks_by_key_and_gets_the_record_with_this_key() -> None:
    served = SOAP[0].mock()
    with on_the_wire(served) as base:
        client = zeep_client(f"{base}/PlanCase/PlanCaseService.asmx?wsdl")

        parcel = client.service.GetParcel(ParcelNo="310104000000GB00077")

    assert parcel.ParcelNo == "310104000000GB00077"


def test_the_parts_of_an_rpc_reply_are_of_their_types(tmp_path: Path) -> None:
    mock = soap_mock(RPC.mock())
    oracle = tmp_path / "oracle.xsd"
    types = (RPC.root / "signapp-types.xsd").as_uri()
    replies = {
        "submitSignboard": "submitResult", "submitKitchenWaste": "submitResult",
        "findByRef": "applyListResult", "listChanges": "changesResult",
        "supplement": "simpleResult", "cancel": "simpleResult", "getApplication": "applyResult",
    }  # fmt: skip
    for operation, kind in replies.items():
        oracle.write_text(
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
            'xmlns:t="http://lhsr.sh.gov.example/signapp/types">'
            '<xs:import namespace="http://lhsr.sh.gov.example/signapp/types" '
            f'schemaLocation="{types}"/><xs:element name="result" type="t:{kind}"/></xs:schema>'
        )
        validator = etree.XMLSchema(etree.parse(str(oracle)))

        answer = mock.answer(soap_request(mock, operation))

        [wrapper] = in_body(answer)
        assert wrapper.tag == f"{{http://lhsr.sh.gov.example/signapp}}{operation}Response"
        assert [wrong([validator], part) for part in wrapper] == [[]]


def test_the_same_request_gets_the_same_answer_and_another_seed_another() -> None:
    one, same, other = (soap_mock(SOAP[0].mock(seed=seed)) for seed in (1, 1, 2))
    asked = soap_request(one, "QueryCase")

    answers = [mock.answer(asked).body for mock in (one, same, other)]

    assert answers[0] == answers[1]
    assert answers[0] != answers[2]


def fault_of(body: bytes) -> str:
    root = etree.fromstring(body)
    [text] = [node.text for node in root.iter() if etree.QName(node).localname in _SENTENCES]
    return text or ""


_SENTENCES = ("faultstring", "Text")


def test_a_request_that_breaks_the_contract_gets_a_client_fault_with_the_place() -> None:
    mock = soap_mock(SOAP[0].mock())
    asked = soap_request(mock, "GetParcel")
    wrong_body = asked.body.replace(b"ParcelNo>", b"ParcelNumber>")

    answer = mock.answer(_with(asked, body=wrong_body))

    assert answer.status == 500
    assert b"<faultcode>soap:Client</faultcode>" in answer.body
    assert "GetParcel/ParcelNumber: " in fault_of(answer.body)


def test_an_unknown_element_is_answered_with_the_nearest_one() -> None:
    mock = soap_mock(SOAP[0].mock())
    asked = soap_request(mock, "GetParcel")

    answer = mock.answer(
        _with(asked, body=asked.body.replace(b"GetParcel", b"GetParcels"), headers={})
    )

    assert "did you mean {http://ghzyj.sh.gov.example/plancase/types}GetParcel?" in fault_of(
        answer.body
    )


def test_an_action_of_another_operation_is_a_mistake() -> None:
    mock = soap_mock(SOAP[0].mock())
    asked = soap_request(mock, "GetParcel")
    headers = {**asked.headers, "soapaction": '"http://ghzyj.sh.gov.example/plancase/SubmitCase"'}

    answer = mock.answer(_with(asked, headers=headers))

    assert "the action is" in fault_of(answer.body)


def test_an_envelope_with_a_doctype_is_refused() -> None:
    mock = soap_mock(SOAP[0].mock())
    asked = soap_request(mock, "GetParcel")
    head, body = asked.body.split(b"\n", 1)
    bad = head + b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + body

    assert "has a DOCTYPE" in fault_of(mock.answer(_with(asked, body=bad)).body)


def test_the_other_version_of_soap_is_a_version_mismatch() -> None:
    mock = soap_mock(SOAP[1].mock())
    eleven = soap_request(soap_mock(SOAP[0].mock()), "GetParcel")

    answer = mock.answer(_with(eleven, path=mock.options.path))

    assert b"VersionMismatch" in answer.body


def test_a_request_in_gb18030_is_answered_in_gb18030() -> None:
    mock = soap_mock(SOAP[1].mock())
    asked = soap_request(mock, "queryBuilding")
    body = asked.body.decode().replace("utf-8", "GB18030", 1).encode("gb18030")
    kind = {"content-type": "application/soap+xml; charset=GB18030"}

    answer = mock.answer(_with(asked, body=body, headers=kind))

    assert answer.headers["content-type"] == "application/soap+xml; charset=GB18030"
    assert answer.body.decode("gb18030").startswith('<?xml version="1.0" encoding="GB18030"?>')


def test_the_declared_fault_comes_at_will_with_a_valid_detail() -> None:
    mock = soap_mock(SOAP[0].mock())

    answer = mock.at_will(soap_request(mock, "GetParcel"), "fault")

    [fault] = in_body(answer)
    [detail] = [child for child in fault if child.tag == "detail"]
    assert [wrong(oracles(SOAP[0]), child) for child in detail] == [[]]


def test_credentials_are_asked_for_only_on_demand() -> None:
    loose, strict = soap_mock(SOAP[0].mock()), soap_mock(SOAP[0].mock(require_auth=True))
    asked = soap_request(loose, "GetParcel")

    assert loose.answer(asked).status == 200
    assert strict.answer(asked).status == 401
    given = {**asked.headers, "authorization": "Bearer x"}
    assert strict.answer(_with(asked, headers=given)).status == 200


def _with(asked: Asked, **changes: Any) -> Asked:

    return replace(asked, **changes)
