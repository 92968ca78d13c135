"""`onething mocks journal`: what departments were asked, found and asserted."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import typer

from gateway.cli.mock_fleet import MockFleet, StateOption, UrlOption
from gateway.cli.options import JsonOption
from gateway.cli.output import MISUSED, Speaker, Stop, coloured

_MOST_NEAR = 20

_Id: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="One request, whole, as the list names it.")
]
_Department: TypeAlias = Annotated[
    str | None, typer.Option("--department", help="What this one was asked.")
]
_Operation: TypeAlias = Annotated[
    str | None, typer.Option("--operation", help="Its name in the contract.")
]
_Reference: TypeAlias = Annotated[str | None, typer.Option("--reference", help="The sender's own.")]
_Key: TypeAlias = Annotated[str | None, typer.Option("--key", help="The idempotency key.")]
_Method: TypeAlias = Annotated[str | None, typer.Option("--method", help="GET, POST, …")]
_Path: TypeAlias = Annotated[str | None, typer.Option("--path", help="The whole path.")]
_Body: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--body", help="A part of it: form/uscc=9131…, or as JSON; repeated."),
]
_Text: TypeAlias = Annotated[str | None, typer.Option("--text", help="Anywhere in the request.")]
_Fault: TypeAlias = Annotated[str | None, typer.Option("--fault", help="A kind, or * for any.")]
_Status: TypeAlias = Annotated[int | None, typer.Option("--status", help="What was answered.")]
_Since: TypeAlias = Annotated[str | None, typer.Option("--since", help="Real time with offset.")]
_Limit: TypeAlias = Annotated[
    int, typer.Option("--limit", min=1, max=1000, help="So many, the newest.")
]
_Bound: TypeAlias = Annotated[int | None, typer.Option(min=0, help="Assert so many.")]
_Near: TypeAlias = Annotated[
    bool, typer.Option("--near", help="What came closest, and where each differs.")
]
_Forget: TypeAlias = Annotated[bool, typer.Option("--forget", help="Forget every request.")]


def register(fleet: typer.Typer) -> None:
    """Add the command to the group."""
    fleet.command()(journal)


def journal(
    context: typer.Context,
    id_: _Id = None,
    department: _Department = None,
    operation: _Operation = None,
    reference: _Reference = None,
    key: _Key = None,
    method: _Method = None,
    path: _Path = None,
    body: _Body = None,
    text: _Text = None,
    fault: _Fault = None,
    status: _Status = None,
    since: _Since = None,
    limit: _Limit = 20,
    exactly: _Bound = None,
    at_least: _Bound = None,
    at_most: _Bound = None,
    near: _Near = False,
    forget: _Forget = False,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """The newest requests that match, or one whole; asserted, 1 says where others differ."""
    speaker, fleet = context.obj, MockFleet.at(url, folder)
    match = _told({
        "department": department and fleet.department(department), "operation": operation,
        "reference": reference, "key": key, "method": method, "path": path, "text": text,
        "fault": fault, "status": status, "since": since, "body": part_of_body(body),
    })  # fmt: skip
    bounds = _met({"exactly": exactly, "at_least": at_least, "at_most": at_most})
    if forget:
        fleet.ask("DELETE", "journal")
    elif id_:
        _tell_whole(speaker, fleet, id_, as_json=as_json)
    elif bounds:
        _assert(speaker, fleet, match, bounds, as_json=as_json)
    else:
        (_near_ones if near else _find)(speaker, fleet, match, limit, as_json=as_json)


def _met(said: Mapping[str, int | None]) -> Mapping[str, int]:
    """The bounds that were said; Stop for those that are two at once, or that no number meets."""
    bounds = _told(said)
    least, most = bounds.get("at_least", 0), bounds.get("at_most")
    if "exactly" in bounds and len(bounds) > 1:
        wrong = "--exactly beside another number"
    elif most is not None and least > most:
        wrong = f"--at-least {least} and --at-most {most}: no number is both"
    else:
        return bounds
    step = "say --exactly N alone, or --at-least N and --at-most M with N up to M"
    raise Stop([wrong], next_step=step, code=MISUSED)


def part_of_body(parts: Sequence[str] | None) -> Any:
    """The part of a body that is looked for; Stop for one that is neither JSON nor a pair."""
    found: dict[str, Any] = {}
    for part in parts or ():
        if part.lstrip()[:1] in ("{", "["):
            return _parsed(part)
        path, sign, value = part.partition("=")
        if not (sign and _put(found, path.strip("/").split("/"), value)):
            step = "write --body form/uscc=91310104MA188WXJ2E, or --body '{\"form\": {…}}'"
            raise Stop([f"--body {part}: is not PATH=VALUE"], next_step=step, code=MISUSED)
    return found or None


def _put(found: dict[str, Any], path: Sequence[str], value: str) -> bool:
    """Put a value in at its path; False where there is no such place."""
    *folders, name = path
    inner: Any = found
    for folder in folders:
        inner = inner.setdefault(folder, {})
        if not isinstance(inner, dict):
            return False
    inner[name] = value
    return bool(name)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as wrong:
        step = "write it as JSON, or as PATH=VALUE"
        raise Stop([f"--body {text}: {wrong}"], next_step=step, code=MISUSED) from None


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _find(
    speaker: Speaker, fleet: MockFleet, match: Mapping[str, Any], limit: int, *, as_json: bool
) -> None:
    asked = {"match": match, "limit": limit, "detail": "whole" if as_json else "line"}
    told = fleet.ask("POST", "journal/find", json=asked)
    if as_json:
        speaker.json(told)
        return
    if wrong := [f"--{one['where']}: {one['what']}" for one in told["unknown"]]:
        step = "onething mocks faults --kinds tells faults, onething mocks state --json operations"
        raise Stop(wrong, next_step=step)
    columns = ("id", "time", "ms", "answer", "asked")
    speaker.table("journal", columns, [_row(one) for one in told["requests"]], whole=(0, 1, 2))
    matched = f"{told['matched']} that match{'es' if told['matched'] == 1 else ''}"
    speaker.say(f"{len(told['requests'])} of {matched}, {told['kept']} kept")


def _row(one: Mapping[str, Any]) -> Sequence[Any]:
    good = one["status"] is not None and one["status"] < 400
    fault = (f" {one['fault']}", "yellow") if one["fault"] else ""
    answer = coloured((str(one["status"] or "none"), "green" if good else "red"), fault)
    took = "–" if one["durationMs"] is None else f"{one['durationMs']:.1f}"
    asked = one["operation"] or f"{one['method']} {one['path']}"
    time = one["at"][5:19].replace("T", " ")
    return one["id"], time, took, answer, f"{asked} {one['reference'] or ''}".rstrip()


def _tell_whole(speaker: Speaker, fleet: MockFleet, id_: str, *, as_json: bool) -> None:
    if not id_.rpartition("-")[2].isdecimal():
        step = "say how many to assert: --exactly 1 (--at-least, --at-most); without an ID it lists"
        raise Stop([f"{id_}: is no request's id like fire-4096"], next_step=step, code=MISUSED)
    one = fleet.get(f"journal/requests/{id_}")
    if as_json:
        speaker.json(one)
        return
    speaker.say(f"{one['method']} {one['path']}")
    for name, value in {**one["query"], **one["headers"]}.items():
        speaker.say(f"{name}: {value}")
    if one["body"]:
        speaker.say("")
        for line in one["body"].splitlines():
            speaker.say(line)
    speaker.say("")
    for name in ("at", "operation", "reference", "key", "status", "fault", "durationMs"):
        if one[name] is not None:
            speaker.say(coloured((f"{name}: ", "dim"), str(one[name])))


def _assert(
    speaker: Speaker,
    fleet: MockFleet,
    match: Mapping[str, Any],
    bounds: Mapping[str, int],
    *,
    as_json: bool,
) -> None:
    verdict = fleet.ask("POST", "journal/assert", json={"match": match, **bounds})
    if as_json:
        speaker.json(verdict)
    elif verdict["holds"]:
        speaker.say(coloured(("holds", "green"), f": {verdict['count']} ({verdict['wanted']})"))
    if not verdict["holds"]:
        raise _wanted_otherwise(verdict)


def _wanted_otherwise(verdict: Mapping[str, Any]) -> Stop:
    count = verdict["count"]
    counted = "1 request matches" if count == 1 else f"{count} requests match"
    findings = [f"{counted}, wanted {verdict['wanted']}"]
    if not (found := verdict["found"]):
        findings += [line for near in verdict["near"] for line in _near(near)]
        step = "look at them: onething mocks journal --json, with fewer conditions"
        return Stop(findings, next_step=step)
    findings += [f"found: {_line(one)}" for one in found]
    options = ", ".join(f"--{name}" for name in verdict["apart"])
    told = " and ".join(verdict["apart"])
    narrow = f"differ in {told}: narrow it with {options}" if options else "are alike: sent twice?"
    step = f"these {narrow}, or --since; one whole: onething mocks journal {found[-1]['id']}"
    return Stop(findings, next_step=step)


def _near_ones(
    speaker: Speaker, fleet: MockFleet, match: Mapping[str, Any], limit: int, *, as_json: bool
) -> None:
    asked = {"match": match, "limit": min(limit, _MOST_NEAR)}
    told = fleet.ask("POST", "journal/near", json=asked)
    if as_json:
        speaker.json(told)
        return
    for line in [line for near in told for line in _near(near)] or ["nothing came close"]:
        speaker.say(line)


def _near(near: Mapping[str, Any]) -> Sequence[str]:
    places = near["differences"]
    head = f"near: {_line(near['request'])}"
    return [head, *(f"  {d['where']}: wanted {d['expected']!r}, got {d['got']!r}" for d in places)]


def _line(one: Mapping[str, Any]) -> str:
    said = " ".join(one[name] for name in ("operation", "reference") if one[name])
    return f"{one['id']} {one['method']} {one['path']} at {one['at'][:19]} {said}".rstrip()
