"""A SOAP department hands its contract out, and a client made of nothing else speaks to it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import zeep

from mocks.core.city import DEMO
from tests.mocks.soap.conftest import WSDL


def get(url: str, query: str) -> httpx.Response:
    return httpx.get(f"{url}{query}", trust_env=False)


@pytest.mark.parametrize("name", WSDL)
def test_a_client_made_of_the_served_contract_alone_knows_every_operation(
    department: Callable[[str], Any], transport: Any, name: str
) -> None:
    served = department(name)
    make: Any = zeep.Client  # zeep has no types

    client = make(f"{served.url}?wsdl", transport=transport)

    [service] = client.wsdl.services.values()
    [port] = service.ports.values()
    assert port.binding_options["address"] == served.url
    assert len(port.binding.all()) == len(client.wsdl.port_types.popitem()[1].operations)


def test_it_is_asked_as_its_contract_says(department: Callable[[str], Any], transport: Any) -> None:
    make: Any = zeep.Client  # zeep has no types
    client = make(f"{department('greening').url}?WSDL", transport=transport)

    assert client.service.findByRef("onething", "none").resultCode == "0"
    assert client.service.findByRef("stranger", DEMO["uscc"]).resultCode == "1001"


def test_nothing_but_the_contract_is_handed_out(department: Callable[[str], Any]) -> None:
    served = department("construction")

    assert get(served.url, "?xsd=inner-applyItem.xsd").status_code == 200
    assert get(served.url, "?xsd=../department.toml").status_code == 404
    assert get(served.url, "").status_code == 405
    assert get(served.url, "").headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/services", "/?wsdl"])
def test_who_asks_elsewhere_is_told_where_to_ask_and_where_the_contract_is(
    department: Callable[[str], Any], path: str
) -> None:
    served = department("police")
    service = httpx.URL(served.url).path

    reply = get(served.base, path)

    assert reply.status_code == 404
    assert f"POST {service}" in reply.text
    assert f"GET {service}?wsdl" in reply.text
