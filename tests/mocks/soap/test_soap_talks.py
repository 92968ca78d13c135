"""Every operation of every SOAP department, asked by zeep of the WSDL it serves, every reply and
every fault's detail held to the contract on the bytes as they came.

`python -m tests.foreign_clients` has the npm client `soap` ask the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import zeep
from lxml import etree
from zeep.wsse.username import UsernameToken

from mocks.core import credentials
from mocks.soap.mandatory import ENV11, ENV12
from tests.foreign_clients.soap_clients import Said, Spoken, talk_to
from tests.foreign_clients.soap_replies import Judge, fault_code
from tests.foreign_clients.soap_talks import TALKS

FAULTS = {
    "planning": {"P1001", "P2001", "P2002", "P2003", "P2004"},
    "construction": {"E1001", "E1002", "E1003", "E2001", "E2002", "E2003", "E2004", "E2101"},
    "greening": {"SYS_FORMAT"},
    "police": {"Client"},
}


def spoken(served: Any, transport: Any) -> Spoken:
    """The department as zeep speaks to it."""
    make: Any = zeep.Client  # zeep has no types
    token: Any = UsernameToken
    shown = token(credentials.PLANNING_USER, credentials.PLANNING_PASSWORD, use_digest=True)
    client = make(
        f"{served.url}?wsdl",
        transport=transport,
        wsse=shown if served.kit.department == "planning" else None,
        settings=zeep.Settings(raw_response=True),
    )

    def exchange(operation: str, words: Mapping[str, Any], strange: bool) -> Said:
        header = etree.Element("{urn:x}Route")
        header.set(f"{{{_envelope(served)}}}mustUnderstand", "1")
        left_out = dict.fromkeys(_names(client, operation), zeep.xsd.SkipValue)
        ask = client.service[operation]
        reply = ask(**{**left_out, **words}, _soapheaders=[header] if strange else [])
        return reply.content, reply.encoding or "utf-8"

    return Spoken(served.kit.department, exchange, lambda days: served.later(working_days=days))


def _envelope(served: Any) -> str:
    return ENV12 if served.kit.department == "construction" else ENV11


def _names(client: Any, operation: str) -> list[str]:
    """What must stand in a request."""
    body = client.service._binding.get(operation).input.body
    return [name for name, element in body.type.elements if element.min_occurs]


@pytest.mark.parametrize("name", TALKS)
def test_every_operation_is_asked_and_every_reply_and_fault_keeps_the_contract(
    department: Callable[[str], Any], transport: Any, name: str
) -> None:
    talk = spoken(department(name), transport)

    outcome = talk_to(talk)

    assert outcome.wrong == ""
    assert talk.missing() == set()
    assert talk.faults - {"MustUnderstand"} == FAULTS[name]


def test_a_reply_that_breaks_the_contract_ends_the_talk(
    department: Callable[[str], Any], transport: Any
) -> None:
    talk = spoken(department("planning"), transport)
    exchange = talk.exchange

    def spoilt(operation: str, words: Mapping[str, Any], strange: bool) -> Said:
        content, charset = exchange(operation, words, strange)
        return content.replace(b">P1001<", b">P0000<"), charset

    talk.exchange = spoilt

    assert talk_to(talk).wrong.startswith("NotAsItMustBe: GetParcel: ")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"<AcceptNo>", b"<AcceptNo><b/>"),
        (b"ns0:SubmitCaseResponse", b"ns0:QueryCaseResponse"),
        (b"soap:Body", b"soap:Torso"),
    ],
)
def test_the_judge_refuses_what_breaks_the_contract(was: bytes, now: bytes) -> None:
    content = (
        b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        b'<ns0:SubmitCaseResponse xmlns="http://ghzyj.sh.gov.example/plancase/types" '
        b'xmlns:ns0="http://ghzyj.sh.gov.example/plancase/types"><CaseRef>r</CaseRef>'
        b"<AcceptNo>1</AcceptNo><Status>01</Status>"
        b"<ReceivedAt>2026-09-21T09:00:00+08:00</ReceivedAt></ns0:SubmitCaseResponse>"
        b"</soap:Body></soap:Envelope>"
    )
    judge = Judge("planning")

    assert judge.mistakes(content, "utf-8", "SubmitCase") == []
    assert fault_code(content, "utf-8") == ""
    assert len(judge.mistakes(content.replace(was, now), "utf-8", "SubmitCase")) == 1
