"""The archive's test system on loopback, and the calls its examples are recorded from.

`python -m tests.adapters.archive_running` records them anew; read the difference.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn

from tests.adapters.external.archive_system import KEY, system

PACKAGE = Path(__file__).parent / "external/src/onething_archive"
ARCHIVE = PACKAGE / "archive"
CASE = "31010420260302-ABCDEFGH7"
BY = (f"case={CASE}", "submitted_at=2026-03-02T09:00:00+08:00")
ASKED = (f"reference={CASE}:X:file:1", *BY, "answers.projectName=徐汇小学")
DOCUMENT = ("materials.0.code=J1", "materials.0.name=竣工图")
BACK = (f"reference={CASE}:X:withdraw:1", "receipt=YJ20260001", "reason=不移交了")
CALLS: dict[str, tuple[str, ...]] = {
    "read-drawing-found": (
        "It knows them.",
        "registers.drawing",
        "key=CJ-20190001",
        "key=CJ-20190002",
    ),
    "read-drawing-absent": ("It knows none such.", "registers.drawing", "key=CJ-99999999"),
    "file": ("A deposit is received.", "verbs.file", *ASKED, *DOCUMENT),
    "find_filing-found": ("Found under our reference.", "verbs.find_filing", ASKED[0]),
    "find_filing-absent": ("No such reference.", "verbs.find_filing", "reference=none-such"),
    "progress-received": ("Just received.", "verbs.progress", "receipt=YJ20260001"),
    "progress-granted": ("Archived.", "verbs.progress", "receipt=YJ20260001"),
    "certificate": ("What was issued.", "verbs.certificate", "receipt=YJ20260001"),
    "refused": (
        "A drawing lacks.",
        "verbs.file",
        f"reference={CASE}:X:file:2",
        *BY,
        "answers.projectName=徐汇小学驳回",
    ),
    "busy": (
        "Busy: not taken, by its own words.",
        "verbs.file",
        f"reference={CASE}:X:file:3",
        *BY,
        "answers.projectName=徐汇小学繁忙",
    ),
    "withdraw": ("Taken back.", "verbs.withdraw", *BACK),
    "withdraw-again": ("Taken back already: counts as done.", "verbs.withdraw", *BACK),
}


@contextmanager
def archive_system() -> Iterator[str]:
    """The address of a test system of its own."""
    server = uvicorn.Server(uvicorn.Config(system(), port=0, log_level="warning"))
    sock = server.config.bind_socket()
    thread = Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


def unrecorded(into: Path) -> Path:
    """The archive's folder without examples."""
    return shutil.copytree(
        ARCHIVE, into / "archive", ignore=shutil.ignore_patterns("examples", "__pycache__")
    )


def recording(name: str, folder: Path, url: str) -> list[str]:
    """The words that record one example."""
    about, operation, *arguments = CALLS[name]
    settings = ["--set", f"departments.archive.url={url}"]
    settings += ["--set", f"departments.archive.api_key={KEY}"]
    keep = ["--folder", str(folder), "--yes", "--example", name, "--about", about]
    return ["departments", "call", "archive", operation, *arguments, *keep, *settings]


def record_all() -> None:
    """Write the package's examples anew."""
    with tempfile.TemporaryDirectory() as work, archive_system() as url:
        folder = unrecorded(Path(work))
        for name in CALLS:
            words = [sys.executable, "-m", "gateway", *recording(name, folder, url)]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        shutil.rmtree(ARCHIVE / "examples", ignore_errors=True)
        shutil.copytree(folder / "examples", ARCHIVE / "examples")


if __name__ == "__main__":
    record_all()
