"""Contracts to be mocked, and callers who ask a mock in the same process."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import uvicorn
import zeep
from lxml import etree

from mocks.anything.echo import Keys
from mocks.anything.exchange import Answer, Asked, Options
from mocks.anything.json_values import Making
from mocks.anything.openapi import Operation, Parameter
from mocks.anything.opened import opened
from mocks.anything.rest import RestMock
from mocks.anything.server import Served
from mocks.anything.soap import SoapMock
from mocks.anything.soap_envelope import read, written
from mocks.faults.line import lent
from tests.foreign import foreign

# zeep has no types
zeep_client: Any = zeep.Client
ROOT = Path(__file__).parents[3]
DEPARTMENTS = ROOT / "adapters" / "departments"
TODAY = date(2026, 11, 26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A contract, where it lies, and the XSD files an oracle reads."""

    id: str
    file: str
    department: str | None = None
    folder: str | None = None
    xsd: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.id

    @property
    def root(self) -> Path:
        if self.department is not None:
            return DEPARTMENTS / self.department / "contract"
        return foreign(self.folder or "")

    def mock(self, **options: Any) -> Served:
        examples = options.pop("examples", None)
        return opened(
            self.root / self.file,
            Options(today=TODAY, **options),
            root=self.root,
            examples=examples,
        )


SUWI = "Diensten/KadasterDossierGSD/v0300-b02"
SOAP = (
    Case(id="planning", department="planning", file="plan-case.wsdl", xsd=("plan-case.xsd",)),
    Case(
        id="construction",
        department="construction",
        file="jzgl-service.wsdl",
        xsd=("jzgl-service.xsd",),
    ),
    Case(id="police", department="police", file="nciic.wsdl"),
    Case(
        id="nl_land_registry",
        folder="nl_land_registry",
        file=f"{SUWI}/Impl/BKWI.wsdl",
        xsd=(f"{SUWI}/BodyAction.xsd", f"{SUWI}/BodyReaction.xsd"),
    ),
    Case(id="cz_data_boxes", folder="cz_data_boxes", file="db_search.wsdl", xsd=("dbTypes.xsd",)),
)
RPC = Case(id="greening", department="greening", file="signapp.wsdl")
REST = (
    Case(id="fire", department="fire", file="fire-declaration.yaml"),
    Case(id="health", department="health", file="health-data.yaml"),
    Case(id="housing", department="housing", file="housing-api.yaml"),
    Case(id="market", department="market", file="market-api.yaml"),
    Case(id="ca_building_permits", folder="ca_building_permits", file="swagger.yaml"),
    Case(id="in_building_plan", folder="in_building_plan", file="bpa-service.yaml"),
)


def soap_mock(served: Served) -> SoapMock:
    assert isinstance(served.mock, SoapMock)
    return served.mock


def rest_mock(served: Served) -> RestMock:
    assert isinstance(served.mock, RestMock)
    return served.mock


def soap_request(mock: SoapMock, name: str, seed: int = 0, attempt: int = 0) -> Asked:
    """A right request, made from the contract."""
    operation = mock.contract.port.operations[name]
    draw = Random(f"{name} {seed}")
    envelope, mistakes = mock.envelope(operation.request, draw, Keys(), attempt)
    assert mistakes == []
    content, headers = written(envelope, mock.contract.port.version, "utf-8")
    return Asked(
        method="POST",
        path=mock.options.path,
        headers={**headers, "soapaction": f'"{operation.action}"'},
        body=content,
    )


def in_body(answer: Answer) -> list[etree._Element]:
    """What stands in the body of a reply."""
    return list(read(answer.body, answer.headers["content-type"]).body)


def rest_request(mock: RestMock, operation: Operation, seed: int = 0, attempt: int = 0) -> Asked:
    """A right request, made from the contract."""
    draw = Random(f"{operation.id} {seed}")

    def made(schema: Any, name: str) -> Any:
        making = Making(
            flattened=mock.flattened, draw=draw, today=TODAY, keys=Keys(), attempt=attempt
        )
        return making.value(schema, name)

    path, headers = operation.path, dict[str, str]()
    query: list[tuple[str, str]] = []
    for parameter in operation.parameters:
        value = made(parameter.schema, parameter.name)
        if parameter.where == "path":
            path = path.replace(f"{{{parameter.name}}}", _text(value))
        elif parameter.where == "header":
            headers[parameter.name.lower()] = _text(value).encode("ascii", "ignore").decode() or "x"
        elif parameter.where == "query":
            query += _query(parameter, value)
    body = b""
    for media in operation.body[:1]:
        headers["content-type"] = media.type
        body = _body(media.type, made(media.schema, ""))
    prefix = mock.routes.prefixes[0]
    return Asked(
        method=operation.method, path=prefix + path, query=query, headers=headers, body=body
    )


def _body(kind: str, value: Any) -> bytes:
    if kind == "application/x-www-form-urlencoded":
        return urlencode(value).encode()
    return json.dumps(value).encode()


def _query(parameter: Parameter, value: Any) -> Sequence[tuple[str, str]]:
    if isinstance(value, list) and parameter.explode:
        return [(parameter.name, _text(one)) for one in value]
    if isinstance(value, dict):
        return [(f"{parameter.name}[{key}]", _text(one)) for key, one in value.items()]
    return [(parameter.name, _text(value))]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)


@contextmanager
def on_the_wire(served: Served) -> Iterator[str]:
    """The mock behind a real socket; its address."""
    config = uvicorn.Config(
        served.application(),
        port=0,
        log_level="error",
        lifespan="off",
        ws="none",
        http=lent(served.bad_days),
    )
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
