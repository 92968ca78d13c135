"""A SOAP department on a real loopback port, its clock in our hand, and two ways to speak to it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import zeep
from lxml import etree
from requests import Session
from zeep.transports import Transport

from mocks.core.clock import SHANGHAI
from mocks.core.kit import Kit, assemble, department_module

START = datetime(2026, 9, 21, 9, 0, tzinfo=SHANGHAI)  # a Monday, the week before a long holiday
WSDL = {
    "planning": "plan-case.wsdl",
    "construction": "jzgl-service.wsdl",
    "greening": "signapp.wsdl",
    "police": "nciic.wsdl",
}


@dataclass(slots=True)
class Department:
    """A running mock."""

    kit: Kit
    base: str
    state: Path

    @property
    def url(self) -> str:
        """Where its service answers."""
        wsdl = etree.parse(self.kit.contract_dir / WSDL[self.kit.department])
        address: Any = wsdl.xpath("string(//*[local-name()='address']/@location)")
        return self.base + httpx.URL(str(address)).path

    def client(self, **arguments: Any) -> Any:
        """zeep's proxy of this service."""
        file = str(self.kit.contract_dir / WSDL[self.kit.department])
        settings = zeep.Settings(strict=True, forbid_dtd=True, forbid_external=True)
        zeep_client: Any = zeep.Client  # zeep has no types
        client = zeep_client(file, settings=settings, **arguments)
        return client.create_service(str(next(iter(client.wsdl.bindings))), self.url)

    def post(self, content: bytes, *, content_type: str, action: str | None = None) -> Any:
        """Raw bytes in, the raw response out."""
        headers = {"content-type": content_type}
        if action is not None:
            headers["soapaction"] = f'"{action}"'
        return httpx.post(self.url, content=content, headers=headers, trust_env=False)

    def later(self, **span: float) -> None:
        """Let virtual time pass, and everything due happen."""
        self.kit.clock.advance(**span)  # type: ignore[arg-type]  # working_days is whole here
        self.kit.desk.tick()

    def spoil(self, **rule: Any) -> None:
        """Order a bad day."""
        rules = {self.kit.department: [rule]}
        (self.state / "faults.json").write_text(json.dumps(rules), "utf-8")


@pytest.fixture
def transport() -> Iterator[Transport]:
    """zeep's transport, closed afterwards."""
    with Session() as session:
        session.trust_env = False
        make: Any = Transport  # zeep has no types
        yield make(session=session)


class Stage:
    """The application now playing on the one port of this test run."""

    def __init__(self) -> None:
        self.base = ""
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on."""
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A server on a real loopback port; starting one for each test would take longer than they."""
    played = Stage()
    sock = socket.create_server(("127.0.0.1", 0))
    played.base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    config = uvicorn.Config(played, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([sock],))
    thread.start()
    yield played
    server.should_exit = True
    thread.join()
    sock.close()


@pytest.fixture
def department(tmp_path: Path, stage: Stage) -> Iterator[Callable[[str], Department]]:
    """Starts a department by its id; one a test."""
    kits: list[Kit] = []

    def start(name: str) -> Department:
        kit = assemble(name, tmp_path)
        kits.append(kit)
        kit.clock.set(START, rate=0)
        stage.app = department_module(name).build(kit)
        return Department(kit, stage.base, tmp_path)

    yield start
    for kit in kits:
        kit.ledger.close()
