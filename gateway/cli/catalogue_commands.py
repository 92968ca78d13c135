"""Commands about what is on offer: the printed schema, the departments plugged in."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import ConfigOption, JsonOption, SetOption, settings_of
from gateway.cli.output import Speaker, Stop, coloured
from schema.domain.department import DepartmentInfo

COMMITTED = Path("schema/schema.graphql")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    schema_app = typer.Typer(help="The GraphQL schema these departments and one things give.")
    schema_app.command("print")(schema_print)
    schema_app.command("check")(schema_check)
    app.add_typer(schema_app, name="schema")
    departments_app = typer.Typer(help="The departments plugged in.")
    departments_app.command("list")(departments_list)
    app.add_typer(departments_app, name="departments")


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


def departments_list(
    context: typer.Context,
    config: ConfigOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the departments plugged in, what they decide and what they know."""
    from gateway.cli.loading import load_departments

    speaker: Speaker = context.obj
    infos = load_departments(settings_of(config, "dev", pairs))
    if as_json:
        speaker.json([_described(info) for info in infos])
        return
    columns = ("id", "name", "protocol", "repeats", "progress", "decides", "knows", "declared")
    speaker.table("departments", columns, [_row(info) for info in infos])


def _described(info: DepartmentInfo) -> dict[str, object]:
    return {
        "id": info.id,
        "name": {"zh": info.name.zh, "en": info.name.en},
        "protocol": info.protocol,
        "repeats": info.repeats,
        "progress": info.progress,
        "services": info.services,
        "registers": [register.id for register in info.registers],
        "declared": dict(info.declared),
    }


def _row(info: DepartmentInfo) -> tuple[str, ...]:
    declared, python = info.declared.get("declared", 0), info.declared.get("python", 0)
    return (
        info.id,
        f"{info.name.zh}\n{info.name.en}",
        info.protocol,
        info.repeats,
        info.progress,
        "\n".join(info.services) or "–",
        "\n".join(register.id for register in info.registers) or "–",
        f"{100 * declared // max(1, declared + python)} % of {declared + python}",
    )


def _verdict(same: bool, against: Path) -> str:
    return f"{against} is in step" if same else f"{against} differs: onething schema print > it"
