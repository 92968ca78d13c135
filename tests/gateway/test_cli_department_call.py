"""`departments call`: one call, every step of it shown, over real sockets."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest

import adapters.departments
from tests.gateway.terminal import Terminal

ROOT = Path(str(adapters.departments.__file__)).parents[2]
SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
NONE = '<r:GetParcelResponse xmlns:r="http://ghzyj.sh.gov.example/plancase/types"/>'
FOUND = {
    "status": {"code": "0", "text": "success"},
    "custom": {"code": "0", "text": "ok"},
    "data": {"list": [], "WCX": ["1", "2"]},
}


@dataclass
class Desk:
    """A department's system on loopback: answers what it was given, keeps what it heard."""

    url: str
    answers: list[tuple[int, str, bytes]] = field(default_factory=list)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def says(self, body: bytes | str, kind: str = "text/xml", status: int = 200) -> None:
        self.answers.append((status, kind, body.encode() if isinstance(body, str) else body))

    def says_json(self, body: Any, status: int = 200) -> None:
        self.says(orjson.dumps(body), "application/json", status)


@pytest.fixture
def desk() -> Iterator[Desk]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            told.heard.append((self.path, dict(self.headers), self.rfile.read(length)))
            status, kind, body = told.answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Desk(url=f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def call(terminal: Terminal, desk: Desk, *arguments: str) -> int:
    return terminal.run("departments", "call", *arguments, "--url", desk.url)


def test_the_real_command_shows_what_was_sent_answered_and_read(desk: Desk, tmp_path: Path) -> None:
    desk.says(SOAP.format(NONE))
    made = subprocess.run(  # noqa: S603 — our own interpreter, our own arguments
        [sys.executable, "-m", "gateway", "departments", "call", "planning", "GetParcel",
         "ParcelNo=310104-1", "--url", desk.url],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert (made.returncode, made.stderr) == (0, "")
    shown = made.stdout
    assert '"ParcelNo": "310104-1"' in shown
    assert f"POST {desk.url}/PlanCase/PlanCaseService.asmx  within 3 s" in shown
    assert "ParcelNo>310104-1</" in shown
    assert re.search(r"reply +HTTP 200  after \d+ ms, \d+ bytes", shown)
    assert re.search(r"contract +OK", shown)
    assert "planning-demo-secret" not in shown
    assert b"310104-1" in desk.heard[0][2]


def test_a_declared_look_up_shows_the_mapped_values(terminal: Terminal, desk: Desk) -> None:
    desk.says_json(FOUND)

    assert call(terminal, desk, "housing", "registers.property.cert_no", "key=1", "key=2") == 0
    assert '"certNos": "keys"' in terminal.out
    assert '"1": null' in terminal.out
    assert "X-App-Key: ***" in terminal.out
    assert "housing-demo-key" not in terminal.out
    assert orjson.loads(desk.heard[0][2]) == {"certNos": ["1", "2"]}
    assert desk.heard[0][1]["X-App-Key"] == "housing-demo-key"


def test_an_operation_takes_paths_and_a_key_given_twice_is_a_list(
    terminal: Terminal, desk: Desk
) -> None:
    desk.says_json(FOUND)

    given = ("body.certNos=1", "body.certNos=2", "--json")
    assert call(terminal, desk, "housing", "queryPropertyBatch", *given) == 0
    told = orjson.loads(terminal.out)
    assert told["request_tree"] == {"body": {"certNos": ["1", "2"]}}
    assert told["exchanges"][0]["headers"]["X-App-Key"] == "***"
    assert told["exchanges"][0]["reply"]["status"] == 200
    assert (told["contract"], told["value"]) == ("OK", FOUND)


def test_raw_only_reads_nothing_from_the_bytes(terminal: Terminal, desk: Desk) -> None:
    desk.says_json(FOUND)

    given = ("body.certNos=1", "--raw-only")
    assert call(terminal, desk, "housing", "queryPropertyBatch", *given) == 0
    assert "request tree" not in terminal.out
    assert terminal.out.count('"WCX"') == 1


def test_a_reply_that_breaks_the_contract_says_where(terminal: Terminal, desk: Desk) -> None:
    desk.says_json({**FOUND, "data": {"list": []}})

    assert call(terminal, desk, "housing", "queryPropertyBatch", "body.certNos=1") == 1
    assert re.search(r"contract +the reply breaks the schema at data: required", terminal.out)
    assert "ContractBroken: housing: the reply breaks the schema at data: required" in terminal.err
    assert "next: show the reply above to the department" in terminal.err


@pytest.mark.parametrize(
    ("status", "error", "step"),
    [
        (503, "OutcomeUnknown", "nothing was changed: ask again"),
        (401, "Misconfigured", "ours to mend"),
    ],
)
def test_failures_are_named_by_what_to_do(
    terminal: Terminal, desk: Desk, status: int, error: str, step: str
) -> None:
    desk.says("<html>no</html>", "text/html", status)

    assert call(terminal, desk, "planning", "GetParcel", "ParcelNo=1") == 1
    assert f"HTTP {status}" in terminal.out
    assert error in terminal.err
    assert step in terminal.err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("housing", "queryPropertyBatch", "body.certNos=1"), 404, "HTTP 404 is not in the"),
        (("housing", "queryPropertyBatch", "body.certNos=1"), 500, ""),
        (("housing", "queryPropertyBatch", "body.certNos=1"), 302, "HTTP 302 is not in the"),
        (("planning", "GetParcel", "ParcelNo=1"), 500, "the reply is no XML but text/plain"),
        (("planning", "GetParcel", "ParcelNo=1"), 302, "HTTP 302 is no answer in SOAP"),
    ],
)
def test_a_reply_the_contract_does_not_describe_is_never_called_ok(
    terminal: Terminal, desk: Desk, arguments: tuple[str, ...], status: int, said: str
) -> None:
    desk.says("no", "text/plain", status)

    assert call(terminal, desk, *arguments) == 1
    assert re.search(rf"contract +{said}", terminal.out)
    assert not re.search(r"contract +OK", terminal.out)


