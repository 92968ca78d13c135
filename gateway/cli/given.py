"""The settings in force under what a command line gives; without typer, which a gateway keeps."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.output import BAD_CONFIG, Stop

if TYPE_CHECKING:
    from gateway.settings import Settings


def settings_of(
    config: Path | None,
    profile: str | None,
    pairs: Sequence[str] | None,
    more: Mapping[str, Any] | None = None,
) -> "Settings":
    """The settings in force under these options; Stop with every mistake, exit code 78."""
    from gateway.settings import SettingsInvalid, load_settings

    flags = {**(more or {}), "profile": profile}
    given = {key: value for key, value in flags.items() if value is not None}
    overrides = {**_parsed(pairs or ()), **given}
    try:
        return load_settings(overrides, file=config)
    except SettingsInvalid as invalid:
        raise Stop(
            invalid.problems,
            next_step="correct them, or try it with the mocks: onething serve --profile dev",
            code=BAD_CONFIG,
        ) from invalid


def address(settings: "Settings") -> str:
    """Where this machine reaches its gateway."""
    host = settings.server.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.server.port}"


def _parsed(pairs: Sequence[str]) -> dict[str, str]:
    if wrong := [pair for pair in pairs if "=" not in pair]:
        from typer import BadParameter

        raise BadParameter(f"{wrong[0]!r} is not section.key=value", param_hint="--set")
    return dict(pair.split("=", 1) for pair in pairs)
