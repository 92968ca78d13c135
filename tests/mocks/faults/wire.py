"""A department on a real port in this process, and a caller who sees every byte and every end."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from mocks.core.clock import write_atomically
from mocks.core.contract import Contract
from mocks.core.credentials import HOUSING_APP_KEY, MARKET_CLIENT, MARKET_SECRET
from mocks.core.kit import Kit, assemble, department_module
from mocks.faults.at_once import answering
from mocks.soap.wsdl import load
from tests.mocks.conftest import sample
from tests.mocks.soap.conftest import START
from tests.mocks.soap.test_soap_greening import GOLDEN

PATIENCE_S = 5.0
SILENCE_S = 0.2  # where silence is what is awaited


@dataclass(slots=True)
class Heard:
    """What came back. `end`: whole (kept open), closed, reset, silence."""

    raw: bytes
    end: str

    @property
    def head(self) -> bytes:
        """Status line and headers."""
        return self.raw.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        """All after the head."""
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def status(self) -> int:
        """The status, 0 when there is none."""
        parts = self.head.split(b" ", 2)
        return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0

    @property
    def headers(self) -> dict[str, str]:
        """The headers; of those that come twice the last."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return {name.lower(): value.strip() for name, _, value in pairs}


class Talk:
    """One connection."""

    def __init__(self, port: int, patience_s: float = PATIENCE_S) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(patience_s)

    def ask(self, request: bytes, *, most: int = 400_000_000, listen_on: bool = False) -> Heard:
        """Send, and read until the reply is whole, the end, `most` bytes, or silence."""
        try:
            self._socket.sendall(request)
        except ConnectionError:
            return Heard(b"", "reset")
        return self.hear(most=most, listen_on=listen_on)

    def send(self, content: bytes) -> None:
        """Send."""
        self._socket.sendall(content)

    def hear(self, *, most: int = 400_000_000, listen_on: bool = False) -> Heard:
        """What comes without asking."""
        got, total = bytearray(), None
        while len(got) < most:
            try:
                piece = self._socket.recv(1 << 20)
            except TimeoutError:
                return Heard(bytes(got), "silence")
            except ConnectionError:
                return Heard(bytes(got), "reset")
            if not piece:
                return Heard(bytes(got), "closed")
            got += piece
            if not listen_on:
                total = total or _total(got)
            if total is not None and len(got) >= total:
                break
        return Heard(bytes(got), "whole")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _total(got: bytearray) -> int | None:
    """How many bytes the reply has by its own word; None while, or when, it does not say."""
    end = got.find(b"\r\n\r\n", max(0, len(got) - (1 << 21)))
    if end < 0:
        return None
    heard = Heard(bytes(got), "")
    if heard.status in (204, 304):
        return end + 4
    length = heard.headers.get("content-length")
    return end + 4 + int(length) if length is not None else None


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A request as bytes."""
    lines = {"host": "department", **headers}
    if body or method == "POST":
        lines["content-length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


@dataclass(slots=True)
class OnStage:
    """The application now playing, and the faults its connections meet."""

    app: Any = None
    kit: Kit | None = None
    at_once: bool = True  # as departments answer what they can; else only as an application does

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on."""
        await self.app(scope, receive, send)

    def deed(self, scope: Any) -> Any:
        """As the application says."""
        return self.app.deed(scope) if self.at_once else None

    def waiting(self) -> bool:
        """As the kit's faults say."""
        return self.kit is not None and self.kit.faults.waiting()

    def next(self) -> tuple[str, float] | None:
        """As the kit's faults say."""
        return self.kit.faults.next() if self.kit else None


@dataclass(slots=True)
class Playing:
    """A department that answers at `port`; requests as bytes to read and to file with."""

    name: str
    kit: Kit
    port: int
    state: Path
    read: bytes
    filing: bytes
    lines: list[Talk] = field(default_factory=list)

    def spoil(self, kind: str, **more: Any) -> None:
        """Order a bad day for every call."""
        rules = {self.name: [{"kind": kind, **more}]}
        write_atomically(self.state / "faults.json", rules)

    def paced(self, **rule: Any) -> None:
        """Order a pace."""
        write_atomically(self.state / "latency.json", {self.name: [rule]})

    def good(self) -> None:
        """Order good days."""
        (self.state / "faults.json").unlink(missing_ok=True)
        (self.state / "latency.json").unlink(missing_ok=True)

    def talk(self, patience_s: float = PATIENCE_S) -> Talk:
        """A connection, hung up by `hang_up`."""
        self.lines.append(Talk(self.port, patience_s))
        return self.lines[-1]

    def ask(self, content: bytes, *, patience_s: float = PATIENCE_S, **how: Any) -> Heard:
        """One request over a connection of its own."""
        talk = self.talk(patience_s)
        heard = talk.ask(content, **how)
        talk.close()
        return heard

    def hang_up(self) -> None:
        """Hang up every connection."""
        while self.lines:
            self.lines.pop().close()

    @property
    def filed(self) -> int:
        """How many filings it has taken in."""
        return self.kit.desk.count


@contextmanager
def serving() -> Iterator[tuple[OnStage, int]]:
    """A server on a free port, with the protocol departments have."""
    played = OnStage()
    with socket.create_server(("127.0.0.1", 0)) as sock:
        config = uvicorn.Config(
            played, log_level="critical", ws="none", lifespan="off",
            http=answering(played.deed, played), timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([sock],))
        thread.start()
        yield played, sock.getsockname()[1]
        server.should_exit = True
        thread.join()


XML = {"content-type": "text/xml; charset=utf-8"}


def department(stage: OnStage, port: int, name: str, state: Path) -> Playing:
    """A department on this stage, with one filing taken in."""
    kit = assemble(name, state)
    kit.clock.set(START, rate=0)
    stage.kit, stage.app = kit, department_module(name).build(kit)
    made = {"housing": housing, "greening": greening, "market": _market}[name](kit)
    playing = Playing(name, kit, port, state, *made)
    playing.ask(playing.filing)
    kit.clock.advance(seconds=90)
    kit.desk.tick()
    return playing


def housing(kit: Kit) -> tuple[bytes, bytes]:
    contract = Contract.of(kit.contract_dir)
    (media,) = contract.operations["submitMatter"].spec["requestBody"]["content"].values()
    body = {**sample(contract, media["schema"]), "YWLSH": "case:H:file:1"}
    headers = {"X-App-Key": HOUSING_APP_KEY, "content-type": "application/json"}
    paths = {name: op.path for name, op in contract.operations.items()}
    number = f"FG{START:%Y%m%d}000001"
    read = request(
        "POST", paths["queryMatterBatch"], headers, json.dumps({"SLBH": [number]}).encode()
    )
    return read, request("POST", paths["submitMatter"], headers, json.dumps(body).encode())


def greening(kit: Kit) -> tuple[bytes, bytes]:
    contract = load(kit.contract_dir / "signapp.wsdl")
    find = GOLDEN.partition("<m:submit")[0] + (
        "<m:findByRef><AppCode>onething</AppCode><refNo>case:E:file:1</refNo></m:findByRef>"
        "</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )

    def post(operation: str, content: str) -> bytes:
        action = {"soapaction": f'"{contract.named(operation).action}"'}
        return request("POST", contract.path, {**XML, **action}, content.encode())

    return post("findByRef", find), post("submitKitchenWaste", GOLDEN)


def _market(kit: Kit) -> tuple[bytes, bytes]:
    form = f"grant_type=client_credentials&client_id={MARKET_CLIENT}&client_secret={MARKET_SECRET}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    token = request("POST", "/oauth/token", headers, form.encode())
    return token, token
