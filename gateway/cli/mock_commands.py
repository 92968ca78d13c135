"""`onething mocks`: the mock fleet run, and controlled while it runs."""

import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gateway.cli import mock_bad_days, mock_journal
from gateway.cli.mock_fleet import STATE, MockFleet, StateOption, UrlOption
from gateway.cli.options import JsonOption
from gateway.cli.output import MISUSED, Speaker, Stop, coloured

_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_HELP = frozenset({"--help", "-h"})


class _Fleet(TyperGroup):
    """Without a command of its own, everything said is for `serve`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `serve` before options that are not the group's."""
        alone = not args or (args[0].startswith("-") and args[0] not in _HELP)
        return super().parse_args(ctx, ["serve", *args] if alone else args)


fleet = typer.Typer(
    cls=_Fleet,
    help="The mock departments: run them (without a command), and control them while they run.",
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    for name in ("serve", "record", "replay"):
        fleet.command(name, context_settings=_PASSED_ON, help=_ABOUT[name])(_becoming(name))
    fleet.command()(state)
    mock_journal.register(fleet)
    mock_bad_days.register(fleet)
    fleet.command()(clock)
    fleet.command()(reset)
    app.add_typer(fleet, name="mocks")


_ABOUT = {
    "serve": "Run the fleet; arguments go to `python -m mocks serve` (try --help).",
    "record": "Record a real system through a proxy, redacted: --to URL --as NAME (try --help).",
    "replay": "Play a recording again: NAME (try --help).",
}


def _becoming(name: str) -> Callable[[typer.Context], None]:
    def become(context: typer.Context) -> None:
        command = [sys.executable, "-m", "mocks", name, *context.args]
        os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module; signals are theirs

    return become


def state(
    context: typer.Context,
    url: UrlOption = None,
    folder: StateOption = STATE,
    as_json: JsonOption = False,
) -> None:
    """Every department: where it is, whether it is up, what is due."""
    speaker: Speaker = context.obj
    told = MockFleet.at(url, folder).get("state")
    if as_json:
        speaker.json(told)
        return
    speaker.say(f"city time {told['now']}, next due {told['nextDueAt'] or '–'}")
    rows = [_row(name, one) for name, one in told["departments"].items()]
    columns = ("department", "status", "filings", "due next", "struck", "address")
    speaker.table("mock fleet", columns, rows)


def _row(name: str, one: dict[str, Any]) -> tuple[Any, ...]:
    up = coloured(("up", "green")) if one["up"] else coloured(("down", "red"))
    struck = ", ".join(f"{kind} {count}" for kind, count in one["struck"].items())
    filings = "–" if one["filings"] is None else str(one["filings"])
    return name, up, filings, one["nextDueAt"] or "–", struck, one["url"]


def clock(
    context: typer.Context,
    now: Annotated[str | None, typer.Option("--now", help="Jump there: 2026-09-21T09:00.")] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", help="With --now: 0 stands still, 86400 a day a second."),
    ] = None,
    working_days: Annotated[
        int | None, typer.Option("--working-days", min=0, help="Go on.")
    ] = None,
    hours: Annotated[float | None, typer.Option("--hours", min=0, help="Go on.")] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", min=0, help="Go on.")] = None,
    url: UrlOption = None,
    folder: StateOption = STATE,
    as_json: JsonOption = False,
) -> None:
    """Show the city's time, jump to a moment, or go on by a span."""
    by = {"working_days": working_days, "hours": hours, "seconds": seconds}
    advance = {name: value for name, value in by.items() if value is not None}
    if (now and advance) or (rate is not None and not now):
        step = "say either --now (with --rate), or --working-days, --hours, --seconds"
        raise Stop(["a jump and a span at once, or a rate alone"], next_step=step, code=MISUSED)
    fleet_ = MockFleet.at(url, folder)
    body: dict[str, Any] = {"advance": advance}
    if now:
        body = {"now": now, **({"rate": rate} if rate is not None else {})}
    told = fleet_.ask("POST", "clock", json=body) if now or advance else fleet_.get("clock")
    speaker: Speaker = context.obj
    if as_json:
        speaker.json(told)
    else:
        due = f", next due {told['nextDueAt'] or '–'}" if "nextDueAt" in told else ""
        speaker.say(f"city time {told['now']}{due}")


def reset(
    context: typer.Context,
    with_clock: Annotated[bool, typer.Option("--clock", help="Real time again, too.")] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", help="faults, latency or scenarios; may be repeated."),
    ] = None,
    url: UrlOption = None,
    folder: StateOption = STATE,
    as_json: JsonOption = False,
) -> None:
    """Forget all filings and the journal, and lift what was ordered."""
    kept = dict.fromkeys(keep or (), False)
    if unknown := set(kept) - {"faults", "latency", "scenarios"}:
        step = "keep faults, latency or scenarios"
        raise Stop([f"--keep {', '.join(sorted(unknown))}: unknown"], next_step=step, code=MISUSED)
    MockFleet.at(url, folder).ask("POST", "reset", json={"clock": with_clock, **kept})
    speaker: Speaker = context.obj
    if as_json:
        speaker.json({"reset": True})
    else:
        speaker.say("a fresh morning: no filings, no journal")
