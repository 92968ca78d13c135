"""`onething cases`: who waits, since when, why, and what to do."""

from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from gateway.cli.options import ConfigOption, JsonOption, ProfileOption, SetOption, settings_of
from gateway.cli.output import Speaker

cases = typer.Typer(
    help="What clerks work through, at a running gateway: parked, overdue, one case, what to do.",
    no_args_is_help=True,
)

UrlOption: TypeAlias = Annotated[
    str | None, typer.Option("--url", help="The gateway's address; that of the settings if absent.")
]
TokenOption: TypeAlias = Annotated[
    Path | None, typer.Option("--token-file", help="A clerk's token; made by itself in dev.")
]
DepartmentOption: TypeAlias = Annotated[
    str | None, typer.Option("--department", help="Only at this department.")
]
ChineseOption: TypeAlias = Annotated[bool, typer.Option("--zh", help="用中文显示 (in Chinese).")]


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(cases, name="cases")


@cases.callback()
def everywhere(
    context: typer.Context,
    url: UrlOption = None,
    token_file: TokenOption = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
    chinese: ChineseOption = False,
) -> None:
    """What clerks work through, at a running gateway."""
    from gateway.cli.casework import Casework
    from gateway.cli.desk import desk

    speaker: Speaker = context.obj
    settings = settings_of(config, profile, pairs)
    context.obj = Casework(
        speaker=speaker,
        desk=desk(settings, url, token_file),
        as_json=as_json,
        language="zh" if chinese else "en",
    )


@cases.command()
def parked(context: typer.Context, department: DepartmentOption = None) -> None:
    """What a clerk has to ask a department about."""
    work: Any = context.obj
    work.waiting("PARKED", department)


@cases.command()
def overdue(context: typer.Context, department: DepartmentOption = None) -> None:
    """What should have happened before today."""
    work: Any = context.obj
    work.waiting("OVERDUE", department)


@cases.command()
def show(
    context: typer.Context, number: Annotated[str, typer.Argument(help="The case number.")]
) -> None:
    """One case: its steps, what each waits for, and everything that happened."""
    work: Any = context.obj
    work.show(number)


@cases.command()
def retry(
    context: typer.Context, reference: Annotated[str, typer.Argument(help="case:item:verb:round")]
) -> None:
    """Look again now; nothing is ever sent blindly."""
    work: Any = context.obj
    work.retry(reference)


@cases.command()
def resolve(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="case:item:verb:round")],
    receipt: Annotated[
        str | None, typer.Option("--receipt", help="The department has it, under this number.")
    ] = None,
    not_received: Annotated[
        bool, typer.Option("--not-received", help="The department does not have it: send it anew.")
    ] = False,
) -> None:
    """Tell what the department said about something parked."""
    if (receipt is None) is not not_received:
        raise typer.BadParameter("say either --receipt NUMBER or --not-received")
    work: Any = context.obj
    work.resolve(reference, receipt)
