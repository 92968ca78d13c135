"""A department with one thing wrong with it, made from a shipped one."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.conformance.examples import Json
from adapters.conformance.recorded import Recorded
from adapters.conformance.subject import Line, Subject
from adapters.manifest.read import FILE
from tests.adapters.conformance.bad.lines import paced
from tests.adapters.test_departments_speak import DEPARTMENTS

Change = Callable[[Path], None]
System = Callable[[Subject], Recorded]


def nothing(folder: Path) -> None:
    """The folder stays as it is."""


@dataclass(frozen=True, kw_only=True)
class Bad:
    """What is wrong: in the folder, on the line, or with the real system; None: no system named."""

    base: str
    change: Change = nothing
    line: Line = paced
    system: System | None = Recorded
    limits: Mapping[str, Any] = field(default_factory=dict)


def copied(base: str, to: Path, change: Change) -> Path:
    """A copy of a shipped department, changed."""
    folder = to / base
    shutil.copytree(DEPARTMENTS / base, folder)
    change(folder)
    return folder


def edited(file: str, *pairs: tuple[str, str]) -> Change:
    """Texts of a file exchanged; each must be there. A contract is pinned anew."""

    def change(folder: Path) -> None:
        path = folder / file
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        after = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest = folder / FILE
        told = manifest.read_text("utf-8").replace(before, after)
        manifest.write_text(told, encoding="utf-8")

    return change


def told(*pairs: tuple[str, str]) -> Change:
    """The manifest edited."""
    return edited(FILE, *pairs)


def python(source: str) -> Change:
    """An adapter.py."""

    def change(folder: Path) -> None:
        (folder / "adapter.py").write_text(source, encoding="utf-8")

    return change


def example(name: str, change_of: Callable[[Json], None]) -> Change:
    """Examples whose names fit the pattern, changed."""

    def change(folder: Path) -> None:
        paths = list((folder / "examples").glob(f"{name}.json"))
        assert paths, name
        for path in paths:
            whole = json.loads(path.read_text("utf-8"))
            change_of(whole)
            path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")

    return change


def all_of(*changes: Change) -> Change:
    """One after another."""

    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change
