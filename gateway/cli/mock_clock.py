"""`onething mocks clock`: the city's time, shown and moved."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

import typer

from gateway.cli.mock_fleet import MockFleet, StateOption, UrlOption
from gateway.cli.options import JsonOption
from gateway.cli.output import MISUSED, Speaker, Stop

_Now: TypeAlias = Annotated[str | None, typer.Option("--now", help="Jump there: 2026-09-21T09:00.")]
_Rate: TypeAlias = Annotated[
    float | None,
    typer.Option("--rate", min=0, help="City seconds a second: 86400 is a day a second."),
]
_Halt: TypeAlias = Annotated[bool, typer.Option("--stop", help="Stand still: --rate 0.")]
_Go: TypeAlias = Annotated[bool, typer.Option("--go", help="Go on in real time: --rate 1.")]
_Days: TypeAlias = Annotated[
    int | None, typer.Option("--working-days", min=0, help="Go on to the end of that day.")
]
_Span: TypeAlias = Annotated[float | None, typer.Option(min=0, help="Go on.")]


def register(fleet: typer.Typer) -> None:
    """Add the command to the group."""
    fleet.command()(clock)


def clock(
    context: typer.Context,
    now: _Now = None,
    rate: _Rate = None,
    halt: _Halt = False,
    go: _Go = False,
    working_days: _Days = None,
    hours: _Span = None,
    seconds: _Span = None,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the city's time, jump to a moment, go on by a span, stop, go, hurry."""
    by = {"working_days": working_days, "hours": hours, "seconds": seconds}
    advance = {name: value for name, value in by.items() if value is not None}
    if now and advance:
        step = "say either --now, or --working-days, --hours, --seconds"
        raise Stop(["a jump and a span at once"], next_step=step, code=MISUSED)
    moment = now and now.strip().replace(" ", "T")
    asked: dict[str, Any] = {
        "now": moment,
        "advance": advance or None,
        "rate": _pace(rate, halt, go),
    }
    body = {name: value for name, value in asked.items() if value is not None}
    fleet = MockFleet.at(url, folder)
    told = fleet.ask("POST", "clock", json=body) if body else fleet.get("clock")
    speaker: Speaker = context.obj
    if as_json:
        speaker.json(told)
    else:
        speaker.say(said(told))


def _pace(rate: float | None, halt: bool, go: bool) -> float | None:
    named = [one for one in (rate, 0.0 if halt else None, 1.0 if go else None) if one is not None]
    if len(named) > 1:
        step = "say one of --rate, --stop, --go"
        raise Stop(["two rates at once"], next_step=step, code=MISUSED)
    return named[0] if named else None


def said(told: Mapping[str, Any]) -> str:
    """The time, how fast it goes, and what is due next where that was asked."""
    rate = told["rate"]
    pace = {0: ", stands still", 1: ""}.get(rate, f", {rate:g} times as fast")
    due = f", next due {told['nextDueAt'] or '–'}" if "nextDueAt" in told else ""
    return f"city time {told['now']}{pace}{due}"
