"""Options several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file; onething.toml of this folder when absent."),
]
ProfileOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--profile", help="dev: mocks, dev tokens, loopback only. Default: production."),
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", help="Any setting as section.key=value; may be given often."),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
