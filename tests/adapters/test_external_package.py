"""A department from another package: installed beside ours, it is in the list and in the graph."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from adapters.installed import GROUP, installed_departments
from adapters.registry import Loaded, load_departments
from adapters.wire import Endpoint
from tests.adapters.archive_running import ARCHIVE, CALLS, archive_system, recording, unrecorded
from tests.adapters.conftest import Counter
from tests.adapters.external.archive_system import KEY
from tests.gateway.becoming import becoming
from tests.gateway.terminal import Terminal

ROOT = Path(__file__).parents[2]
PACKAGE = Path(__file__).parent / "external"
SETTINGS = ("--set", "departments.archive.url=http://127.0.0.1:9/v", "--set")
NUMBERS = ("CJ-20190001", "CJ-20190002")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder the package was installed into, as a user does it."""
    target, source = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("source")
    shutil.copytree(PACKAGE, source, dirs_exist_ok=True)  # a build leaves things behind
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    built = [*command, *options, "--target", str(target), str(source)]
    subprocess.run(built, check=True, timeout=100)  # noqa: S603
    return target


def typed(*words: str) -> list[str]:
    """The words of a command, with the package's address and key."""
    return [*words[:2], *SETTINGS, "departments.archive.api_key=k", *words[2:]]


@pytest.fixture
def beside(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """A shell in which the package is on the path, as the first test's process has it."""
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.chdir(ROOT)
    becoming(monkeypatch)
    return Terminal(capsys)


def test_an_installed_package_is_listed_among_the_departments(site: Path) -> None:
    listed = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "gateway", *typed("departments", "list", "--json")],
        cwd=ROOT,
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert listed.returncode == 0, listed.stderr
    (archive,) = [d for d in json.loads(listed.stdout) if d["id"] == "archive"]
    assert archive["registers"] == ["drawing"]
    assert archive["services"] == ["archive_deposit"]
    assert archive["declared"]["python"] == 0


def test_its_register_is_in_the_graph_and_linked_to_another_departments(beside: Terminal) -> None:
    assert beside.run(*typed("schema", "print")) == 0, beside.err
    assert "drawing(" in beside.out
    drawing = beside.out.partition("type Drawing {")[2].partition("\n}")[0]
    assert "archivedOn: Date!" in drawing
    assert "building: BuildingReading!" in drawing


def loaded(site: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """What a process finds that has the package on its path, and no department of ours."""
    monkeypatch.syspath_prepend(str(site))
    endpoint = Endpoint(url=url, credentials={"api_key": "k"})
    return load_departments([], {"archive": endpoint})


async def test_it_is_asked_for_two_drawings_in_one_call(
    site: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = [
        {"number": number, "title": "总平面图", "sheets": 3, "archivedOn": "2019-05-06"}
        for number in NUMBERS
    ]
    counter.says(json.dumps({"drawings": drawings}), kind="application/json")
    found = loaded(site, counter.url, monkeypatch)
    assert found.findings == ()
    archive = found.departments["archive"]

    try:
        read = await archive.read("drawing", "number", NUMBERS, budget=2)
    finally:
        await archive.aclose()

    assert list(read) == list(NUMBERS)
    assert len(counter.heard) == 1
    assert b"x-api-key: k" in counter.heard[0].lower()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("no_such_package.archive", "no_such_package.archive cannot be imported"),
        ("json.no_such_module", "there is no module json.no_such_module"),
        ("json.decoder", "there is no department.toml beside json.decoder"),
    ],
)
def test_an_entry_point_that_leads_to_no_department_is_named(value: str, sentence: str) -> None:
    folders, broken = installed_departments([EntryPoint("archive", value, GROUP)])

    assert folders == set()
    assert str(broken[0]).startswith(f"a package:onething.departments.archive: {sentence}")
    assert "department.toml beside the module" in broken[0].remedy


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The archive's test system."""
    with archive_system() as url:
        yield url


def recorded(name: str, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The example as the command line writes it."""
    terminal = Terminal(capsys)
    assert terminal.run(*recording(name, folder, url)) == 0, terminal.err
    return (folder / "examples" / f"{name}.json").read_text("utf-8")


def test_its_examples_are_what_recording_them_today_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {path.stem: path.read_text("utf-8") for path in (ARCHIVE / "examples").iterdir()}

    with archive_system() as url:
        folder = unrecorded(tmp_path)
        found = {name: recorded(name, folder, url, capsys) for name in CALLS}

    assert found == kept, "python -m tests.adapters.archive_running, and read the difference"
    assert KEY not in "".join(kept.values())


def checked(terminal: Terminal, *words: str) -> tuple[str, list[str]]:
    """The tier it reaches, and what stands in the way of the next."""
    terminal.run(*typed("departments", "check", "archive", "--json", *words))
    report = json.loads(terminal.out)
    failed = [one for one in report["checks"] if one["state"] == "failed"]
    return report["tier"], [f"{one['id']}: {one['evidence']}" for one in failed]


def test_it_is_silver_by_its_examples_alone(beside: Terminal) -> None:
    assert checked(beside) == ("silver", [])


@pytest.mark.timeout(120)
def test_it_is_gold_against_a_system_that_keeps_deposits(beside: Terminal, address: str) -> None:
    found = checked(
        beside,
        *("--against", address, "--writes", "--tier", "gold"),
        *("--set", f"departments.archive.api_key={KEY}"),
    )

    assert found == ("gold", [])


def test_a_mock_is_found_for_an_installed_package(beside: Terminal) -> None:
    assert beside.run(*typed("departments", "mock", "archive", "--describe")) == 0, beside.err
    assert "queryDrawings" in beside.out


def test_an_installed_package_is_called_by_its_id(beside: Terminal, address: str) -> None:
    words = typed(
        "departments", "call", "archive", "registers.drawing", "key=CJ-20190002",
        "--url", address, "--set", f"departments.archive.api_key={KEY}",
    )  # fmt: skip

    assert beside.run(*words) == 0, beside.err
    assert '"title": "首层平面图"' in beside.out
