"""Examples beside each contract: one call of a department, the bytes it took, what it gave."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from adapters.calls import Rim
from adapters.department import DeclaredDepartment
from adapters.errors import AdapterError, Refused
from adapters.findings import Findings
from adapters.manifest.model import Manifest
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.soap.xml import Element, parse
from adapters.wire import Endpoint, Wire, WireReply, WireRequest
from schema.domain.filing import (
    Applicant,
    Certificate,
    Filing,
    MaterialRef,
    Supplement,
    Withdrawal,
)
from tests.adapters.test_departments_speak import CREDENTIALS, DEPARTMENTS

NOW = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
NOWHERE = "http://127.0.0.1:9"
BUDGET = 5.0
ASKED = frozenset(
    {
        "accept",
        "authorization",
        "content-type",
        "idempotency-key",
        "if-none-match",
        "soapaction",
        "x-api-key",
        "x-app-key",
    }
)
ANSWERED = frozenset({"content-type", "etag"})
Json = Any  # what json.loads gives


def folder(name: str) -> Path:
    """Where a department's examples lie."""
    return DEPARTMENTS / name / "examples"


def manifest_of(name: str) -> Manifest:
    """The shipped manifest, which has no mistake."""
    findings = Findings(FILE)
    manifest = read_manifest(DEPARTMENTS / name, findings)
    assert manifest is not None, [str(f) for f in findings.items]
    return manifest


def department(
    manifest: Manifest, wire: Wire, credentials: Mapping[str, str] | None = None
) -> DeclaredDepartment:
    """The department on this line, its clock standing still, its ids counted from one."""
    numbers = count(1)
    rim = Rim(
        now=NOW.timestamp,
        new_id=lambda: f"call-{next(numbers)}",
        nonce=lambda: b"0123456789abcdef",
    )
    findings = Findings(FILE)
    known = {**CREDENTIALS[manifest.id], **(credentials or {})}
    made = build(manifest, Endpoint(url=NOWHERE, credentials=known), rim, findings, wire)
    assert made is not None, [str(f) for f in findings.items]
    return made


# values as JSON and back


