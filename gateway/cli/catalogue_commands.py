"""Commands about what is on offer: the printed schema."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, JsonOption, SetOption
from gateway.cli.output import Speaker, Stop, coloured

COMMITTED = Path("schema/schema.graphql")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    schema_app = typer.Typer(help="The GraphQL schema these departments and one things give.")
    schema_app.command("print")(schema_print)
    schema_app.command("check")(schema_check)
    app.add_typer(schema_app, name="schema")


def schema_print(
    context: typer.Context, config: ConfigOption = None, pairs: SetOption = None
) -> None:
    """Print the schema (SDL); commit it as schema/schema.graphql."""
    from gateway.cli.loading import printed_schema

    speaker: Speaker = context.obj
    speaker.raw(printed_schema(settings_of(config, "dev", pairs)))


def schema_check(
    context: typer.Context,
    against: Annotated[Path, typer.Option(help="The schema clients were promised.")] = COMMITTED,
    config: ConfigOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the schema with the committed one; exit code 1 when a client would break."""
    from gateway.cli.loading import printed_schema
    from gateway.cli.schema_diff import compare

    speaker: Speaker = context.obj
    try:
        committed = against.read_text(encoding="utf-8")
    except OSError as error:
        advice = f"write it: onething schema print > {COMMITTED}"
        raise Stop([f"{against}: {error.strerror}"], next_step=advice) from error
    found = compare(committed, printed_schema(settings_of(config, "dev", pairs)), name=str(against))
    if as_json:
        speaker.json({"same": found.same, "breaking": found.breaking, "dangerous": found.dangerous})
    else:
        for change in found.dangerous:
            speaker.say(coloured(("dangerous", "yellow"), f"  {change}"))
        speaker.say(_verdict(found.same, against))
    if found.breaking:
        raise Stop(
            [f"breaking   {change}" for change in found.breaking],
            next_step="deprecate instead of removing, or announce it and commit the new schema",
        )


def _verdict(same: bool, against: Path) -> str:
    return f"{against} is in step" if same else f"{against} differs: onething schema print > it"
