"""Exchanges on the disk, in the form examples have, without what must not be kept."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from mocks.recording.known import knowing, known_in
from mocks.recording.redaction import Redaction

_NOT_KEPT = frozenset(
    {
        "accept-encoding", "connection", "content-length", "date", "host", "keep-alive", "server",
        "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its reply as they passed; header names are lower case."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str]
    body: bytes
    status: int
    reply_headers: Mapping[str, str]
    reply_body: bytes


@dataclass(slots=True, kw_only=True)
class Recording:
    """A folder that grows by one file an exchange, at most `most` of them."""

    folder: Path
    redaction: Redaction
    most: int
    kept: int = 0
    _last: int = 0  # its number; somebody may have taken files away

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=self.folder):  # told now, not when the first exchange is there
            pass
        there = list(self.folder.glob("*.json"))
        self.kept = len(there)
        numbers = (one.name.partition("-")[0] for one in there)
        self._last = max((int(one) for one in numbers if one.isdecimal()), default=0)

    @property
    def full(self) -> bool:
        """Whether no more is kept."""
        return self.kept >= self.most

    def keep(self, exchange: Exchange) -> Path:
        """Write one down, redacted; the file."""
        self.kept += 1
        self._last += 1
        told = self._told(exchange)
        shown = told["exchanges"][0]["request"]["path"]
        last = shown.partition("?")[0].rstrip("/").rpartition("/")[2]
        slug = re.sub(r"[^a-z0-9]+", "-", last.lower())[:40].strip("-") or "root"
        file = self.folder / f"{self._last:04d}-{exchange.method.lower()}-{slug}.json"
        part = file.with_suffix(".part")
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
        part.replace(file)
        return file

    def _told(self, one: Exchange) -> dict[str, Any]:
        known = known_in(self.redaction, partial(_redacted, one))
        return _redacted(one, knowing(self.redaction, known))


def _redacted(one: Exchange, redaction: Redaction) -> dict[str, Any]:
    """The exchange as it is written down; the address whole: what is before tells what it is."""
    path = redaction.address(one.target)
    asked = _message(redaction, one.headers, one.body)
    request = {"method": one.method, "path": path, **asked}
    reply = {"status": one.status, **_message(redaction, one.reply_headers, one.reply_body)}
    about = f"{one.method} {path.partition('?')[0]}, recorded."
    return {"about": about, "exchanges": [{"request": request, "reply": reply}]}


def _message(redaction: Redaction, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    kept = {name: value for name, value in headers.items() if name not in _NOT_KEPT}
    told: dict[str, Any] = {"headers": redaction.header_lines(kept)}
    if body:
        told["body"], charset = redaction.body(body, headers.get("content-type", ""))
        if charset != "utf-8":
            told["charset"] = charset
    return told
