"""The command about what was issued: a bundle verified with no gateway asked."""

from typing import Annotated

import typer

from gateway.cli.given import settings_of
from gateway.cli.options import ConfigOption, JsonOption, ProfileOption, SetOption
from gateway.cli.output import Speaker, Stop


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(verify)


def verify(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The bundle; - reads it from stdin.")],
    keys: Annotated[
        str | None, typer.Option("--keys", help="The issuer's keys: a JWKS file or https address.")
    ] = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    pairs: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a signed bundle of certificates and say what it certifies; exit code 1 when forged.

    The keys are those named, or with --config or --profile those of this installation.
    """
    from gateway.cli import verifying

    speaker: Speaker = context.obj
    if keys is not None:
        known = verifying.published(keys)
    elif config is None and profile is None:
        raise Stop(["no keys to verify it with"], next_step=f"name them: {verifying.KEYS_OPTION}")
    else:
        known = verifying.of_installation(settings_of(config, profile, pairs))
    verifying.report(speaker, file, known, as_json=as_json)
