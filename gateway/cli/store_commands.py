"""`onething db`: the store itself, by an operator at the machine that has it."""

from typing import Annotated

import typer

from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, JsonOption, ProfileOption, SetOption
from gateway.cli.output import Speaker, coloured

db = typer.Typer(
    help="The store: its tables, a copy of it, what departments hold against it.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(db, name="db")


@db.command("migrate")
def migrate(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the tables to the version of this gateway; a gateway does so at its start as well."""
    from gateway.cli.storework import brought_up

    told = brought_up(settings_of(config, profile, pairs))
    speaker: Speaker = context.obj
    if as_json:
        speaker.json({"before": told.before, "after": told.after})
    elif told.before == told.after:
        speaker.say(coloured(("up to date", "green"), f": version {told.after}"))
    else:
        way = f": {told.before or 'empty'} → {told.after}"
        speaker.say(coloured(("migrated", "green"), way))


@db.command("copy")
def copy(
    context: typer.Context,
    to: Annotated[
        str, typer.Option("--to", help="An empty store: postgresql://host/name or sqlite:///path.")
    ],
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy everything into an empty store and compare; then no gateway starts on this one.

    Stop the gateways first. Passwords: ~/.pgpass or PGPASSWORD, not on the command line.
    """
    from gateway.cli.copywork import copied

    copied(context.obj, settings_of(config, profile, pairs), to, as_json=as_json)


@db.command("take-back")
def take_back(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    unused: Annotated[
        bool,
        typer.Option("--copy-was-never-used", help="No gateway ever started on the copy."),
    ] = False,
) -> None:
    """Use this store again after it was copied. Two stores in use file every case twice."""
    from gateway.cli.storework import taken_back

    if not unused:
        raise typer.BadParameter(
            "say --copy-was-never-used, if that is so", param_hint="--copy-was-never-used"
        )
    taken_back(context.obj, settings_of(config, profile, pairs))


@db.command("restored")
def restored(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
) -> None:
    """Say that this store came back from a backup: the next start asks before it sends.

    Most restores are noticed without it; one of the whole machine's disk is not.
    """
    from gateway.cli.storework import doubted

    doubted(context.obj, settings_of(config, profile, pairs))


@db.command("reconcile")
def reconcile(
    context: typer.Context,
    department: Annotated[
        str | None, typer.Option("--department", help="Only with this department.")
    ] = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what departments hold with what we hold; exit code 1 when a clerk has to look.

    Gateways do it by themselves once a business day (`reconcile.at`).
    """
    from gateway.cli.reconciling import compared

    compared(context.obj, settings_of(config, profile, pairs), department, as_json=as_json)
