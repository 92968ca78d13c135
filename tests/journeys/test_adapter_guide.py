"""docs/adapters.md is true: what it tells a team to type works, and shows what it says."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from adapters.drafting.draft import draft_department
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from gateway.settings_demo import DEPARTMENTS
from tests.adapters.conftest import RIM, Counter, counter
from tests.foreign import LAND, foreign
from tests.journeys.guide import GUIDE, ROOT, blocks, manifest_block, not_seen, script, shown

__all__ = ["counter"]

TOO_LONG = 124  # what timeout(1) says
NOBODY = "http://127.0.0.1:9"
OWNER = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<k:PersoonsInfoResponse xmlns:k="http://bkwi.nl/SuwiML/Diensten/KadasterDossierGSD/v0300"><ClientSuwi>
<Burgerservicenr>123456782</Burgerservicenr><Voornamen>Anna</Voornamen>
<Geboortedat>19710430</Geboortedat>
<Eigendom><IndEigendomOZVerleden>2</IndEigendomOZVerleden></Eigendom>
</ClientSuwi></k:PersoonsInfoResponse></s:Body></s:Envelope>"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """An empty folder; beside it, the commands a team has on its path."""
    commands = tmp_path / "bin"
    commands.mkdir()
    python = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
    path = f'PYTHONPATH="{ROOT}${{PYTHONPATH:+:$PYTHONPATH}}"'
    onething = f'#!/bin/sh\n{path} exec {sys.executable} -m gateway "$@"\n'
    for name, text in {"python": python, "onething": onething}.items():
        (commands / name).write_text(text, "utf-8")
        (commands / name).chmod(stat.S_IRWXU)
    work = tmp_path / "work"
    work.mkdir()
    return work


def surroundings(desk: Path) -> dict[str, str]:
    """Of this machine nothing but its commands; departments the guide is not about are nowhere."""
    away = {f"ONETHING__DEPARTMENTS__{name.upper()}__URL": NOBODY for name in DEPARTMENTS}
    del away["ONETHING__DEPARTMENTS__CONSTRUCTION__URL"]
    offline = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1"}
    return {
        **away,
        **offline,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PATH": f"{desk.parent / 'bin'}:/usr/bin:/bin",
        "HOME": str(desk),
        "ONETHING": str(ROOT),
        "LC_ALL": "C.UTF-8",
    }


def run(desk: Path, typed: str) -> tuple[int, str]:
    """The exit code of a script and all it said; whatever it started is over afterwards."""
    said = desk.parent / "said.txt"
    with said.open("wb") as out:
        shell = subprocess.Popen(  # noqa: S603 - what our own guide says
            ["/bin/bash", "-euo", "pipefail", "-c", typed],
            cwd=desk,
            env=surroundings(desk),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = shell.wait(timeout=200)
        except subprocess.TimeoutExpired:
            code = TOO_LONG
        finally:
            ended(shell)
    return code, said.read_text("utf-8")


def ended(shell: subprocess.Popen[bytes]) -> None:
    """The shell and all it started are gone, and seen off: nobody later finds it unreaped."""
    with suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGKILL)
    shell.wait()


@pytest.fixture
def repository_untouched() -> Iterator[None]:
    """Nothing of the guide writes into the repository."""
    source = ROOT / "tests/adapters/external"
    before = sorted(source.rglob("*"))
    yield
    assert [path for path in sorted(source.rglob("*")) if "__pycache__" not in path.parts] == [
        path for path in before if "__pycache__" not in path.parts
    ]


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("repository_untouched")
def test_the_guide_leads_from_a_contract_to_gold_and_into_the_graph(desk: Path) -> None:
    code, said = run(desk, script())

    assert code == 0, said[-3000:]
    assert not_seen(said) == []
    assert len(shown()) > 10


def test_a_step_that_fails_ends_the_guide(desk: Path) -> None:
    typed = "onething departments check archive || exit 7\necho after"

    assert run(desk, typed)[0] == 7


async def test_the_mapping_of_the_foreign_contract_reads_an_owner(
    counter: Counter, tmp_path: Path
) -> None:
    made = draft_department("land", foreign(LAND), tmp_path)
    manifest = made.folder / FILE
    head, _, _ = manifest.read_text("utf-8").partition("[registers.")
    decided = head.replace('"DECIDE"', '"land"')
    manifest.write_text(decided + manifest_block(), "utf-8")
    findings = Findings(FILE)
    declared = read_manifest(made.folder, findings)
    assert declared is not None, findings.items
    land = build(declared, Endpoint(url=counter.url), RIM, findings)
    assert land is not None, findings.items
    counter.says(OWNER)

    try:
        found = (await land.read("owner", "bsn", ["123456782"], budget=5))["123456782"]
    finally:
        await land.aclose()

    assert len(manifest_block().splitlines()) <= 30
    assert found == {
        "bsn": "123456782",
        "given_names": "Anna",
        "born_on": date(1971, 4, 30),
        "town": None,
        "owned_before": False,
    }


def test_the_first_step_says_how_the_command_is_found() -> None:
    first = GUIDE.read_text("utf-8").partition("## 1.")[2].partition("```sh")[0]

    assert '. "$ONETHING/.venv/bin/activate"' in first
    assert '"$ONETHING/.venv/bin/onething"' in first


def test_the_guide_is_one_page_of_steps() -> None:
    languages = [block.language for block in blocks()]

    assert languages.count("sh") >= 7
    assert languages.count("text") >= 5
