"""Hostile and broken contracts: refused with a sentence, soon, with nothing else touched."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.loading.cases import DOCUMENTS
from tests.adapters.loading.hostile_openapis import REST, answers
from tests.adapters.loading.hostile_wsdls import SOAP, Place

REPOSITORY = Path(__file__).parents[3]
SECONDS, MEGABYTES = 2.0, 200
ALL = {("soap", name): SOAP[name] for name in SOAP} | {("rest", name): REST[name] for name in REST}


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture(scope="module")
def outcomes(
    tmp_path_factory: pytest.TempPathFactory, listener: socket.socket
) -> Mapping[str, dict[str, Any]]:
    """What became of every document, each loaded in a process of its own."""
    base = tmp_path_factory.mktemp("hostile")
    asked = []
    for number, ((protocol, name), (_, make)) in enumerate(ALL.items()):
        folder = base / str(number) / "contract"
        folder.mkdir(parents=True)
        pipe = folder.parent / "secret"
        os.mkfifo(pipe)  # whoever opens it waits for ever, and is seen
        made = make(Place(folder, pipe, listener.getsockname()[1]))
        entry = folder / ("land.wsdl" if protocol == "soap" else "land.yaml")
        entry.write_bytes(made.encode() if isinstance(made, str) else made)
        asked.append([f"{protocol} {name}", protocol, str(entry)])
    told = run(asked, base)
    shutil.rmtree(base)
    return told


def run(asked: list[list[str]], folder: Path) -> dict[str, dict[str, Any]]:
    listed = folder / "asked.json"
    listed.write_text(json.dumps(asked), "utf-8")
    done = subprocess.run(  # noqa: S603 — our own module
        [sys.executable, "-m", "tests.adapters.loading.load_alone", str(listed)],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        timeout=300,
    )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("protocol", "name"), ALL)
def test_document_is_refused_in_bounded_time_and_touches_nothing(
    protocol: str, name: str, outcomes: Mapping[str, dict[str, Any]]
) -> None:
    found = outcomes[f"{protocol} {name}"]
    words, _ = ALL[protocol, name]
    assert words in found["error"]
    assert "Error:" not in found["error"]
    assert found["tried"] == []
    assert found["seconds"] < SECONDS
    assert found["peak_mb"] < MEGABYTES


@pytest.mark.usefixtures("outcomes")
def test_no_connection_was_made(listener: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_watch_sees_a_file_outside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", "utf-8")
    folder = tmp_path / "contract"
    folder.mkdir()
    entry = str(folder / "land.wsdl")
    found = run([["x", "leak", entry]], tmp_path)["x"]
    assert found["tried"] == [f"open {tmp_path / 'secret'}"]


@pytest.mark.parametrize(
    ("protocol", "name", "entry"),
    [("soap", "soap_chameleon", "land.wsdl"), ("rest", "rest_30", "api.yaml")],
)
def test_a_good_document_opens_files_of_its_folder_only(
    protocol: str, name: str, entry: str, tmp_path: Path
) -> None:
    shutil.copytree(DOCUMENTS / name / "contract", tmp_path / "contract")
    found = run([["x", protocol, str(tmp_path / "contract" / entry)]], tmp_path)["x"]
    assert (found["error"], found["tried"]) == ("", [])


ABSENT = ("a remote schema", "a remote include", "a remote redefine", "a file by URL", "a pipe")


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_declared_absent_is_done_without_and_not_looked_for(
    name: str, tmp_path: Path, listener: socket.socket
) -> None:
    folder = tmp_path / "contract"
    folder.mkdir()
    os.mkfifo(tmp_path / "secret")
    _, make = SOAP[name]
    made = make(Place(folder, tmp_path / "secret", listener.getsockname()[1]))
    (folder / "land.wsdl").write_bytes(made.encode() if isinstance(made, str) else made)

    found = run([["x", "lacking", str(folder / "land.wsdl")]], tmp_path)["x"]

    assert (found["error"], found["tried"]) == ("", [])
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("place", ["schemas", "examples"])
def test_a_language_by_its_url_is_not_asked_for(
    place: str, tmp_path: Path, listener: socket.socket
) -> None:
    """Such a document is fine; only nobody goes and looks the language up."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    entry = tmp_path / "contract/api.yaml"
    entry.parent.mkdir()
    known = f'{{ {place}: {{ X: {{ $schema: "{url}", $id: "{url}", type: object }} }} }}'
    entry.write_text(answers(f'{{ $ref: "#/components/{place}/X" }}', known), "utf-8")
    found = run([["x", "rest", str(entry)]], tmp_path)["x"]
    assert (found["error"], found["tried"]) == ("", [])
    with pytest.raises(BlockingIOError):
        listener.accept()
