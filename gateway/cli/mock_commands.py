"""`onething mocks`: the mock fleet run, and controlled while it runs."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias

import typer
from typer.core import TyperGroup

from gateway.cli import mock_bad_days, mock_clock, mock_journal, mock_scenarios
from gateway.cli.mock_fleet import MockFleet, StateOption, UrlOption
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
    help="The mock departments: run them (without a command), and control them while they run.\n\n"
    "Run them: onething mocks [--port-base N] [--only fire,health] [--workers N] [--seed N] "
    "[--scenario NAME] [--scenarios FOLDER] [--state FOLDER] [--host ADDRESS] "
    "[--callback-base URL]; onething mocks serve --help tells what each means.",
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    for name in _ABOUT:
        fleet.command(name, context_settings=_PASSED_ON, help=_ABOUT[name])(_becoming(name))
    fleet.command()(state)
    fleet.command()(start)
    fleet.command()(stop)
    mock_clock.register(fleet)
    mock_bad_days.register(fleet)
    mock_scenarios.register(fleet, _becoming)
    mock_journal.register(fleet)
    fleet.command()(ledger)
    fleet.command()(metrics)
    fleet.command()(reset)
    app.add_typer(fleet, name="mocks")


_ABOUT = {
    "serve": "Run the fleet; arguments go to `python -m mocks serve` (try --help).",
    "record": "Record a real system through a proxy, redacted: --to URL --as NAME (try --help).",
    "replay": "Play a recording again: NAME (try --help).",
    "city": "Keys of the city's companies and titles, a line each (try --help; no fleet needed).",
}


def _becoming(*name: str) -> Callable[[typer.Context], None]:
    def become(context: typer.Context) -> None:
        command = [sys.executable, "-m", "mocks", *name, *context.args]
        os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module; signals are theirs

    return become


def state(
    context: typer.Context,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every department: where it is, whether it is up, what is due."""
    speaker: Speaker = context.obj
    told = MockFleet.at(url, folder).get("state")
    if as_json:
        speaker.json(told)
        return
    speaker.say(mock_clock.said(told))
    rows = [_row(name, one) for name, one in told["departments"].items()]
    columns = ("department", "status", "filings", "due next", "struck")
    speaker.table("mock fleet", columns, rows)
    for name, one in told["departments"].items():  # not in the table, where it would be broken
        speaker.say(f"{name:<13} {one['contract'] or one['address']}")
    for name, one in told["departments"].items():
        _tell_callbacks(speaker, name, one["callbacks"])
    for one in told["spoiled"]:
        said = f"{one['where']}: {one['what']} — {one['mend']}"
        speaker.say(coloured(("spoiled ", "red"), said))


def _row(name: str, one: dict[str, Any]) -> tuple[Any, ...]:
    up = coloured(("up", "green")) if one["up"] else coloured(("down", "red"))
    struck = ", ".join(f"{kind} {count}" for kind, count in one["struck"].items())
    filings = "–" if one["filings"] is None else str(one["filings"])
    return name, up, filings, (one["nextDueAt"] or "–")[:19], struck


def _tell_callbacks(speaker: Speaker, name: str, told: Mapping[str, Any] | None) -> None:
    if told is None or not told["failed"]:
        return
    said = f"{name} calls {told['to']}: {told['heard']} heard, {told['failed']} attempts were not"
    if told["waiting"]:
        said += f"; {told['waiting']} waiting ({told['why']})"
    speaker.say(coloured(("callbacks ", "red" if told["waiting"] else "yellow"), said))


DepartmentArgument: TypeAlias = Annotated[str, typer.Argument(help="A department's id.")]


def start(
    context: typer.Context,
    department: DepartmentArgument,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a department that is down; nothing happens when it is up."""
    _run(context.obj, MockFleet.at(url, folder), department, "start", as_json)


def stop(
    context: typer.Context,
    department: DepartmentArgument,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop a department: who asks it finds nobody there."""
    _run(context.obj, MockFleet.at(url, folder), department, "stop", as_json)


def _run(speaker: Speaker, fleet: MockFleet, named: str, act: str, as_json: bool) -> None:
    department = fleet.department(named)
    told = fleet.ask("POST", f"departments/{department}/{act}")
    if as_json:
        speaker.json(told)
        return
    up = ("up", "green") if told["up"] else ("down", "red")
    speaker.say(coloured(f"{department} is ", up, f": {told['url']}"))


def ledger(
    context: typer.Context,
    department: DepartmentArgument,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=1000, help="So many, the newest.")
    ] = 20,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a department was told and what it decided, oldest first."""
    fleet_ = MockFleet.at(url, folder)
    told = fleet_.get("ledger", {"department": fleet_.department(department), "limit": limit})
    speaker: Speaker = context.obj
    if as_json:
        speaker.json(told)
        return
    columns = ("seq", "at", "kind", "receipt", "reference", "status")
    rows = [[str(one.get(name) or "") for name in columns] for one in told]
    speaker.table(f"ledger of {department}", columns, rows)


def metrics(context: typer.Context, url: UrlOption = None, folder: StateOption = None) -> None:
    """Requests, durations, filings and strikes, as Prometheus reads them."""
    speaker: Speaker = context.obj
    speaker.raw(MockFleet.at(url, folder).text("metrics").rstrip())


def reset(
    context: typer.Context,
    with_clock: Annotated[bool, typer.Option("--clock", help="Real time again, too.")] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", help="faults, latency or scenarios; may be repeated."),
    ] = None,
    url: UrlOption = None,
    folder: StateOption = None,
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
