"""`onething departments call`: one call of a department, every step of it shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, JsonOption, ProfileOption, SetOption
from gateway.cli.output import Speaker

if TYPE_CHECKING:
    from gateway.cli.example_keeping import Keeping

_OPERATION = (
    "An operation of the contract, or what the manifest declares: registers.<id>.<look-up>, "
    "verbs.<verb>, services.<id>.<verb>, verifications.<kind>, feed."
)
Department: TypeAlias = Annotated[str, typer.Argument(metavar="ID", help="The department's id.")]
Operation: TypeAlias = Annotated[str, typer.Argument(help=_OPERATION)]
Arguments: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]…", help="body.certNos=1; a key given twice is a list."),
]
Url: TypeAlias = Annotated[
    str | None, typer.Option("--url", help="Its address, instead of the settings'.")
]
Folder: TypeAlias = Annotated[
    Path | None,
    typer.Option("--folder", help="The department's folder, or the folder it lies in."),
]
RawOnly: TypeAlias = Annotated[
    bool, typer.Option("--raw-only", help="Show the bytes, and not what is read from them.")
]
Example: TypeAlias = Annotated[
    str | None,
    typer.Option("--example", metavar="NAME", help="Keep the call as examples/NAME.json."),
]
About: TypeAlias = Annotated[
    str | None, typer.Option("--about", help="What the example shows, in one sentence.")
]
Force: TypeAlias = Annotated[
    bool, typer.Option("--force", help="Write the example over one of that name.")
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", help="Call what may change something.")]


def departments_call(
    context: typer.Context,
    identifier: Department,
    operation: Operation,
    arguments: Arguments = None,
    url: Url = None,
    folder: Folder = None,
    raw_only: RawOnly = False,
    yes: Yes = False,
    example: Example = None,
    about: About = None,
    force: Force = False,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make one call of a department and show what was sent, answered, checked and read."""
    from gateway.cli.calling import Asked, call

    speaker: Speaker = context.obj
    settings = settings_of(config, profile or "dev", pairs)
    asked = Asked(
        department=identifier,
        operation=operation,
        arguments=tuple(_pair(argument) for argument in arguments or ()),
        url=url,
        folder=folder,
        yes=yes,
        keeping=_keeping(example, about, force=force),
    )
    call(speaker, settings, asked, raw_only=raw_only, as_json=as_json)


def _keeping(example: str | None, about: str | None, *, force: bool) -> "Keeping | None":
    from gateway.cli.example_keeping import Keeping

    if example is not None:
        return Keeping(name=example, about=about, force=force)
    if about is not None or force:
        raise typer.BadParameter("they need --example NAME", param_hint="--about, --force")
    return None


def _pair(argument: str) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    if not equals or not all(name.split(".")):
        raise typer.BadParameter(f"{argument!r} is not key=value", param_hint="KEY=VALUE")
    return name, value
