"""The commands, and what each hands over to."""

import sys
from typing import Annotated

import typer

from gateway.cli import (
    cache_commands,
    case_commands,
    catalogue_commands,
    department_commands,
    issuing_commands,
    mock_commands,
    process_commands,
    store_commands,
)
from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, JsonOption, ProfileOption, SetOption
from gateway.cli.output import Speaker

app = typer.Typer(
    name="onething",
    help="One thing, done once (一件事一次办): the gateway, its mocks, and the tools around them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
process_commands.register(app)
mock_commands.register(app)
catalogue_commands.register(app)
department_commands.register(app)
issuing_commands.register(app)
case_commands.register(app)
cache_commands.register(app)
store_commands.register(app)


@app.callback()
def everywhere(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of bugs.")] = False,
) -> None:
    """One thing, done once (一件事一次办): the gateway, its mocks, and the tools around them."""
    speaker: Speaker = context.obj
    speaker.debug = debug


@app.command()
def version(context: typer.Context, as_json: JsonOption = False) -> None:
    """Print which version this is."""
    from gateway.cli.about import versions

    speaker: Speaker = context.obj
    told = versions()
    if as_json:
        speaker.json(told)
    else:
        speaker.raw(f"onething {told['onething']} (Python {told['python']})")


config_app = typer.Typer(help="Settings: onething.toml < ONETHING__SECTION__KEY < flags.")
app.add_typer(config_app, name="config")


@config_app.command("show")
def config_show(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print every setting with where it comes from; secrets are masked."""
    speaker: Speaker = context.obj
    shown = settings_of(config, profile, pairs).shown()
    if as_json:
        speaker.json({s.key: {"value": s.value, "source": s.source} for s in shown})
    else:
        rows = [(s.key, s.value, s.source) for s in shown]
        speaker.table("settings", ("key", "value", "from"), rows)


@app.command()
def token(
    context: typer.Context,
    as_whom: Annotated[
        str, typer.Option("--as", help="applicant, clerk or operator")
    ] = "applicant",
    config: ConfigOption = None,
    pairs: SetOption = None,
) -> None:
    """Print a token for the dev profile, valid for an hour on this machine only."""
    from gateway.cli.tokens import dev_token

    speaker: Speaker = context.obj
    settings = settings_of(config, "dev", pairs)
    speaker.raw(dev_token(settings, as_whom))
    if sys.stdout.isatty():
        speaker.err.print("use it as:  Authorization: Bearer <token>", style="dim")


@app.command()
def doctor(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that everything a gateway needs is there; exit code 1 when something is not."""
    from gateway.cli.doctor import examine

    settings = settings_of(config, profile or "dev", pairs)
    examine(context.obj, settings, as_json=as_json)
