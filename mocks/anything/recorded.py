"""Replies as they were recorded: `examples/*.json` of a department's folder."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from mocks.anything.exchange import Answer, Asked, Mock, log
from mocks.anything.refusal import Refused

_LEFT_OUT = frozenset({"content-length", "date", "server", "transfer-encoding", "connection"})


def recorded(folder: Path, mock: Mock) -> dict[object, Answer]:
    """Answers by the identity of what was asked; what the contract forbids is logged and left out.

    When one request was answered in several ways, the friendliest answer stays.
    """
    made: dict[object, Answer] = {}
    found = [one for file in sorted(folder.glob("*.json")) for one in exchanges(file)]
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


def exchanges(file: Path) -> Iterator[tuple[bool, int, str, Asked, Answer]]:
    """What a file holds: whether it is one of a failure, the status, its name, and the two."""
    try:
        example = json.loads(file.read_text("utf-8"))
        for one in example.get("exchanges", ()):
            answer = _answer(one["reply"])
            failed = "fails" in example
            yield failed, answer.status, file.name, _asked(one["request"]), answer
    except (ValueError, KeyError, TypeError, AttributeError, LookupError) as wrong:
        raise Refused(f"{file}: is not a recorded example: {wrong!r} — record it anew") from wrong


def _asked(said: Mapping[str, Any]) -> Asked:
    path, _, query = said["path"].partition("?")
    return Asked(
        method=said["method"],
        path=unquote(path),
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in said.get("headers", {}).items()},
        body=_content(said),
    )


def _answer(said: Mapping[str, Any]) -> Answer:
    headers = said.get("headers", {}).items()
    return Answer(
        status=said["status"],
        headers={n.lower(): v for n, v in headers if n.lower() not in _LEFT_OUT},
        body=_content(said),
        source="recorded",
    )


def _content(said: Mapping[str, Any]) -> bytes:
    content: bytes = said.get("body", "").encode(said.get("charset", "utf-8"))
    return content
