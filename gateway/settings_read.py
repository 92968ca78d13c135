"""The layers settings come from, laid over one another, and who had the last word on each key."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BRAND = "ONETHING_"
PREFIX = "ONETHING__"
EXIT_SETTINGS = 78  # EX_CONFIG of sysexits.h


class SettingsInvalid(Exception):
    """The settings cannot be used; `problems` is every one, as `source:key: sentence — remedy`."""

    exit_code = EXIT_SETTINGS

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Values of one source by dotted key. Lists are values; tables are not."""

    source: str
    values: Mapping[str, Any]


def toml_layer(path: Path, *, required: bool) -> Layer:
    """What the file says; nothing when it may be missing and is."""
    if not path.exists() and not required:
        return Layer(source=path.name, values={})
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as e:
        raise SettingsInvalid([f"{path.name}: not TOML: {e} — correct this line"]) from e
    except (OSError, UnicodeDecodeError) as e:
        raise SettingsInvalid(
            [f"{path.name}: not readable: {type(e).__name__} — check its path, rights and encoding"]
        ) from e
    return Layer(source=path.name, values=dict(_flat(table, "")))


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """The variables `ONETHING__SECTION__KEY`, as `section.key`."""
    values = {
        name.removeprefix(PREFIX).lower().replace("__", "."): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }
    return Layer(source="environment", values=values)


def misspelt(environ: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """Variables that are read by nobody, and differ from a setting's in underscores alone."""
    plain = {_plain(key): key for key in known}
    problems = []
    for name in environ:
        key = _plain(name.removeprefix(BRAND))
        if not name.startswith(BRAND) or name.startswith(PREFIX):
            continue
        if meant := plain.get(key):
            told = PREFIX + meant.upper().replace(".", "__")
            problems.append(f"environment:{name}: nothing is read from it — write {told}")
        elif key.startswith("departments"):
            told = f"{PREFIX}DEPARTMENTS__<ID>__<KEY>"
            problems.append(f"environment:{name}: nothing is read from it — write {told}")
    return problems


def _plain(key: str) -> str:
    return re.sub(r"[._]", "", key).lower()


def without(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The nested values but for those of these dotted keys."""
    gone: dict[str, list[str]] = {}
    for key in keys:
        name, _, rest = key.partition(".")
        gone.setdefault(name, []).append(rest)
    return {
        name: without(value, gone[name]) if name in gone else value
        for name, value in values.items()
        if "" not in gone.get(name, ()) and (name not in gone or isinstance(value, Mapping))
    }


def merged(layers: Iterable[Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    """The nested values of all layers, later ones winning, and the source of each dotted key."""
    nested: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for layer in layers:
        for key, value in layer.values.items():
            if value == {} and source_of(sources, key) != "default":
                continue  # the head of a table whose lines are all commented out says nothing
            _put(nested, key.split("."), value)
            for inside in [known for known in sources if known.startswith(f"{key}.")]:
                del sources[inside]
            sources[key] = layer.source
    return nested, sources


def source_of(sources: Mapping[str, str], key: str) -> str:
    """Who set this key, something in it, or the table around it; `default` when nobody did."""
    inside = [source for known, source in sources.items() if known.startswith(f"{key}.")]
    if inside:
        return inside[-1]
    while key:
        if key in sources:
            return sources[key]
        key = key.rpartition(".")[0]
    return "default"


def _flat(table: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _put(nested: dict[str, Any], path: list[str], value: Any) -> None:
    *tables, last = path
    for name in tables:
        below = nested.get(name)
        if not isinstance(below, dict):
            below = nested[name] = {}
        nested = below
    nested[last] = value
