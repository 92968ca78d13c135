"""`onething cases`: who waits, since when, why, and what to do."""

from typing import Annotated, TypeAlias

import typer

from gateway.cli.case_options import OpenDesk, at_the_desk, before_the_command

cases = typer.Typer(
    help="What clerks work through, at a running gateway: parked, overdue, one case, what to do.",
    no_args_is_help=True,
)

DepartmentOption: TypeAlias = Annotated[
    str | None, typer.Option("--department", help="Only at this department.")
]
ReferenceArgument: TypeAlias = Annotated[str, typer.Argument(help="case:item:verb:round")]


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(cases, name="cases")


cases.callback()(before_the_command())


@cases.command()
@at_the_desk
def parked(desk: OpenDesk, department: DepartmentOption = None) -> None:
    """What a clerk has to ask a department about."""
    desk().waiting("PARKED", department)


@cases.command()
@at_the_desk
def overdue(desk: OpenDesk, department: DepartmentOption = None) -> None:
    """What should have happened before today."""
    desk().waiting("OVERDUE", department)


@cases.command()
@at_the_desk
def show(desk: OpenDesk, number: Annotated[str, typer.Argument(help="The case number.")]) -> None:
    """One case: its steps, what each waits for, and everything that happened."""
    desk().show(number)


@cases.command()
@at_the_desk
def retry(desk: OpenDesk, reference: ReferenceArgument) -> None:
    """Look again now; nothing is ever sent blindly."""
    desk().retry(reference)


@cases.command()
@at_the_desk
def resolve(
    desk: OpenDesk,
    reference: ReferenceArgument,
    receipt: Annotated[
        str | None, typer.Option("--receipt", help="The department has it, under this number.")
    ] = None,
    not_received: Annotated[
        bool, typer.Option("--not-received", help="The department does not have it: send it anew.")
    ] = False,
) -> None:
    """Tell what the department said about something parked."""
    number = receipt.strip() if receipt is not None else None
    if (number is None) is not not_received or number == "":
        raise typer.BadParameter("say either --receipt NUMBER or --not-received")
    desk().resolve(reference, number)
