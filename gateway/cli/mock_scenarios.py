"""`onething mocks scenarios`: what filings meet, and the files that say so."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from gateway.cli.mock_fleet import MockFleet, StateOption, UrlOption
from gateway.cli.options import JsonOption
from gateway.cli.output import MISUSED, Speaker, Stop, coloured

_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_ABOUT = {
    "check": "Every mistake of scenario files at once: FILE … (no fleet needed).",
    "keys": "Every key of a scenario file (no fleet needed).",
}


def register(fleet: typer.Typer, becoming: Callable[..., Callable[[typer.Context], None]]) -> None:
    """Add the commands to the group; `becoming` makes one that the mocks themselves answer."""
    group = typer.Typer(invoke_without_command=True, callback=scenarios)
    for name, about in _ABOUT.items():
        act = becoming("scenarios", name)
        group.command(name, context_settings=_PASSED_ON, help=about)(act)
    fleet.add_typer(group, name="scenarios")


def scenarios(
    context: typer.Context,
    play: Annotated[
        list[str] | None, typer.Option("--play", help="Play it; repeated: the first met counts.")
    ] = None,
    ordinary: Annotated[bool, typer.Option("--ordinary", help="Play none.")] = False,
    assign: Annotated[
        str | None, typer.Option("--assign", help="REFERENCE=SCENARIO; =ordinary; = takes it back.")
    ] = None,
    where: Annotated[
        str | None, typer.Option("--where", help="Where the filings under a reference stand.")
    ] = None,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every scenario there is; play some, assign one to a reference, see where a filing stands."""
    if context.invoked_subcommand is not None:
        return
    if play and ordinary:
        step = "say --play, or --ordinary"
        raise Stop(["--ordinary plays none, --play some"], next_step=step, code=MISUSED)
    speaker: Speaker = context.obj
    fleet = MockFleet.at(url, folder)
    if where:
        _tell_standing(speaker, fleet, where, as_json)
        return
    told = None
    if play or ordinary:
        told = fleet.ask("PUT", "scenarios", json={"active": play or []})
    if assign:
        reference, scenario = _assigned(assign)
        body = {"reference": reference, "scenario": scenario or None}
        told = fleet.ask("PUT", "scenarios/filings", json=body)
        if not (play or ordinary or as_json):
            speaker.say(f"{reference} will meet {scenario or 'what is played'}")
            return
    _tell_scenarios(speaker, told or fleet.get("scenarios"), as_json)


def _assigned(pair: str) -> tuple[str, str]:
    reference, _, scenario = pair.rpartition("=")
    if not reference:
        step = "write for example --assign case:A:file:1=silent_department"
        what = f"--assign {pair}: is not REFERENCE=SCENARIO"
        raise Stop([what], next_step=step, code=MISUSED)
    return reference, scenario


def _tell_scenarios(speaker: Speaker, told: Any, as_json: bool) -> None:
    if as_json:
        speaker.json(told)
        return
    rows = [
        (
            coloured((one["id"], "green"), " played") if one["active"] else one["id"],
            ", ".join(one["departments"]) or "all",
            f"{one['zh']}\n{one['en']}",
        )
        for one in told["scenarios"]
    ]
    speaker.table("scenarios", ("id", "departments", "about 说明"), rows)
    for reference, scenario in told["filings"].items():
        speaker.say(f"{reference} will meet {scenario}")


def _tell_standing(speaker: Speaker, fleet: MockFleet, reference: str, as_json: bool) -> None:
    told = fleet.get("scenarios/standing", {"reference": reference})
    if as_json:
        speaker.json(told)
        return
    if not told:
        speaker.say(f"no filing under {reference}: onething mocks journal tells what came")
        return
    columns = ("department", "number", "service", "scenario", "state", "status", "since")
    speaker.table("filings", columns, [[one[name] for name in columns] for one in told])