def test_an_address_where_nobody_listens_is_not_delivered(terminal: Terminal) -> None:
    arguments = ("housing", "queryPropertyBatch", "body.certNos=1", "--url", "http://127.0.0.1:1")
    assert terminal.run("departments", "call", *arguments) == 1
    assert "NotDelivered: housing: not reached" in terminal.err
    assert "nothing reached the department" in terminal.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("housing", "queryPropertyBatc"), "did you mean 'queryPropertyBatch'?"),
        (("housing", "registers.propert.cert_no", "key=1"), "'registers.property.cert_no'?"),
        (("housing", "verbs.progres", "receipt=1"), "did you mean 'verbs.progress'?"),
        (("housng", "queryPropertyBatch"), "did you mean 'housing'?"),
        (("housing", "queryPropertyBatch"), "body.certNos: the contract requires it (text)"),
        (("housing", "queryPropertyBatch", "body.certNo=1"), "did you mean 'certNos'?"),
        (("housing", "registers.property.cert_no"), "key: is missing"),
        (("housing", "registers.property.cert_no", "kee=1"), "did you mean 'key'?"),
        (("housing", "registers.property.lookups.cert_no", "kee=1"), "did you mean 'key'?"),
        (
            ("housing", "registers.property", "key=1"),
            "say registers.property.cert_no or registers.property.address",
        ),
        (("housing", "queryPropertyBatch", "body.certNos"), "is not key=value"),
        (("market", "verbs.file"), "give reference=…"),
    ],
)
def test_mistyping_is_exit_2_and_names_what_was_meant_without_a_call(
    terminal: Terminal, desk: Desk, arguments: tuple[str, ...], said: str
) -> None:
    assert call(terminal, desk, *arguments) == 2
    assert said in terminal.err
    assert desk.heard == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("market", "withdrawApplication", "application_no=M1", "Idempotency-Key=12345678",
         "body.reference=r", "body.reason=x"),
        ("market", "verbs.withdraw", "receipt=M1", "reference=C-1:X:withdraw:1", "reason=x"),
    ],
)  # fmt: skip
def test_what_may_change_something_needs_yes(
    terminal: Terminal, desk: Desk, arguments: tuple[str, ...]
) -> None:
    assert call(terminal, desk, *arguments) == 2
    assert "add --yes if that is meant" in terminal.err
    assert desk.heard == []

    desk.says_json({"access_token": "very-secret", "token_type": "Bearer", "expires_in": 600})
    desk.says_json({"type": "about:blank", "title": "no", "status": 404}, 404)
    assert call(terminal, desk, *arguments, "--yes") == 1
    assert [path for path, _, _ in desk.heard] == [
        "/oauth/token",
        "/applications/M1/withdrawal",
    ]
    assert "very-secret" not in terminal.out + terminal.err
    assert "market-demo-secret" not in terminal.out + terminal.err


