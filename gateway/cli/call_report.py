"""One call as it is shown: what was asked, sent, answered, checked and read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from adapters.drafting.pretty import Mask, cut, message, plain
from adapters.drafting.recording import Exchange
from adapters.errors import (
    AdapterError,
    ContractBroken,
    Misconfigured,
    NotDelivered,
    OutcomeUnknown,
    Refused,
    Unsendable,
)
from adapters.manifest.model import Manifest
from adapters.wire import Endpoint
from gateway.cli.declared_calls import Declared
from gateway.cli.output import Speaker, Stop, coloured

_REMEDIES: Mapping[type[AdapterError], str] = {
    NotDelivered: "nothing reached the department; see that it runs at this address, then again",
    OutcomeUnknown: "it may have arrived; look it up before it is sent again",
    Refused: "the department said no, and means it; its sentence is above",
    ContractBroken: "show the reply above to the department, with the contract",
    Misconfigured: "ours to mend: the address, the credentials, or what was asked",
    Unsendable: "nothing was sent: correct the value, or the mapping line that is named",
}
_READ_AGAIN = "nothing was changed: ask again; if it is only slow, limits.timeout_s says how long"
_UNREAD = (
    "ours to mend: give the code a meaning in outcome.success, [faults] or a code table, "
    "or mend the reply line that is named"
)


_UNSENT: Final = "nothing was sent: by the contract no record has such a key"


@dataclass(slots=True, kw_only=True)
class Report:
    """Everything about one call; `value` or `error` when it is over."""

    manifest: Manifest
    endpoint: Endpoint
    asked: str
    arguments: Sequence[tuple[str, str]]
    tree: Mapping[str, Any]
    lines: Mapping[str, Any] | None
    exchanges: Sequence[Exchange]
    reads: bool = False  # nothing is changed by it
    against: str | None = None  # how a reply that was understood breaks the contract all the same
    declared: Declared | None = None
    value: Any = None
    error: AdapterError | None = None
    example: Path | None = None  # the file it was kept in

    @property
    def mask(self) -> Mask:
        """Hides what the department knows us by."""
        header = self.manifest.auth.options.get("name", "")
        return Mask(self.endpoint.credentials, header)

    @property
    def validated(self) -> str:
        """Whether the reply satisfies the contract."""
        if not self.exchanges and self.error is None:
            return _UNSENT
        if not self.exchanges or self.exchanges[-1].reply is None:
            return "no reply"
        if self.error is None:
            return self.against or "OK"
        for told in (self.error, self.error.__cause__):
            if isinstance(told, ContractBroken) and not told.unread:
                return told.message
        return "OK"

    @property
    def remedy(self) -> str:
        """What to do about a call that failed."""
        return "" if self.error is None else self.remedy_of(self.error)

    def remedy_of(self, error: AdapterError) -> str:
        """What to do about an error of this call, or of one key of it."""
        if isinstance(error, OutcomeUnknown) and self.reads:
            return _READ_AGAIN
        if isinstance(error, ContractBroken) and error.unread:
            return _UNREAD
        return _REMEDIES[type(error)]


def show(speaker: Speaker, report: Report, *, raw_only: bool, as_json: bool) -> None:
    """Show the call; Stop with the remedy when it gave no value."""
    tell(speaker, report, raw_only=raw_only, as_json=as_json)
    if report.error is not None:
        lines = () if as_json else [_failure(report, report.error)]
        raise Stop(lines, next_step=report.remedy)


def tell(speaker: Speaker, report: Report, *, raw_only: bool, as_json: bool) -> None:
    """Show the call, whatever it gave."""
    if as_json:
        speaker.json(_told(report, raw_only=raw_only))
    else:
        _say(speaker, report, raw_only=raw_only)


def _failure(report: Report, error: AdapterError) -> str:
    reason = f": {error.reason}" if isinstance(error, Refused) and error.reason else ""
    return report.mask.text(f"{type(error).__name__}: {error}{reason}")


def _say(speaker: Speaker, report: Report, *, raw_only: bool) -> None:
    mask = report.mask
    _head(speaker, "asked", f"{report.manifest.id} {report.asked}")
    _block(speaker, (f"{name} = {mask.text(value)}" for name, value in report.arguments))
    if not raw_only:
        _head(speaker, "request tree")
        _block(speaker, mask.text(_json(report.tree)).splitlines())
    for exchange in report.exchanges:
        _request(speaker, report, exchange)
        _reply(speaker, report, exchange)
    _head(speaker, "contract", report.validated)
    if report.error is None and not raw_only:
        _head(speaker, "reply" if report.lines is None else "mapped")
        _block(speaker, mask.text(_json(plain_value(report.value))).splitlines())
    if report.example is not None:
        gives = "gives the same" if report.error is None else _failure(report, report.error)
        _head(speaker, "example", f"{report.example} replays: {gives}")


def _request(speaker: Speaker, report: Report, exchange: Exchange) -> None:
    request, base = exchange.request, report.endpoint.url.rstrip("/")
    limit = f"within {report.manifest.limits.timeout_s:g} s"
    _head(speaker, "request", f"{request.method} {report.mask.text(base + request.path)}", limit)
    _message(speaker, report, request.headers, request.body, report.manifest.contract.encoding)


def _reply(speaker: Speaker, report: Report, exchange: Exchange) -> None:
    took = f"after {1000 * exchange.took:.0f} ms"
    reply = exchange.reply
    if reply is None:
        _head(speaker, "reply", "none", took)
        return
    _head(speaker, "reply", f"HTTP {reply.status}", f"{took}, {len(reply.body)} bytes")
    encoding = report.manifest.contract.reply_encoding
    _message(speaker, report, reply.headers, reply.body, encoding)


def _message(
    speaker: Speaker,
    report: Report,
    headers: Mapping[str, str],
    body: bytes | None,
    encoding: str | None,
) -> None:
    _block(speaker, (f"{k}: {v}" for k, v in report.mask.headers(headers).items()))
    if not body:
        return
    text, whole = cut(report.mask.text(message(body, headers, encoding)))
    _block(speaker, ("", *text.splitlines()))
    if not whole:
        _block(speaker, ("… the rest is not shown",))


def _head(speaker: Speaker, name: str, what: str = "", more: str = "") -> None:
    style = "bold red" if name == "contract" and what not in ("OK", "no reply", _UNSENT) else "bold"
    speaker.say(coloured((f"{name:<13}", style), what, (f"  {more}" if more else "", "dim")))


def _block(speaker: Speaker, lines: Iterator[str] | Sequence[str]) -> None:
    """Lines that are not ours, set off so that nobody takes them for ours."""
    for line in lines:
        speaker.say(f"  │ {line}".rstrip())


def plain_value(value: Any) -> Any:
    """What a call gave, as JSON has it; errors of single keys by their words."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    if isinstance(value, AdapterError):
        return f"{type(value).__name__}: {value}"
    return plain(value) if hasattr(value, "attrib") else value


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode()


