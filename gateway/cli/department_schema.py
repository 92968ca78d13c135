"""The command that prints what a department.toml may hold, for editors."""

import typer


def register(app: typer.Typer) -> None:
    """Add `schema` to the commands about departments."""
    app.command("schema")(departments_schema)


def departments_schema() -> None:
    """Print the JSON Schema of department.toml, for completion in editors."""
    from adapters.manifest.publish import printed_schema

    typer.echo(printed_schema(), nl=False)
