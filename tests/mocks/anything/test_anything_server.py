"""The mock as a process and on the wire: address, journal, faults on order, the command."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from gateway.cli.department_mock import contract_of
from gateway.cli.output import Stop
from mocks.anything.bad_days import BadDays
from mocks.anything.exchange import Options
from mocks.anything.opened import opened
from mocks.anything.refusal import Refused
from mocks.anything.server import Served
from mocks.anything.soap_envelope import read
from tests.gateway.becoming import becoming
from tests.gateway.terminal import Terminal
from tests.mocks.anything.mocked import DEPARTMENTS, REST, ROOT, SOAP, TODAY, on_the_wire

HEALTH = DEPARTMENTS / "health" / "contract" / "health-data.yaml"
SUMMARY = "/health-certificates/summary?creditCode=91310104MA188WXJ2E"


@contextmanager
def process(*arguments: str) -> Iterator[tuple[str, list[str]]]:
    """A mock that was started as people do; its address and what it said."""
    started = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    said: list[str] = []
    try:
        assert started.stdout is not None
        for line in started.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith("journal: "):
                break
        yield said[-1].removeprefix("journal: ").removesuffix("/__mock/"), said
    finally:
        started.terminate()
        started.wait(timeout=60)
        if started.stdout is not None:
            started.stdout.close()


class Said(NamedTuple):
    """What became of a command."""

    code: int
    out: str
    err: str


Shell = Callable[..., Said]


@contextmanager
def asking(served: Served) -> Iterator[httpx.Client]:
    with on_the_wire(served) as base, httpx.Client(base_url=base, trust_env=False) as client:
        yield client


@pytest.fixture
def mock(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The command in this process, which becomes a mock's as a process would."""
    monkeypatch.chdir(ROOT)
    becoming(monkeypatch)
    terminal = Terminal(capsys)

    def run(*arguments: str) -> Said:
        code = terminal.run("departments", "mock", *arguments)
        return Said(code, terminal.out, terminal.err)

    return run


def test_it_says_its_address_and_its_operations_and_answers_there() -> None:
    with process("mocks", "anything", "--contract", str(HEALTH)) as (base, said):
        reply = httpx.get(base + SUMMARY, trust_env=False)

    assert said[0] == f"health-data.yaml is served: {base}"
    assert "  GET    /health-certificates/summary  certificateSummary" in said
    assert reply.json()["data"]["creditCode"] == "91310104MA188WXJ2E"


def test_a_department_is_served_with_its_examples_and_the_setting_to_use() -> None:
    with process("gateway", "departments", "mock", "planning") as (base, said):
        found = httpx.get(f"{base}/PlanCase/PlanCaseService.asmx?wsdl", trust_env=False)

    assert f'setting: departments.planning.url = "{base}"' in said
    assert f'location="{base}/PlanCase/PlanCaseService.asmx"' in found.text


def test_what_the_manifest_says_of_replies_is_told_to_the_mock(tmp_path: Path) -> None:
    folder = tmp_path / "health"
    (folder / "contract").mkdir(parents=True)
    text = HEALTH.read_text("utf-8").replace('code: "00"', 'code: "95"')
    (folder / "contract" / "health-data.yaml").write_text(text, "utf-8")
    (folder / "department.toml").write_bytes((HEALTH.parents[1] / "department.toml").read_bytes())

    with process("gateway", "departments", "mock", "--folder", str(folder)) as (base, _):
        reply = httpx.get(base + SUMMARY, trust_env=False)

    assert reply.json()["code"] == "00"


def test_any_folder_and_any_file_is_described_without_a_department(
    mock: Shell, tmp_path: Path
) -> None:
    folder = tmp_path / "fire"
    (folder / "contract").mkdir(parents=True)
    (folder / "contract" / "c.yaml").write_bytes(HEALTH.read_bytes())
    manifest = '[contract]\nfile = "contract/c.yaml"\npath = "/api"\n'
    (folder / "department.toml").write_text(manifest, "utf-8")

    by_folder = mock("--folder", str(folder), "--describe")
    by_file = mock("--openapi", str(HEALTH), "--describe")

    paths = [json.loads(said.out)[0]["path"] for said in (by_folder, by_file)]
    assert paths == ["/api/health-certificates/summary", "/health-certificates/summary"]