def _told(report: Report, *, raw_only: bool) -> dict[str, object]:
    mask, error = report.mask, report.error
    told: dict[str, object] = {
        "department": report.manifest.id,
        "asked": report.asked,
        "arguments": [[name, mask.text(value)] for name, value in report.arguments],
        "request_tree": mask.value(report.tree),
        "timeout_s": report.manifest.limits.timeout_s,
        "exchanges": [_told_exchange(report, exchange) for exchange in report.exchanges],
        "contract": report.validated,
    }
    if error is not None:
        told["error"] = {
            "kind": type(error).__name__,
            "code": error.code,
            "message": mask.text(str(error)),
            "reason": mask.value(error.reason) if isinstance(error, Refused) else None,
            "remedy": report.remedy,
        }
    elif not raw_only:
        told["value"] = mask.value(plain_value(report.value))
    if report.example is not None:
        told["example"] = str(report.example)
    return told


def _told_exchange(report: Report, exchange: Exchange) -> dict[str, object]:
    mask, contract = report.mask, report.manifest.contract
    request, reply = exchange.request, exchange.reply
    base = report.endpoint.url.rstrip("/")
    sent = cut(mask.text(message(request.body, request.headers, contract.encoding)))
    told: dict[str, object] = {
        "method": request.method,
        "url": mask.text(base + request.path),
        "headers": mask.headers(request.headers),
        "body": sent[0],
        "took_ms": round(1000 * exchange.took),
    }
    if reply is not None:
        got = cut(mask.text(message(reply.body, reply.headers, contract.reply_encoding)))
        told["reply"] = {
            "status": reply.status,
            "headers": mask.headers(reply.headers),
            "bytes": len(reply.body),
            "body": got[0],
            "whole": got[1],
        }
    return told
