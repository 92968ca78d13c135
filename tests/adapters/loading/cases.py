"""Departments made around a contract document: as little manifest as a single look-up needs."""

import hashlib
import json
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCUMENTS = Path(__file__).parent / "documents"

_MANIFEST = """
id = "land"
name = {{ zh = "地籍", en = "Land" }}
owner = {{ unit = "u", contact = "c", purpose = "p" }}
protocol = "{protocol}"
repeats = "lookup"
progress = "poll"

[contract]
file = "{file}"
sha256 = "{sha256}"
more = {more}
vendored = {vendored}
{contract}

[limits]
timeout_s = 5.0
concurrency = 2
rate_per_s = 10
processing_s = 1
lookup_lag_s = 1

[auth]
kind = "none"

[registers.record]
title = {{ zh = "记录", en = "Record" }}
key = "id"
[registers.record.fields]
id = {{ kind = "text", zh = "号", en = "id" }}
name = {{ kind = "text", zh = "名", en = "name", optional = true }}
[registers.record.lookups.id]
{lookup}
[registers.record.reply]
{reply}
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A document, one call through it, and what both sides then say."""

    folder: Path
    protocol: str
    file: str
    contract: str
    lookup: str
    reply: str
    answer: str
    sent: list[str]
    expected: str = "沈若梅"
    refused: Mapping[str, str] = field(default_factory=dict)
    vendored: Mapping[str, str] = field(default_factory=dict)
    hooks: list[str] = field(default_factory=list)

    @property
    def entry(self) -> Path:
        return self.folder / self.file

    @property
    def copies(self) -> Mapping[str, Path]:
        return {url: self.folder / file for url, file in self.vendored.items()}


def case(name: str) -> Case:
    """The case in this folder of documents."""
    told: dict[str, Any] = tomllib.loads((DOCUMENTS / name / "case.toml").read_text("utf-8"))
    return Case(folder=DOCUMENTS / name, **told)


def names() -> list[str]:
    """All cases."""
    return sorted(path.name for path in DOCUMENTS.iterdir())


def department(told: Case, folder: Path, lookup: str | None = None) -> Path:
    """A department's folder with the case's contract, everything in it pinned."""
    target = folder / "land"
    shutil.copytree(told.folder / "contract", target / "contract")
    pins = {
        path.relative_to(target).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (target / "contract").rglob("*")
        if path.is_file()
    }
    text = _MANIFEST.format(
        protocol=told.protocol,
        file=told.file,
        sha256=pins.pop(told.file),
        more=_inline(pins),
        vendored=_inline(told.vendored),
        contract=told.contract,
        lookup=lookup or told.lookup,
        reply=told.reply,
    )
    (target / "department.toml").write_text(text, encoding="utf-8")
    return target


def _inline(table: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in table.items()) + " }"
