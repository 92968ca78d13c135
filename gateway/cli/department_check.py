"""`onething departments check`: whether a department may be trusted, and how far."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.conformance.tiers import Tier
from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, JsonOption, SetOption
from gateway.cli.output import FAILED, Speaker, Stop


def departments_check(
    context: typer.Context,
    department: Annotated[str, typer.Argument(help="Its id, or the path of its folder.")],
    against: Annotated[
        str | None, typer.Option("--against", help="Address of a real system to ask as well.")
    ] = None,
    writes: Annotated[
        bool,
        typer.Option(
            "--writes", help="Make real filings there; taken back where the department lets us."
        ),
    ] = False,
    tier: Annotated[
        Tier | None,
        typer.Option(
            "--tier",
            help="The tier it has to reach; no check above it is made. Without: silver, and all.",
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the report as a page.")
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Leave out the checks that passed.")
    ] = False,
    config: ConfigOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a department in three tiers; exit code 0 when the tier is reached, 1 when not."""
    from gateway.cli.department_checkwork import examined, subject_of, tell, write_page

    speaker: Speaker = context.obj
    subject = subject_of(department, settings_of(config, "dev", pairs), against, writes=writes)
    report = examined(speaker, subject, tier, quiet=as_json)
    if html is not None:
        write_page(report, html)
    tell(speaker, subject, report, as_json=as_json, failed_only=failed)
    if not report.good:
        raise Stop((), code=FAILED)
