"""Replies as they were recorded: `examples/*.json` of a department's folder."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mocks.anything.exchange import Answer, Asked, Mock, log
from mocks.anything.refusal import Refused

_LEFT_OUT = frozenset({"content-length", "date", "server", "transfer-encoding", "connection"})


def recorded(folder: Path, mock: Mock) -> dict[object, Answer]:
    """Answers by the identity of what was asked; what the contract forbids is logged and left out.

    When one request was answered in several ways, the friendliest answer stays.
    """
    made: dict[object, Answer] = {}
    found = [one for file in sorted(folder.glob("*.json")) for one in _exchanges(file)]
    for _, _, name, asked, answer in sorted(found, key=lambda one: one[:3]):
        identity = mock.identity(asked)
        if identity is None:
            log.warning("%s: %s %s is not of this contract", name, asked.method, asked.path)
            continue
        wrong = mock.keeps(asked, answer)
        if wrong:
            log.warning("%s: the recorded reply is not used: %s", name, "; ".join(wrong[:3]))
            continue
        made.setdefault(identity, answer)
    return made


def _exchanges(file: Path) -> Iterator[tuple[bool, int, str, Asked, Answer]]:
    try:
        example = json.loads(file.read_text("utf-8"))
        for one in example.get("exchanges", ()):
            charset = one.get("charset") or example.get("charset") or "utf-8"
            answer = _answer(one["reply"], charset)
            failed = "fails" in example
            yield failed, answer.status, file.name, _asked(one["request"], charset), answer
    except (ValueError, KeyError, TypeError, AttributeError, LookupError) as wrong:
        raise Refused(f"{file}: is not a recorded example: {wrong!r} — record it anew") from wrong


def _asked(said: Mapping[str, Any], charset: str) -> Asked:
    parts = urlsplit(said["path"])
    return Asked(
        method=said["method"],
        path=unquote(parts.path),
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in said.get("headers", {}).items()},
        body=said.get("body", "").encode(charset),
    )


def _answer(said: Mapping[str, Any], charset: str) -> Answer:
    headers = said.get("headers", {}).items()
    return Answer(
        status=said["status"],
        headers={n.lower(): v for n, v in headers if n.lower() not in _LEFT_OUT},
        body=said.get("body", "").encode(charset),
        source="recorded",
    )
