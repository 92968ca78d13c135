"""`onething mocks journal`: what departments were asked, found and asserted."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from gateway.cli.mock_fleet import STATE, MockFleet, StateOption, UrlOption
from gateway.cli.options import JsonOption
from gateway.cli.output import Speaker, Stop, coloured


def register(fleet: typer.Typer) -> None:
    """Add the command to the group."""
    fleet.command()(journal)


def journal(
    context: typer.Context,
    department: Annotated[str | None, typer.Option("--department")] = None,
    operation: Annotated[str | None, typer.Option("--operation")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="The sender's own.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Anywhere in the request.")] = None,
    fault: Annotated[str | None, typer.Option("--fault", help="A kind, or * for any.")] = None,
    status: Annotated[int | None, typer.Option("--status", help="What was answered.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Real time with offset.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    exactly: Annotated[int | None, typer.Option("--exactly", min=0, help="Assert.")] = None,
    at_least: Annotated[int | None, typer.Option("--at-least", min=0, help="Assert.")] = None,
    at_most: Annotated[int | None, typer.Option("--at-most", min=0, help="Assert.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Forget every request.")] = False,
    url: UrlOption = None,
    folder: StateOption = STATE,
    as_json: JsonOption = False,
) -> None:
    """The newest requests that match; asserted, exit code 1 says where others differ."""
    speaker: Speaker = context.obj
    fleet = MockFleet.at(url, folder)
    match = {
        "department": department, "operation": operation, "reference": reference, "text": text,
        "fault": fault, "status": status, "since": since,
    }  # fmt: skip
    bounds = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
    if forget:
        fleet.ask("DELETE", "journal")
    elif any(bound is not None for bound in bounds.values()):
        _assert(speaker, fleet, match, bounds, as_json=as_json)
    else:
        _tell(speaker, fleet.get("journal", {**match, "limit": limit}), as_json=as_json)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _tell(speaker: Speaker, told: Any, *, as_json: bool) -> None:
    if as_json:
        speaker.json(told)
        return
    columns = ("time", "department", "operation", "reference", "answer", "fault", "ms")
    speaker.table("journal", columns, [_row(one) for one in told["requests"]])
    speaker.say(f"{len(told['requests'])} of {told['matched']} that match, {told['kept']} kept")


def _row(one: Mapping[str, Any]) -> Sequence[Any]:
    good = one["status"] is not None and one["status"] < 400
    answer = coloured((str(one["status"] or "none"), "green" if good else "red"))
    took = "–" if one["durationMs"] is None else f"{one['durationMs']:.1f}"
    asked = one["operation"] or f"{one['method']} {one['path']}"
    fault = coloured((one["fault"] or "", "yellow"))
    return one["at"][:19], one["department"], asked, one["reference"] or "", answer, fault, took


def _assert(
    speaker: Speaker,
    fleet: MockFleet,
    match: Mapping[str, Any],
    bounds: Mapping[str, int | None],
    *,
    as_json: bool,
) -> None:
    body = {"match": _told(match), **_told(bounds)}
    verdict = fleet.ask("POST", "journal/assert", json=body)
    if as_json:
        speaker.json(verdict)
    elif verdict["holds"]:
        speaker.say(coloured(("holds", "green"), f": {verdict['count']} ({verdict['wanted']})"))
    if not verdict["holds"]:
        findings = [f"{verdict['count']} requests match, wanted {verdict['wanted']}"]
        findings += [line for near in verdict["near"] for line in _near(near)]
        step = "look at them: onething mocks journal --json, with fewer conditions"
        raise Stop(findings, next_step=step)


def _near(near: Mapping[str, Any]) -> Sequence[str]:
    request = near["request"]
    head = f"near: {request['id']} {request['method']} {request['path']} at {request['at'][:19]}"
    places = near["differences"]
    return [head, *(f"  {d['where']}: wanted {d['expected']!r}, got {d['got']!r}" for d in places)]