@pytest.mark.parametrize("folder", ["adapters/departments", "adapters/departments/health"])
def test_the_department_named_is_the_one_served_of_a_folder(mock: Shell, folder: str) -> None:
    said = mock("health", "--folder", folder, "--describe")

    assert said.code == 0, said.err
    assert json.loads(said.out)[0]["path"] == "/health-certificates/summary"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "there is no department 'nowhere' — choose among construction"),
        ((), "name one: a department, --folder, --wsdl or --openapi"),
        (("fire", "--wsdl", "x.wsdl"), "name one: "),
        (("--folder", "docs"), "docs/department.toml: cannot be read"),
        (
            ("planning", "--folder", "adapters/departments/health", "--describe"),
            "there is no department 'planning' in adapters/departments/health — it holds health",
        ),
        (
            ("planning", "--folder", "docs", "--describe"),
            "no department 'planning' in docs — it holds none: name a folder",
        ),
        (
            ("--folder", "adapters/departments", "--describe"),
            "adapters/departments holds construction, fire, greening, health, housing, market, "
            "planning, police — name one of them",
        ),
        (
            ("--wsdl", "nowhere.wsdl", "--describe"),
            f"nowhere.wsdl: is not in {ROOT} — add the file",
        ),
        (("--openapi", "pyproject.toml", "--describe"), "pyproject.toml: is neither JSON nor YAML"),
        (
            ("planning", "--fault", "bussy", "--describe"),
            "'bussy' is not known — did you mean busy?",
        ),
        (("market", "--fault", "soap_fault_11", "--describe"), "is for soap, and this contract is"),
        (("market", "--fault", "forged", "--describe"), "forged strikes callbacks and filings"),
        (("planning", "--latency", "nan", "--describe"), "nan: is neither 0.2 nor 0.1-0.5"),
        (("planning", "--latency", "inf", "--describe"), "inf: is neither 0.2 nor 0.1-0.5"),
    ],
)
def test_misuse_is_a_sentence_and_no_traceback(
    mock: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    said = mock(*arguments)

    assert said.code in (1, 2)
    assert sentence in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        ("contract = 5", "department.toml:contract: must be a table"),
        (f'contract = {{ file = "{HEALTH}" }}', "is not in the folder"),
        ('contract = { file = "../x.yaml" }', "is not in the folder"),
        ('contract = { file = "a\\u0000" }', "is not in the folder"),
        ("deep = " + "[" * 2_000, "department.toml: cannot be read"),
    ],
)
def test_manifest_names_a_contract_of_its_folder(
    tmp_path: Path, manifest: str, sentence: str
) -> None:
    (tmp_path / "department.toml").write_text(manifest, "utf-8")

    with pytest.raises(Stop, match=sentence):
        contract_of(tmp_path)


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    document = "openapi: 3.0.3\nx: " + "[" * 5_000 + "]" * 5_000
    (tmp_path / "deep.yaml").write_text(document, "utf-8")

    with pytest.raises(Refused, match="nested more than 100 deep"):
        opened(tmp_path / "deep.yaml", Options(today=TODAY))


def test_the_journal_keeps_the_last_fifty_with_what_was_wrong() -> None:
    with (
        on_the_wire(REST[1].mock()) as base,
        httpx.Client(base_url=base, trust_env=False) as client,
    ):
        for _ in range(55):
            client.get(SUMMARY)
        client.get("/health-certificates/summary?creditcode=7")
        client.get("/health-certificate/summary")
        journal = client.get("/__mock/").json()

    lost, wrong, right = journal["requests"][:3]
    assert len(journal["requests"]) == 50
    assert journal["counts"] == {"certificateSummary": 56, "unknown": 1}
    assert (lost["valid"], lost["near"]) == (False, "/health-certificates/summary")
    assert wrong["mistakes"] == ["query.creditCode: is missing — is creditcode meant for it?"]
    assert (right["valid"], right["source"]) == (True, "example")


def test_faults_come_on_order_by_header_or_query() -> None:
    with (
        on_the_wire(REST[1].mock()) as base,
        httpx.Client(base_url=base, trust_env=False) as client,
    ):
        by_query = {
            k: client.get(f"{SUMMARY}&__fault={k}") for k in ("500", "fault", "empty", "html")
        }
        by_header = client.get(SUMMARY, headers={"__fault": "500"})
        unknown = client.get(f"{SUMMARY}&__fault=flood")
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{SUMMARY}&__fault=timeout", timeout=0.3)

    assert {kind: reply.status_code for kind, reply in by_query.items()} == {
        "500": 500, "fault": 401, "empty": 200, "html": 200,
    }  # fmt: skip
    assert by_query["empty"].content == b""
    assert by_query["html"].headers["content-type"].startswith("text/html")
    assert by_header.status_code == 500
    assert "choose among 500, fault, timeout, empty, html" in unknown.text


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("bad_gateway", "502 b'<html>"),
        ("empty_body", "200 b''"),
        ("reset_after_headers", "ReadError"),
        ("accept_close", "RemoteProtocolError"),
        ("truncated", "RemoteProtocolError"),
    ],
)
def test_every_call_meets_the_kind_of_fault_that_was_ordered(kind: str, what: str) -> None:
    served = REST[1].mock()
    served.bad_days = BadDays.of([kind], "rest")
    with asking(served) as client:
        try:
            reply = client.get(SUMMARY)
            seen = f"{reply.status_code} {reply.content!r}"
        except httpx.TransportError as error:
            seen = type(error).__name__

    assert seen.startswith(what)


def test_a_fault_on_order_is_in_the_version_of_soap_the_port_speaks() -> None:
    served = SOAP[1].mock()
    served.bad_days = BadDays.of(["soap_fault_200"], "soap")
    with asking(served) as client:
        reply = client.post("/", content=b"<x/>")

    assert reply.status_code == 200
    assert read(reply.content, reply.headers["content-type"]).version == "1.2"


def test_the_files_of_the_contract_are_handed_out_and_no_others() -> None:
    with (
        on_the_wire(SOAP[0].mock()) as base,
        httpx.Client(base_url=base, trust_env=False) as client,
    ):
        wsdl = client.get("/PlanCase/PlanCaseService.asmx?wsdl").text
        [place] = re.findall(r'schemaLocation="([^"]+)"', wsdl)
        schema = client.get(place)
        other = client.get("/__mock/contract/../department.toml")
        hidden = client.get("/__mock/contract/%2e%2e/department.toml")

    assert schema.content == (SOAP[0].root / "plan-case.xsd").read_bytes()
    assert {other.status_code, hidden.status_code} <= {404}


def test_an_answer_takes_as_long_as_its_latency() -> None:
    served = REST[1].mock()
    served.latency = (0.2, 0.2)
    with on_the_wire(served) as base:
        reply = httpx.get(base + SUMMARY, trust_env=False)

    assert reply.elapsed.total_seconds() >= 0.2
