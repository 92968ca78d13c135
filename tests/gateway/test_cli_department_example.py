"""`departments call … --example`: the call just made, kept as an example that replays."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import adapters.departments
from adapters.conformance.declared import examples_ask, examples_give
from adapters.conformance.subject import Subject
from adapters.conformance.tiers import State
from gateway.cli.plugged import recorded_with
from tests.adapters.archive_running import archive_system, unrecorded
from tests.adapters.external.archive_system import KEY
from tests.gateway.terminal import Terminal
from tests.gateway.test_cli_department_call import FOUND, Desk, desk

__all__ = ["desk"]

SHIPPED = Path(str(adapters.departments.__file__)).parent
FILED = ("verbs.file", "reference=C-1:X:file:1", "answers.projectName=小学", "--yes")


@pytest.fixture
def address() -> Iterator[str]:
    with archive_system() as url:
        yield url


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return unrecorded(tmp_path)


def call(terminal: Terminal, url: str, *words: str, key: str = KEY) -> int:
    settings = ("--url", url, "--set", f"departments.archive.url={url}")
    given = (*settings, "--set", f"departments.archive.api_key={key}", "--folder", "archive")
    return terminal.run("departments", "call", "archive", *words, *given)


def kept(folder: Path, name: str) -> Any:
    return json.loads((folder / "examples" / f"{name}.json").read_text("utf-8"))


def shipped(name: str, into: Path) -> Path:
    """A department of ours without its examples."""
    ignored = shutil.ignore_patterns("examples")
    return shutil.copytree(SHIPPED / name, into / name, ignore=ignored)


async def replays(folder: Path) -> bool:
    subject = Subject(folder=folder, credentials=recorded_with(folder.name))
    results = [await examples_ask(subject), await examples_give(subject)]
    return all(result.state is State.PASSED for result in results)


def test_an_answer_is_kept_with_what_it_shows_and_no_credential(
    terminal: Terminal, address: str, archive: Path
) -> None:
    words = ("registers.drawing", "key=CJ-20190002", "--example", "found", "--about", "One.")
    assert call(terminal, address, *words) == 0
    assert "found.json replays: gives the same" in terminal.out

    told = kept(archive, "found")
    assert (told["about"], told["call"]) == ("One.", "read")
    assert told["arguments"] == {
        "register": "drawing", "lookup": "number", "keys": ["CJ-20190002"]
    }  # fmt: skip
    assert told["gives"]["CJ-20190002"]["archived_on"] == {"date": "2019-05-06"}
    assert told["exchanges"][0]["request"]["headers"]["x-api-key"] == "made-up-api_key"
    assert KEY not in json.dumps(told)


def test_a_filing_by_hand_has_an_applicant_and_numbered_documents(
    terminal: Terminal, address: str, archive: Path
) -> None:
    documents = ("materials.1.code=B", "materials.0.code=A", "materials.0.sha256=" + "1" * 64)
    typed = ("answers.area=decimal:12.50", "answers.on=date:2026-03-02", "answers.floor=integer:3")
    named = ("applicant.name=某馆", *typed, "answers.lift=boolean:true")

    assert call(terminal, address, *FILED, *documents, *named, "--example", "file") == 0

    arguments = kept(archive, "file")["arguments"]
    assert [(one["code"], one["name"]) for one in arguments["materials"]] == [
        ("A", "A"),
        ("B", "B"),
    ]
    assert arguments["materials"][0]["sha256"] == "1" * 64
    assert arguments["applicant"] == {
        "name": "某馆",
        "identifier": "91310104MA188WXJ2E",
        "phone": "13800000000",
    }
    assert arguments["answers"] == {
        "projectName": "小学",
        "area": {"decimal": "12.50"},
        "on": {"date": "2026-03-02"},
        "floor": 3,
        "lift": True,
    }


def test_a_refusal_is_an_example_too(terminal: Terminal, address: str, archive: Path) -> None:
    words = ("verbs.file", "reference=C-2:X:file:1", "answers.projectName=小学驳回", "--yes")

    assert call(terminal, address, *words, "--example", "refused") == 0
    assert kept(archive, "refused")["fails"] == "Refused RULE 缺少竣工图"
    assert call(terminal, address, *words) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verbs.file", "reference=r", "--example", "x"), "add --yes if that is meant"),
        (("queryDrawings", "--example", "x"), "an example shows what is declared"),
        (("registers.drawing", "key=1", "--example", "../x"), "'../x' is no name of an example"),
        (("registers.drawing", "key=1", "--about", "x"), "they need --example NAME"),
        ((*FILED, "materials.x=1"), "number the documents: materials.0.code=…"),
        ((*FILED, "materials.0.name=x"), "materials.0.code: is missing"),
        ((*FILED, "materials.0.cod=x"), "did you mean 'code'?"),
        ((*FILED, "materials.0.code=x", "materials.0.size=big"), "'big' is no number of bytes"),
        ((*FILED, "answers.area=decimal:much"), "answers.area: 'much' is no decimal"),
        ((*FILED, "submitted_at=2026-03-02"), "'2026-03-02' is no time with a zone"),
    ],
)
def test_what_cannot_be_kept_or_sent_is_told_before_anything_is_sent(
    terminal: Terminal, desk: Desk, archive: Path, words: tuple[str, ...], said: str
) -> None:
    assert call(terminal, desk.url, *words) == 2
    assert said in terminal.err
    assert desk.heard == []
    assert not (archive / "examples").exists()


def test_an_example_is_written_over_only_by_force(
    terminal: Terminal, address: str, archive: Path
) -> None:
    words = ("registers.drawing", "key=CJ-20190002", "--example", "one")
    assert call(terminal, address, *words) == 0
    before = kept(archive, "one")

    other = ("registers.drawing", "key=CJ-20190001", "--example", "one")
    assert call(terminal, address, *other) == 2
    assert "one.json is there already" in terminal.err
    assert kept(archive, "one") == before
    assert call(terminal, address, *other, "--force") == 0
    assert kept(archive, "one") != before


def test_where_nobody_answers_there_is_no_example(terminal: Terminal, archive: Path) -> None:
    words = ("registers.drawing", "key=CJ-20190002", "--example", "one")

    assert call(terminal, "http://127.0.0.1:9", *words) == 1
    assert "no example was written: nothing was answered" in terminal.err
    assert not (archive / "examples").exists()


def test_what_could_not_be_sent_is_no_example(
    terminal: Terminal, desk: Desk, archive: Path
) -> None:
    manifest = archive / "department.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"applicant.name"', '"applicant.agent_name"'), "utf-8")

    assert call(terminal, desk.url, *FILED, "--example", "first") == 1
    assert "no example was written: Unsendable: archive: the request lacks" in terminal.err
    assert "an example shows an answer, a refusal or busy" in terminal.err
    assert not (archive / "examples").exists()


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (FILED, {"depositNo": "1"}),
        (("registers.drawing", "key=CJ-20190001"), {"drawings": [{"number": "CJ-20190001"}]}),
    ],
)
def test_an_answer_that_breaks_the_contract_is_no_example(
    terminal: Terminal, desk: Desk, archive: Path, words: tuple[str, ...], body: Any
) -> None:
    desk.says_json(body)

    assert call(terminal, desk.url, *words, "--example", "first") == 1
    assert "no example was written: ContractBroken: archive: " in terminal.err
    assert not (archive / "examples").exists()


def test_one_key_that_cannot_be_read_makes_no_example(
    terminal: Terminal, desk: Desk, archive: Path
) -> None:
    manifest = archive / "department.toml"
    text = manifest.read_text("utf-8")
    line = 'title = ".title | code state"'
    manifest.write_text(text.replace('title = ".title"', line), "utf-8")
    drawing = {"number": "CJ-20190001", "title": "t", "sheets": 1, "archivedOn": "2019-05-06"}
    desk.says_json({"drawings": [drawing]})
    keys = ("key=CJ-20190001", "key=CJ-20190002")

    assert call(terminal, desk.url, "registers.drawing", *keys, "--example", "one") == 1
    assert "no example was written: ContractBroken: archive: " in terminal.err
    assert "ours to mend" in terminal.err
    assert not (archive / "examples").exists()


STAMP = "from uuid import uuid4\n\n\ndef stamp(value):\n    return uuid4().hex\n"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'note = "remark"',
            'note = "remark | python stamp"',
            "answered as recorded it gives another",
        ),
        (
            'request.path.depositNo = "receipt"',
            'request.path.depositNo = "receipt | python stamp"',
            "it asks otherwise each time",
        ),
    ],
)
def test_what_does_not_replay_is_not_written(
    terminal: Terminal, desk: Desk, archive: Path, before: str, after: str, said: str
) -> None:
    manifest = archive / "department.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace(before, after), "utf-8")
    (archive / "adapter.py").write_text(STAMP, "utf-8")
    at = "2026-03-02T09:00:00+08:00"
    deposit = {"depositNo": "1", "reference": "r", "receivedAt": at, "changedAt": at}
    desk.says_json({**deposit, "state": "TAKEN", "remark": "已收"})

    assert call(terminal, desk.url, "verbs.progress", "receipt=1", "--example", "one") == 1
    assert f"no example was written: {said}" in terminal.err
    assert not (archive / "examples").exists()


def test_a_token_that_was_given_out_and_a_secret_that_is_repeated_stand_nowhere(
    terminal: Terminal, desk: Desk, tmp_path: Path
) -> None:
    folder = shipped("market", tmp_path)
    desk.says_json({"access_token": "a-living-token", "token_type": "Bearer", "expires_in": 600})
    desk.says_json({"applications": [], "echo": "a-living-secret"})
    settings = ("--folder", "market", "--set", "departments.market.client_secret=a-living-secret")

    code = terminal.run(
        "departments", "call", "market", "verbs.find_filing", "reference=r",
        "--url", desk.url, "--example", "absent", *settings,
    )  # fmt: skip

    assert code == 0, terminal.err
    text = (folder / "examples/absent.json").read_text("utf-8")
    assert "a-living" not in text
    assert [one["request"]["path"] for one in json.loads(text)["exchanges"]] == [
        "/oauth/token",
        "/applications?reference=r",
    ]
    assert asyncio.run(replays(folder))


def test_a_credential_among_the_arguments_makes_no_example(
    terminal: Terminal, desk: Desk, archive: Path
) -> None:
    desk.says_json({"drawings": []})
    words = ("registers.drawing", "key=CJ-20190001", "--example", "one")

    assert call(terminal, desk.url, *words, key="CJ-20190001") == 1
    assert "the credential 'api_key' would stand in it" in terminal.err
    assert not (archive / "examples").exists()


def test_soap_with_a_signed_header_and_an_answer_of_none_is_kept(
    terminal: Terminal, desk: Desk, tmp_path: Path
) -> None:
    folder = shipped("planning", tmp_path)
    none = '<r:GetParcelResponse xmlns:r="http://ghzyj.sh.gov.example/plancase/types"/>'
    body = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{none}'
    desk.says(f"{body}</s:Body></s:Envelope>")

    code = terminal.run(
        "departments", "call", "planning", "registers.parcel.parcel_no", "key=1",
        "--url", desk.url, "--folder", "planning", "--example", "absent",
    )  # fmt: skip

    assert code == 0, terminal.err
    assert kept(folder, "absent")["gives"] == {"1": None}
    assert asyncio.run(replays(folder))


def test_a_look_up_of_a_shipped_department_is_kept_with_the_demos_credential(
    terminal: Terminal, desk: Desk, tmp_path: Path
) -> None:
    folder = shipped("housing", tmp_path)
    desk.says_json(FOUND)

    code = terminal.run(
        "departments", "call", "housing", "registers.property.cert_no", "key=1", "key=2",
        "--url", desk.url, "--folder", "housing", "--example", "absent", "--json",
    )  # fmt: skip

    assert code == 0, terminal.err
    assert json.loads(terminal.out)["example"].endswith("housing/examples/absent.json")
    [exchange] = kept(folder, "absent")["exchanges"]
    assert exchange["request"]["headers"]["x-app-key"] == "housing-demo-key"
