"""`onething cache`: what a running gateway remembers of departments."""

from typing import Annotated

import typer

from gateway.cli.case_options import CaseOptions, ChineseOption, TokenOption, UrlOption
from gateway.cli.options import ConfigOption, JsonOption, ProfileOption, SetOption

cache = typer.Typer(
    help="What a running gateway remembers of what departments said.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(cache, name="cache")


@cache.callback()
def _group() -> None:
    """Keeps `forget` a command of its own; a group of one would become the command itself."""


@cache.command()
def forget(
    context: typer.Context,
    department: Annotated[
        str | None, typer.Option("--department", help="All that this department said.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--register", help="Only this register of --department.")
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", help="What was asked for this case, by its number.")
    ] = None,
    url: UrlOption = None,
    token_file: TokenOption = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
    chinese: ChineseOption = False,
) -> None:
    """Have what departments said asked anew; it stays the last known of one that does not answer.

    Name a department (and a register of it), or a case. The token needs the role operator.
    """
    if (department is None) is (case is None) or (case is not None and source is not None):
        raise typer.BadParameter("name either --department, with a --register or not, or --case")
    from gateway.cli.forgetting import forget_at

    options = CaseOptions(
        url=url, token_file=token_file, config=config, profile=profile, pairs=pairs,
        as_json=as_json, chinese=chinese,
    )  # fmt: skip
    named = {"department": department, "register": source, "case": case}
    forget_at(context.obj, options, {key: value for key, value in named.items() if value})