def test_a_drafted_department_is_called_from_its_folder(
    terminal: Terminal, desk: Desk, tmp_path: Path
) -> None:
    contract = ROOT / "adapters/departments/planning/contract/plan-case.wsdl"
    assert terminal.run("departments", "new", "parcels", "--wsdl", str(contract)) == 0
    desk.says(SOAP.format(NONE))

    arguments = ("parcels", "registers.parcels_parcel", "key=7", "--folder", "departments")
    assert call(terminal, desk, *arguments) == 0
    assert '"7": null' in terminal.out
    assert (tmp_path / "departments/parcels/department.toml").is_file()


def test_a_department_without_an_address_says_where_to_give_one(terminal: Terminal) -> None:
    contract = ROOT / "adapters/departments/planning/contract/plan-case.wsdl"
    assert terminal.run("departments", "new", "parcels", "--wsdl", str(contract)) == 0
    arguments = ("parcels", "GetParcel", "ParcelNo=7", "--folder", "departments/parcels")
    assert terminal.run("departments", "call", *arguments) == 2
    assert "set departments.parcels.url, or give --url http://…" in terminal.err


def test_a_long_reply_is_cut_and_its_size_told(terminal: Terminal, desk: Desk) -> None:
    body = {**FOUND, "custom": {"code": "0", "text": "长" * 100_000}}
    desk.says_json(body)

    assert call(terminal, desk, "housing", "queryPropertyBatch", "body.certNos=1",
                "--raw-only") == 0  # fmt: skip
    assert "the rest is not shown" in terminal.out
    assert f"{len(orjson.dumps(body))} bytes" in terminal.out
    assert terminal.out.count("长") < 70_000


def test_a_reply_does_not_speak_for_us(terminal: Terminal, desk: Desk) -> None:
    desk.says("\x1b[2Jcontract     OK\ncontract     OK", "text/plain")

    assert call(terminal, desk, "planning", "GetParcel", "ParcelNo=1") == 1
    assert "\x1b[2J" not in terminal.out
    assert "\ncontract     OK" not in terminal.out


def test_a_contract_can_be_called_while_the_manifest_is_still_wrong(
    terminal: Terminal, desk: Desk, tmp_path: Path
) -> None:
    contract = ROOT / "adapters/departments/planning/contract/plan-case.wsdl"
    assert terminal.run("departments", "new", "parcels", "--wsdl", str(contract)) == 0
    manifest = tmp_path / "departments/parcels/department.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('repeats = "blind"', 'repeats = "never"'), encoding="utf-8")
    desk.says(SOAP.format(NONE))

    at = ("--folder", "departments")
    assert call(terminal, desk, "parcels", "registers.parcels_parcel", "key=7", *at) == 1
    assert "parcels/department.toml:repeats: 'never' is not allowed" in terminal.err
    assert call(terminal, desk, "parcels", "GetParcel", "ParcelNo=7", *at, "--yes") == 0

    wrong = re.sub('sha256 = ".', 'sha256 = "' + ("1" if 'sha256 = "0' in text else "0"), text)
    manifest.write_text(wrong, encoding="utf-8")
    assert call(terminal, desk, "parcels", "GetParcel", "ParcelNo=7", *at, "--yes") == 1
    assert "is not the pinned contract" in terminal.err


def test_a_verb_is_called_by_its_name_and_its_values_are_shown(
    terminal: Terminal, desk: Desk
) -> None:
    desk.says_json({"access_token": "t", "token_type": "Bearer", "expires_in": 600})
    row: dict[str, Any] = {
        "application_no": "M1",
        "reference": "r",
        "kind": "food-business-licence",
        "note": None,
        "supplement_references": [],
        "received_at": "2026-11-26T09:00:00+08:00",
        "status": "RECEIVED",
        "status_at": "2026-11-26T09:00:00+08:00",
    }
    desk.says_json({"applications": [row]})

    assert call(terminal, desk, "market", "verbs.find_filing", "reference=r", "--json") == 0
    told = orjson.loads(terminal.out)
    assert told["value"] == [{"number": "M1", "received_at": "2026-11-26T09:00:00+08:00"}]


def test_a_key_no_record_can_have_is_said_not_to_have_been_sent(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONETHING__DEPARTMENTS__ARCHIVE__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("ONETHING__DEPARTMENTS__ARCHIVE__API_KEY", "made-up")
    folder = str(ROOT / "tests/adapters/external/src/onething_archive/archive")
    lookup = ("departments", "call", "archive", "registers.drawing", "--folder", folder)

    assert terminal.run(*lookup, "key=CJ-1") == 0, terminal.err

    assert "nothing was sent: by the contract no record has such a key" in terminal.out
