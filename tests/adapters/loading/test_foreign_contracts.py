"""Contracts of real systems that others wrote: each loads offline and lists its operations."""

import time
from pathlib import Path

import pytest

from adapters.documents import Documents
from adapters.rest.document import load_openapi
from adapters.soap.dialect import load_contract
from adapters.soap.wrappers import wrappers
from tests.foreign import BOXES, LAND, PERMITS, PLANS, foreign

_SECONDS = 5.0

WSDLS = {LAND: 3, BOXES: 14}
OPENAPIS = {PLANS: (6, 0), PERMITS: (3, 2)}


def found(place: str) -> tuple[Path, Path]:
    """The contract's folder and file; skipped where the foreign contracts are not at hand."""
    return foreign(Path(place).parts[0]), foreign(place)


@pytest.mark.parametrize("place", WSDLS)
def test_foreign_wsdl_loads_and_every_operation_has_its_shapes(place: str) -> None:
    folder, entry = found(place)
    start = time.process_time()
    contract = load_contract(Documents(folder), entry)
    for service, ports in contract.wsdl.services().items():
        for name in ports:
            port = contract.wsdl.port(service, name)
            contract.wsdl.schemas.validator(wrappers(port))
            assert (len(port.operations), port.refused) == (WSDLS[place], {})
            for operation in port.operations.values():
                shape = contract.shapes.element(operation.request.tag)
                assert shape is not None
                assert shape.members()
    assert time.process_time() - start < _SECONDS


@pytest.mark.parametrize("place", OPENAPIS)
def test_foreign_openapi_loads_and_every_answer_has_a_validator(place: str) -> None:
    folder, entry = found(place)
    start = time.process_time()
    document = load_openapi(Documents(folder), entry)
    assert (len(document.operations), len(document.webhooks())) == OPENAPIS[place]
    assert document.refused == {}
    for operation in document.operations.values():
        for schema in operation.responses.values():
            if schema is not None:
                document.validator(schema)
    for event in document.webhooks():
        schema = document.webhook(event)
        assert schema is not None
        document.validator(schema)
    assert time.process_time() - start < _SECONDS