TAGGED: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (Decimal, "decimal", str),
    (datetime, "datetime", datetime.isoformat),  # before date: every datetime is one
    (date, "date", date.isoformat),
)
FROM_TAG: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def plain(value: Any) -> Json:
    """A value as JSON: decimals and dates say that they are; what a value lacks is left out."""
    for kind, tag, told in TAGGED:
        if isinstance(value, kind):
            return {tag: told(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if is_dataclass(value):
        known = {f.name: getattr(value, f.name) for f in fields(value)}
        return {name: plain(one) for name, one in known.items() if one is not None}
    return {"fails": failure(value)} if isinstance(value, AdapterError) else value


def failure(error: AdapterError) -> str:
    """An error by its class and code, with the department's sentence when it said one."""
    if isinstance(error, Refused):
        return f"Refused {error.fault} {error.reason}"
    return f"{type(error).__name__} {error.code.value}"


def valued(told: Json) -> Any:
    """The value that `plain` showed, dataclasses as mappings."""
    if isinstance(told, list):
        return tuple(valued(one) for one in told)
    if not isinstance(told, dict):
        return told
    if len(told) == 1 and (tag := next(iter(told))) in FROM_TAG:
        return FROM_TAG[tag](told[tag])
    return {key: valued(one) for key, one in told.items()}


def filing_from(arguments: Mapping[str, Any]) -> Filing:
    """The filing an example tells."""
    whole = dict(arguments)
    whole["applicant"] = Applicant(**whole["applicant"])
    whole["materials"] = tuple(MaterialRef(**one) for one in whole["materials"])
    whole["outputs"] = {key: Certificate(**one) for key, one in whole["outputs"].items()}
    return Filing(**whole)


def supplement_from(arguments: Mapping[str, Any]) -> Supplement:
    """The supplement an example tells."""
    whole = dict(arguments)
    whole["materials"] = tuple(MaterialRef(**one) for one in whole["materials"])
    return Supplement(**whole)


# calls


async def outcome(adapter: DeclaredDepartment, call: str, arguments: Json) -> dict[str, Json]:
    """`{"gives": …}` or `{"fails": …}`."""
    try:
        return {"gives": plain(await _called(adapter, call, valued(arguments)))}
    except AdapterError as error:
        return {"fails": failure(error)}


async def _called(adapter: DeclaredDepartment, call: str, told: dict[str, Any]) -> Any:
    match call:
        case "file":
            return await adapter.file(filing_from(told), budget=BUDGET)
        case "supplement":
            return await adapter.supplement(supplement_from(told), budget=BUDGET)
        case "find_supplement":
            return await adapter.find_supplement(supplement_from(told), budget=BUDGET)
        case "withdraw":
            return await adapter.withdraw(Withdrawal(**told), budget=BUDGET)
        case "callback":
            told["body"] = told["body"].encode()
            return adapter.callback(**told)
        case _:
            return await getattr(adapter, call)(**told, budget=BUDGET)


# bytes as JSON and back


def charset_of(headers: Mapping[str, str]) -> str:
    """What the content type says, UTF-8 when it says nothing."""
    kind = headers.get("content-type", "").lower()
    return kind.partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"


def message(headers: Mapping[str, str], body: bytes | None, kept: frozenset[str]) -> Json:
    """The headers that matter, and the body as text."""
    shown = {k.lower(): v for k, v in headers.items() if k.lower() in kept}
    told: dict[str, Json] = {"headers": shown}
    charset = charset_of(shown)
    if charset != "utf-8":
        told["charset"] = charset
    if body is not None:
        told["body"] = body.decode(charset)
    return told


def asked(request: WireRequest) -> Json:
    """A request as an example tells it."""
    said = message(request.headers, request.body, ASKED)
    return {"method": request.method, "path": request.path, **said}


def answered(reply: WireReply) -> Json:
    """A reply as an example tells it."""
    return {"status": reply.status, **message(reply.headers, reply.body, ANSWERED)}


def reply_of(told: Json) -> WireReply:
    """The reply an example tells, byte for byte."""
    body = told["body"].encode(told.get("charset", "utf-8"))
    return WireReply(status=told["status"], headers=told["headers"], body=body)


def structure(told: Json) -> Json:
    """A request with its body as structure: how it is laid out does not count."""
    body, kind = told.get("body"), told["headers"].get("content-type", "")
    if body is None:
        return told
    if "json" in kind:
        return {**told, "body": json.loads(body)}
    if "form" in kind:
        return {**told, "body": sorted(parse_qsl(body, keep_blank_values=True))}
    return {**told, "body": _tree(parse(body.encode(told.get("charset", "utf-8"))))}


def _tree(element: Element) -> Json:
    text = (element.text or "").strip()
    if text.startswith("<"):  # a document in a string
        text = _tree(parse(text.partition("?>")[2].encode() if text[1] == "?" else text.encode()))
    return [element.tag, dict(element.attrib), text, [_tree(child) for child in element]]


@dataclass
class Replay:
    """A line that answers as recorded, and keeps what it was asked."""

    replies: list[WireReply]
    heard: list[Json]

    async def send(self, request: WireRequest, *, deadline: float) -> WireReply:
        self.heard.append(asked(request))
        assert self.replies, "one request more than recorded"
        return self.replies.pop(0)

    async def aclose(self) -> None:
        """Nothing to give back."""


async def replayed(name: str, example: Json) -> tuple[list[Json], dict[str, Json]]:
    """What the adapter asks and gives when the department answers as recorded."""
    wire = Replay([reply_of(one["reply"]) for one in example["exchanges"]], [])
    adapter = department(manifest_of(name), wire, example.get("credentials"))
    found = await outcome(adapter, example["call"], example["arguments"])
    assert wire.replies == [], "fewer requests than recorded"
    return wire.heard, found
