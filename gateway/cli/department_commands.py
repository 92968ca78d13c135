"""Commands for those who plug departments in."""

import typer

from gateway.cli import department_mock, department_schema
from gateway.cli.department_call import departments_call
from gateway.cli.department_check import departments_check
from gateway.cli.department_new import departments_new
from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, JsonOption, SetOption
from gateway.cli.output import Speaker
from schema.domain.department import DepartmentInfo


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    departments_app = typer.Typer(help="The departments plugged in, and what plugs one in.")
    departments_app.command("list")(departments_list)
    department_schema.register(departments_app)
    departments_app.command("new")(departments_new)
    departments_app.command("call")(departments_call)
    department_mock.register(departments_app)
    departments_app.command("check")(departments_check)
    app.add_typer(departments_app, name="departments")


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
    columns = ("id", "name", "how", "decides, ? knows", "declared")
    speaker.table("departments", columns, [_row(info) for info in infos], whole=(0, 2, 3))


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
    declared = info.declared.get("declared", 0)
    lines = declared + info.declared.get("python", 0)
    return (
        info.id,
        f"{info.name.zh}\n{info.name.en}",
        f"{info.protocol}\n{info.repeats}\n{info.progress}",
        "\n".join([*info.services, *(f"? {register.id}" for register in info.registers)]) or "–",
        f"{100 * declared // max(1, lines)} %\nof {lines}",
    )
