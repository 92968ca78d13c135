"""Wrong manifests as data: a good department, one change, and the rule that must refuse it.

A case is `cases/<rule>.toml`, or `<rule>-<variant>.toml`:

    base = "office"            # or "desk"
    key = "limits.timeout_s"   # the key the finding names
    says = "is missing"        # part of its sentence
    remove = ["limits.timeout_s"]
    [set]
    "a.b" = …                  # dotted paths into the good manifest
    [files]
    "adapter.py" = "…"         # files beside it
"""

import hashlib
import json
import re
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.findings import Finding, Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build, load_departments
from adapters.rules import Rule
from adapters.wire import Endpoint
from tests.adapters.conftest import CREDENTIALS, RIM

HERE = Path(__file__).parent
BASES = ("office", "desk")
_PATH = re.compile(r"'([^']*)'|([^.]+)")


@dataclass(frozen=True)
class Case:
    """One wrong manifest."""

    name: str
    data: Mapping[str, Any]

    @property
    def rule(self) -> Rule:
        return Rule(self.name.partition("-")[0])


def cases() -> dict[str, Case]:
    found = sorted((HERE / "cases").glob("*.toml"))
    return {
        path.stem: Case(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in found
    }


def together(many: Sequence[Case]) -> Case:
    """All the changes of these cases, made to one manifest."""
    data: dict[str, Any] = {"base": many[0].data["base"], "remove": [], "set": {}, "files": {}}
    for case in many:
        data["remove"] += case.data.get("remove", ())
        data["set"] |= case.data.get("set", {})
        data["files"] |= case.data.get("files", {})
    return Case("+".join(case.name for case in many), data)


def touched(case: Case) -> list[str]:
    """The keys a case changes."""
    return [
        path.replace("'", "") for path in (*case.data.get("remove", ()), *case.data.get("set", ()))
    ]


def placed(base: str, folder: Path) -> Path:
    """A copy of a good department, its contract pinned."""
    target = folder / base
    shutil.copytree(HERE / base, target)
    _pin(target, (target / FILE).read_text(encoding="utf-8"))
    return target


def _pin(target: Path, text: str) -> None:
    for file in sorted((target / "contract").iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        text = text.replace(f"@contract/{file.name}@", digest)
    (target / FILE).write_text(text, encoding="utf-8")


def spoiled(case: Case, folder: Path) -> Path:
    """The folder of a case: a good department with its one change."""
    target = placed(str(case.data["base"]), folder)
    manifest = tomllib.loads((target / FILE).read_text(encoding="utf-8"))
    for path in case.data.get("remove", ()):
        *way, last = _steps(path)
        del _at(manifest, way)[last]
    for path, value in case.data.get("set", {}).items():
        *way, last = _steps(path)
        _at(manifest, way)[last] = value
    _pin(target, dumps(manifest) + case.data.get("append", ""))
    for name, text in case.data.get("files", {}).items():
        (target / name).write_text(text, encoding="utf-8")
    for name in case.data.get("lost", ()):
        (target / name).unlink()
    return target


def told(folder: Path, case: Case | None = None) -> list[Finding]:
    """Everything found wrong with the department of this folder."""
    if case is not None and case.data.get("settings") == "none":
        return list(load_departments(folder.parent, {}, installed=False).findings)
    findings = Findings(FILE)
    manifest = read_manifest(folder, findings)
    if manifest is not None:
        endpoint = Endpoint(url="http://127.0.0.1:1", credentials=CREDENTIALS)
        build(manifest, endpoint, RIM, findings)
    return findings.items


def dumps(data: Mapping[str, Any]) -> str:
    """TOML of plain data; tables inline, so that order does not matter."""
    return "".join(f"{json.dumps(k)} = {_value(v)}\n" for k, v in data.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items())
        return "{ " + inside + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _steps(path: str) -> list[str]:
    return [quoted or plain for quoted, plain in _PATH.findall(path)]


def _at(data: dict[str, Any], way: list[str]) -> dict[str, Any]:
    for step in way:
        data = data.setdefault(step, {})
    return data
