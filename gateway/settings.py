"""Settings, read once: `onething.toml`, then `ONETHING__SECTION__KEY`, then flags. Nothing else
in the product reads the environment.

The profile is `production` unless `dev` is asked for by name. Dev fills in the addresses and demo
credentials of the mocks and trusts tokens of its own making, on this machine only; production
starts with nothing of that kind (`gateway.settings_safety`).
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from gateway.settings_demo import dev_layer
from gateway.settings_fitting import Misfit, SectionUnfit, kinds_in, section_of
from gateway.settings_model import Settings, ShownSetting, leaves
from gateway.settings_read import (
    EXIT_SETTINGS,
    Layer,
    SettingsInvalid,
    environment_layer,
    merged,
    misspelt,
    source_of,
    toml_layer,
    without,
)
from gateway.settings_safety import refusals
from gateway.settings_section import Section, meaning_of, settings_in

__all__ = ["EXIT_SETTINGS", "Settings", "SettingsInvalid", "ShownSetting", "load_settings"]

FILE = Path("onething.toml")


def load_settings(
    overrides: Mapping[str, Any] | None = None,
    *,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force; SettingsInvalid with every problem at once.

    `overrides` are flags, by dotted key; those that are None were not given. A `file` that is
    named must exist; `onething.toml` need not.
    """
    given = {k: v for k, v in (overrides or {}).items() if v is not None}
    variables = os.environ if environ is None else environ  # noqa: TID251 - the one place
    layers = [
        toml_layer(file or FILE, required=file is not None),
        environment_layer(variables),
        Layer(source="flag", values=given),
    ]
    values, sources = merged(layers)
    if values.get("profile") == "dev":
        values, sources = merged([dev_layer(values.get("dev_folder", ".dev")), *layers])
    return _validated(values, sources, misspelt(variables, [key for key, _ in leaves(Settings())]))


def _validated(
    values: Mapping[str, Any], sources: Mapping[str, str], wrong: Iterable[str]
) -> Settings:
    """The settings; SettingsInvalid with what is wrong already and with all that is wrong here."""
    settings, misfits = _fitting(values)
    problems = sorted([*wrong, *(_problem(misfit, sources) for misfit in misfits)])
    if settings is not None:
        wanting = [misfit.key for misfit in misfits]
        problems += [
            f"{source_of(sources, r.key)}:{r.key}: {r.sentence} — {r.remedy}"
            for r in refusals(settings.stance())
            if not any(f"{key}.".startswith(f"{r.key}.") for key in wanting)
        ]
    if problems or settings is None:
        raise SettingsInvalid(problems)
    return settings.told_by(sources)


def _fitting(values: Mapping[str, Any]) -> tuple[Settings | None, Sequence[Misfit]]:
    """The settings without what does not fit; none where the rest cannot be judged without it."""
    try:
        return section_of(Settings, values), ()
    except SectionUnfit as unfit:
        misfits = unfit.misfits
    if any(misfit.key == "profile" for misfit in misfits):
        return None, misfits
    try:
        return section_of(Settings, without(values, map(_left_out, misfits))), misfits
    except SectionUnfit:
        return None, misfits


def _left_out(misfit: Misfit) -> str:
    """The key that goes: of a table that lacks what it must say, the whole table."""
    return misfit.key.rpartition(".")[0] if misfit.what == "missing" else misfit.key


def _problem(misfit: Misfit, sources: Mapping[str, str]) -> str:
    key = misfit.key
    where = f"{source_of(sources, key)}:{key}"
    if misfit.what == "unknown":
        return f"{where}: there is no such setting — {_nearest(key)}"
    if misfit.what == "missing":
        beside = source_of(sources, key.rpartition(".")[0])
        return f"{beside}:{key}: missing — set it: {_description(key)}"
    return f"{where}: {misfit.sentence} — give the {_description(key)}"


def _nearest(key: str) -> str:
    near = get_close_matches(key, [k for k, _ in leaves(Settings())], n=1)
    return f"did you mean {near[0]}?" if near else "remove it; docs/settings.md lists them all"


def _description(key: str) -> str:
    section: type[Section] = Settings
    for part in key.split("."):
        one = next((one for one in settings_in(section) if one.name == part), None)
        if one is None:
            break
        if meaning := meaning_of(one):
            return meaning
        kind = kinds_in(section)[part]
        if isinstance(kind, type) and issubclass(kind, Section):
            section = kind
    return "value as docs/settings.md says"
